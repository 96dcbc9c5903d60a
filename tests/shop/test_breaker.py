"""The circuit breaker by itself, on a clock that is moved by hand."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seed.shop.errors import BreakerOpen, Unreachable
from seed.shop.platform.breaker import Breaker, State


class Callee:
    """Something to call that is well or not, behind a breaker; counts the calls that reach it."""

    def __init__(self, limit: int = 3) -> None:
        self.time, self.well, self.reached = 0.0, True, 0
        self.changes: list[tuple[State, int]] = []
        self.breaker = Breaker("callee", limit, lambda *change: self.changes.append(change), now=lambda: self.time)

    def call(self) -> str:
        try:
            with self.breaker.guarding():
                self._answer()
        except BreakerOpen:
            return "refused"
        except Unreachable:
            return "failed"
        return "answered"

    def _answer(self) -> None:
        self.reached += 1
        if not self.well:
            raise Unreachable("callee", "down")


def test_it_opens_after_failures_in_a_row_and_refuses_at_once() -> None:
    callee = Callee()
    callee.well = False
    assert [callee.call() for _ in range(5)] == ["failed"] * 3 + ["refused"] * 2
    assert callee.reached == 3
    assert callee.changes == [(State.OPEN, 3)]


def test_a_success_between_failures_keeps_it_closed() -> None:
    callee = Callee()
    for well in (False, False, True, False, False):
        callee.well = well
        callee.call()
    assert callee.breaker.state is State.CLOSED


@pytest.mark.parametrize(("well", "then"), [(True, State.CLOSED), (False, State.OPEN)])
def test_after_its_rest_one_call_decides(well: bool, then: State) -> None:
    callee = Callee()
    callee.well = False
    for _ in range(3):
        callee.call()
    callee.time, callee.well = 5.0, well
    callee.call()
    assert [state for state, _ in callee.changes] == [State.OPEN, State.HALF_OPEN, then]


def test_while_one_call_tries_all_others_are_refused() -> None:
    callee = Callee(limit=1)
    callee.well = False
    callee.call()
    callee.time, callee.well = 5.0, True
    with callee.breaker.guarding():
        assert callee.call() == "refused"
    assert callee.call() == "answered"


def test_without_a_limit_it_never_opens() -> None:
    callee = Callee(limit=0)
    callee.well = False
    assert {callee.call() for _ in range(100)} == {"failed"}


@given(st.lists(st.one_of(st.booleans(), st.floats(0, 6)), max_size=60))
def test_it_never_lets_more_than_the_limit_fail_within_one_rest(steps: list[bool | float]) -> None:
    callee, failed_at = Callee(), []
    for step in steps:
        if isinstance(step, float):
            callee.time += step
        else:
            callee.well = step
            if callee.call() == "failed":
                failed_at.append(callee.time)
            else:
                failed_at = [] if step and callee.breaker.state is State.CLOSED else failed_at
    # in any stretch shorter than a rest, no more failures than the limit, as long as none succeeded between
    for first, later in zip(failed_at, failed_at[3:], strict=False):
        assert later - first >= 5.0


def test_a_bug_counts_as_a_failure_and_leaves_no_trial_behind() -> None:
    callee = Callee(limit=1)

    def buggy() -> None:
        with callee.breaker.guarding():
            raise ZeroDivisionError

    _raises(buggy)
    callee.time = 5.0
    _raises(buggy)
    assert callee.breaker.state is State.OPEN


def _raises(call: Callable[[], None]) -> None:
    with pytest.raises(ZeroDivisionError):
        call()
