"""What must hold of the pure function for any log; each takes the implementation, so that mistakes meet them too."""

from collections.abc import Sequence
from itertools import count, product
from typing import Any

from eventstore.core.canonical import encode
from eventstore.core.event import Micros, NewEvent, RecordedEvent
from eventstore.core.history import LIVE_AT, OPEN, Row
from eventstore.core.moment import Moment
from tests.given import recorded as recorded_event
from tests.histories.declared import as_told, declared
from tests.histories.logs import TIMES, Log, of_key, oracle, time, traced

Rule = Any
"""The module `eventstore.core.history`, or a copy of it."""


def stored(log: Log) -> list[RecordedEvent]:
    """The log as a store would number it."""
    positions, recorded, last = count(1), list[RecordedEvent](), 0
    for commit in log:
        last += len(commit)
        recorded += [_numbered(event, next(positions), last) for event in commit]
    return recorded


def _numbered(event: NewEvent, position: int, commit: int) -> RecordedEvent:
    at = event.occurred_at or 0
    return recorded_event(position, at=at, commit=commit, data=encode(event.data), stream=event.stream, type=event.type)


def believed(rows: Sequence[Row], occurred: Micros, known: int) -> Row | None:
    """The row of one key at a moment; None: never. Not for long keys below their last commit."""
    seen = [row for row in rows if row.valid_from <= occurred and row.known_from <= known < row.known_to]
    return max(seen, key=lambda row: row.place, default=None)


def keys_of(events: Sequence[RecordedEvent]) -> list[str]:
    """The keys that the events name."""
    return sorted({key for event in events for key in event.data["keys"]})


def moments(events: Sequence[RecordedEvent]) -> list[Moment]:
    """Every time, before the first and live too; every commit, nothing and the latest too."""
    known = [0, *sorted({event.commit_position for event in events})]
    return [Moment(at, p) for at, p in product([*map(time, range(-1, TIMES + 1)), None], known)]


def answers(rule: Rule, log: Log) -> None:
    """At every moment it answers as the replay."""
    events = stored(log)
    for key in keys_of(events):
        rows = rule.history(traced, of_key(events, key))
        for moment in moments(events):
            row = believed(rows, LIVE_AT if moment.occurred is None else moment.occurred, moment.known or 0)
            assert (None if row is None else row.at.state) == oracle(events, key, moment)


def declares(rule: Rule, log: Log) -> None:
    """Its rows are those of the declarative form."""
    events = stored(log)
    for key in keys_of(events):
        mine = of_key(events, key)
        assert as_told(rule.history(traced, mine)) == as_told(declared(traced, mine))


def one_holds(rule: Rule, log: Log) -> None:
    """One row holds at a time, from the key's first event on."""
    events = stored(log)
    for key in keys_of(events):
        mine = of_key(events, key)
        rows = rule.history(traced, mine)
        for moment in moments(events):
            at, p = LIVE_AT if moment.occurred is None else moment.occurred, moment.known or 0
            assert len(alive(rows, at, p)) == any(moment.sees(e.occurred_at, e.commit_position) for e in mine)


def alive(rows: Sequence[Any], at: Micros, p: int) -> list[Any]:
    """The rows that hold at the moment."""
    seen = [row for row in rows if row.valid_from <= at and row.known_from <= p < row.known_to]
    return [row for row in seen if row.valid_to > at or row.closed_commit > p]


def long_ones_keep_the_latest(rule: Rule, log: Log) -> None:
    """A long key keeps one row an event, with the latest belief and the commit from which on it was believed."""
    events = stored(log)
    for key in keys_of(events):
        mine = of_key(events, key)
        long, plain = rule.history(traced, mine, long_key=1), rule.history(traced, mine)
        if all(row.settled is None for row in long):
            assert as_told(long) == as_told(plain)
            continue
        latest = sorted((row for row in plain if row.known_to == OPEN), key=lambda row: row.place)
        assert [(r.place, r.at, r.before, r.valid_to) for r in long] == [
            (r.place, r.at, r.before, r.valid_to) for r in latest
        ]
        commit = {event.position: event.commit_position for event in mine}
        commits = [commit[row.event_position] for row in long]
        assert [row.settled for row in long] == [max(commits[: place + 1]) for place in range(len(long))]
