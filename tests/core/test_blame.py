"""Blame, a field's history, and when a condition held: each as folding every prefix anew tells it."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from eventstore.core.blame import Blame, Had, Held, blame, field_history, when
from eventstore.core.canonical import encode
from eventstore.core.condition import parse_condition
from eventstore.core.event import RecordedEvent
from eventstore.core.moment import Moment
from eventstore.core.paths import MISSING, Path, found
from eventstore.core.projection import State
from eventstore.core.replay import replay
from tests.core.painted import Row, flat_state, logs, moments, painted, prefixes, rows
from tests.core.test_condition import Written, conditions

Prefixes = list[tuple[RecordedEvent, State | None]]


def blamed(told: Prefixes) -> dict[Path, Blame]:
    """Of each leaf of the last state: back from the end to the first prefix that has it so without a break."""
    made = {}
    for path, leaf in (flat_state(told[-1][1]) if told else {}).items():
        place = len(told) - 1
        while place and flat_state(told[place - 1][1]).get(path) == leaf:
            place -= 1
        event = told[place][0]
        made[path] = Blame(event.position, event.occurred_at)
    return made


@given(logs, moments)
def test_blame_names_the_event_that_changed_each_leaf_last(log: list[RecordedEvent], moment: Moment) -> None:
    expected = blamed(prefixes(log, moment))
    got = blame(rows(log, moment))
    assert got == expected
    assert list(got) == list(expected)


paths = st.sampled_from(
    [("status",), ("items",), ("items", 0), ("items", "0"), ("items", "a"), ("items", "x y", 0), ()]
)


@given(logs, moments, paths)
def test_a_fields_history_is_what_every_prefix_has_there(log: list[RecordedEvent], moment: Moment, path: Path) -> None:
    turns: list[tuple[str | None, RecordedEvent]] = []
    for event, state in prefixes(log, moment):
        there = MISSING if state is None else found(state, path)
        text = None if there is MISSING else str(encode(there))
        if text != (turns[-1][0] if turns else None):
            turns.append((text, event))
    ends = [event.occurred_at for _, event in turns[1:]]
    expected = [
        Had(text, event.position, event.occurred_at, until)
        for (text, event), until in zip(turns, [*ends, None], strict=False)
    ]
    assert field_history(rows(log, moment), path) == expected


def intervals(log: list[RecordedEvent], moment: Moment, holds: Any) -> list[tuple[int, int | None]]:
    """By standing at every time anew: from each time on until the next, it holds or it does not."""
    times = sorted({event.occurred_at for event, _ in prefixes(log, moment)})
    made = list[tuple[int, int | None]]()
    for at in times:
        state = replay(painted, log, Moment(at, moment.known))
        now, open_ = state is not None and holds(state), bool(made) and made[-1][1] is None
        if now and not open_:
            made.append((at, None))
        if open_ and not now:
            made[-1] = (made[-1][0], at)
    return made


def edge(told: Prefixes, at: int, holds: Any) -> int:
    """Of the events at that time the first one from which on all agree with the last."""
    verdicts = [(e.position, s is not None and holds(s)) for e, s in told if e.occurred_at == at]
    tails = [verdicts[place:] for place in range(len(verdicts))]
    return next(tail[0][0] for tail in tails if len({verdict for _, verdict in tail}) == 1)


@given(logs, moments, conditions)
def test_a_condition_held_when_standing_there_says_so(log: list[RecordedEvent], moment: Moment, asked: Written) -> None:
    told, held = prefixes(log, moment), when(rows(log, moment), parse_condition(asked.text))
    assert [(one.since, one.until) for one in held] == intervals(log, moment, asked.holds)
    for one in held:
        assert one.began_by == edge(told, one.since, asked.holds)
        assert (one.until is None) == (one.ended_by is None)
        assert one.until is None or one.ended_by == edge(told, one.until, asked.holds)


def story(*states: tuple[int, str | None]) -> Sequence[Row]:
    return [Row(position, since, state) for position, (since, state) in enumerate(states, 1)]


def test_it_recovers_and_fails_again() -> None:
    told = story(
        (10, '{"s":"ok"}'), (20, '{"s":"bad"}'), (30, '{"s":"bad","n":1}'), (40, '{"s":"ok"}'), (50, '{"s":"bad"}')
    )
    assert when(told, parse_condition("s = bad")) == [Held(20, 40, 2, 4), Held(50, None, 5, None)]


def test_a_state_of_no_length_is_no_time_but_a_value() -> None:
    told = story((10, '{"s":1}'), (20, '{"s":2}'), (20, '{"s":1}'), (30, '{"s":3}'), (30, '{"s":4}'), (30, '{"s":4}'))
    assert when(told, parse_condition("s = 2")) == []
    assert when(told, parse_condition("s = 1")) == [Held(10, 30, 1, 4)]
    assert when(told, parse_condition("s = 4")) == [Held(30, None, 5, None)]
    assert [(one.text, one.duration) for one in field_history(told, ("s",))] == [
        ("1", 10), ("2", 0), ("1", 10), ("3", 0), ("4", None)
    ]  # fmt: skip
    assert blame(story((10, '{"s":1}'), (20, '{"s":2}'), (20, '{"s":1}'))) == {("s",): Blame(3, 20)}


def test_what_was_removed_and_comes_back_is_the_work_of_what_brought_it_back() -> None:
    told = story((10, '{"a":{"b":1},"c":2}'), (20, '{"c":2}'), (30, '{"a":{"b":1},"c":2}'))
    assert blame(told) == {("a", "b"): Blame(3, 30), ("c",): Blame(1, 10)}
    assert blame(story((10, '{"a":1}'), (20, None), (30, '{"a":1}'))) == {("a",): Blame(3, 30)}
    assert blame(story((10, '{"a":1}'), (20, None))) == {}


def test_nothing_holds_of_a_key_that_holds_nothing() -> None:
    told = story((10, '{"a":1}'), (20, None), (30, "{}"))
    assert when(told, parse_condition("not a = 7")) == [Held(10, 20, 1, 2), Held(30, None, 3, None)]
    assert when(told, parse_condition("a is nothing")) == [Held(30, None, 3, None)]
