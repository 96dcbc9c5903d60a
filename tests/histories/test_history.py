"""The pure function: at every moment it answers as the replay does, and its rows are those of the declarative form."""

from collections.abc import Sequence
from itertools import count, product

from hypothesis import given

from eventstore.core.canonical import encode
from eventstore.core.event import Micros, NewEvent, OccurredSource, RecordedEvent
from eventstore.core.history import LIVE_AT, OPEN, Row, believed, history
from eventstore.core.moment import Moment
from tests.histories.declared import as_told, declared
from tests.histories.logs import KEYS, TIMES, commits, of_key, oracle, time, traced


def stored(log: Sequence[Sequence[NewEvent]]) -> list[RecordedEvent]:
    """The log as a store would number it."""
    positions, recorded, last = count(1), list[RecordedEvent](), 0
    for commit in log:
        last += len(commit)
        recorded += [one(event, next(positions), last) for event in commit]
    return recorded


def one(event: NewEvent, position: int, commit: int) -> RecordedEvent:
    at: Micros = event.occurred_at or 0
    return RecordedEvent(
        position=position,
        commit_position=commit,
        id=event.id,
        stream=event.stream,
        category=event.category,
        version=position,
        type=event.type,
        data_text=encode(event.data),
        metadata_text="{}",
        occurred_at=at,
        claimed_at=None,
        occurred_source=OccurredSource.PRODUCER,
        recorded_at=at,
        frontier=at,
        stream_frontier=at,
        correlation_id=None,
        causation_id=None,
        content_hash=b"",
        format=1,
    )


def moments(events: Sequence[RecordedEvent]) -> list[Moment]:
    """Every time, before the first and live too; every commit, nothing and the latest too."""
    known = [0, *sorted({event.commit_position for event in events})]
    return [Moment(at, p) for at, p in product([*map(time, range(-1, TIMES + 1)), None], known)]


@given(commits)
def test_it_answers_as_the_replay(log: list[list[NewEvent]]) -> None:
    events = stored(log)
    for key in KEYS:
        rows = history(traced, of_key(events, key))
        for moment in moments(events):
            row = believed(rows, LIVE_AT if moment.occurred is None else moment.occurred, moment.known or 0)
            assert (None if row is None else row.at.state) == oracle(events, key, moment)


@given(commits)
def test_its_rows_are_those_of_the_declarative_form(log: list[list[NewEvent]]) -> None:
    events = stored(log)
    for key in KEYS:
        mine = of_key(events, key)
        assert as_told(history(traced, mine)) == as_told(declared(traced, mine))


@given(commits)
def test_one_row_holds_at_a_time(log: list[list[NewEvent]]) -> None:
    events = stored(log)
    for key in KEYS:
        mine = of_key(events, key)
        rows = history(traced, mine)
        for moment in moments(events):
            at, p = LIVE_AT if moment.occurred is None else moment.occurred, moment.known or 0
            assert len(alive(rows, at, p)) == any(moment.sees(e.occurred_at, e.commit_position) for e in mine)


def alive(rows: Sequence[Row], at: Micros, p: int) -> list[Row]:
    """The rows that hold at the moment."""
    seen = [row for row in rows if row.valid_from <= at and row.known_from <= p < row.known_to]
    return [row for row in seen if row.valid_to > at or row.closed_commit > p]


@given(commits)
def test_a_long_key_keeps_one_row_an_event_and_the_latest_belief(log: list[list[NewEvent]]) -> None:
    events = stored(log)
    for key in KEYS:
        mine = of_key(events, key)
        long, plain = history(traced, mine, long_key=1), history(traced, mine)
        if any(row.settled is not None for row in long):
            assert len(long) == len(mine)
            latest = [row for row in plain if row.known_to == OPEN]
            assert [(r.place, r.at, r.before, r.valid_to) for r in long] == [
                (r.place, r.at, r.before, r.valid_to) for r in sorted(latest, key=lambda row: row.place)
            ]
        else:
            assert as_told(long) == as_told(plain)
