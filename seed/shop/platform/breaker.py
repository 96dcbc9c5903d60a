"""The circuit breaker: who failed several times in a row is left alone for a while, then tried with one call.

The caller answers at once instead of waiting for each call's timeout, and the callee can recover. (pybreaker holds a
lock while a call runs, so that one slow call would hold up all others; hence our own.)
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum

from eventstore import clock
from seed.shop.errors import BreakerOpen

REST = 5.0
"""How long a callee is left alone, in seconds."""


class State(StrEnum):
    """Closed lets calls through, open none, half open the one that tries."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half open"


class Breaker:
    """One caller's breaker before one callee; opens after `limit` failures in a row, 0: never. Shared by threads.

    `on_change` is called with each new state and the number of failures in a row, while the breaker is locked.
    """

    def __init__(
        self,
        callee: str,
        limit: int,
        on_change: Callable[[State, int], None],
        *,
        rest: float = REST,
        now: Callable[[], float] = clock.elapsed,
    ) -> None:
        self._callee, self._limit, self._rest = callee, limit, rest
        self._now, self._on_change = now, on_change
        self._lock = threading.Lock()
        self._failures, self._opened_at = 0, 0.0
        self.state = State.CLOSED

    @contextmanager
    def guarding(self) -> Iterator[None]:
        """Run a call, whose error is a failure. Raises BreakerOpen instead where the callee is left alone."""
        self._admit()
        try:
            yield
        except BaseException:  # whatever it was: a breaker that stayed half open would let no call through any more
            self._failed()
            raise
        self._went_well()

    def _admit(self) -> None:
        with self._lock:
            left = self._opened_at + self._rest - self._now()
            if self.state is State.HALF_OPEN or (self.state is State.OPEN and left > 0):
                raise BreakerOpen(self._callee, max(left, 0.0))
            if self.state is State.OPEN:
                self._change(State.HALF_OPEN)

    def _failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self.state is State.HALF_OPEN or (self.state is State.CLOSED and self._failures == self._limit):
                self._opened_at = self._now()
                self._change(State.OPEN)

    def _went_well(self) -> None:
        with self._lock:
            self._failures = 0
            if self.state is not State.CLOSED:
                self._change(State.CLOSED)

    def _change(self, state: State) -> None:
        self.state = state
        self._on_change(state, self._failures)
