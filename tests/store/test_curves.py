"""Counts over time, totals and the list of streams: exact wherever the projector stands."""

from collections import Counter
from collections.abc import Sequence
from itertools import product
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventstore import curves
from eventstore.checkpoints import checkpoint
from eventstore.curves import Count, StreamKey, event_counts, streams, totals
from eventstore.projector.log import BUCKET, READER
from eventstore.projector.log import LogReader as Projector
from eventstore.store import EventStore
from tests.given import NOON, SECOND, event
from tests.store.test_projector import filled

HOUR = 6 * BUCKET


def counted(
    store: EventStore, since: int, before: int, bucket: int, by: str, categories: Sequence[str] = ()
) -> list[Count]:
    """The oracle: every event of the log, looked at."""
    found: Counter[tuple[int, str]] = Counter()
    for one in store.read_all():
        if since <= one.occurred_at < before and (not categories or one.category in categories):
            found[one.occurred_at // bucket * bucket, getattr(one, by)] += 1
    return [Count(at, value, events) for (at, value), events in sorted(found.items())]


@pytest.fixture(params=[0, 50])
def half_counted(store: EventStore, request: pytest.FixtureRequest) -> EventStore:
    """A store of 120 events, of which the projector has taken in as many as the parameter says."""
    filled(store)
    Projector(store).catch_up(until=request.param)
    return store


@given(
    since=st.integers(NOON - 9_000 * SECOND, NOON + 100 * SECOND),
    length=st.integers(0, 10_000 * SECOND),
    bucket=st.sampled_from([BUCKET, 2 * BUCKET, HOUR, 24 * HOUR, 60 * SECOND, 420 * SECOND]),
    by=st.sampled_from(["category", "type"]),
    categories=st.sampled_from([(), ("order",), ("order", "cart"), ("none",)]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_counts_are_those_of_the_log(
    half_counted: EventStore,
    since: int,
    length: int,
    bucket: int,
    by: Literal["category", "type"],
    categories: tuple[str, ...],
) -> None:
    before = since + length
    found = event_counts(half_counted, since, before, bucket=bucket, by=by, categories=categories)
    assert found == counted(half_counted, since, before, bucket, by, categories)


def test_counts_reach_back_before_1970(half_counted: EventStore) -> None:
    since, before = NOON - 2**52, NOON + 1
    found = event_counts(half_counted, since, before, bucket=24 * HOUR, by="type")
    assert found[0].bucket < 0
    assert found == counted(half_counted, since, before, 24 * HOUR, "type")


@pytest.mark.parametrize(
    ("bucket", "length"), [(0, HOUR), (-BUCKET, HOUR), (SECOND, HOUR), (BUCKET + 1, 2_000 * BUCKET)]
)
def test_fine_buckets_over_a_long_time_are_refused(store: EventStore, bucket: int, length: int) -> None:
    with pytest.raises(ValueError, match="take a multiple of 600000000 µs"):
        event_counts(store, NOON, NOON + length, bucket=bucket, by="type")


def test_totals_are_those_of_the_log(half_counted: EventStore) -> None:
    events = list(half_counted.read_all())
    found = totals(half_counted)
    assert found.events == 120
    assert (found.first_at, found.last_at) == (min(e.occurred_at for e in events), max(e.occurred_at for e in events))
    kinds = Counter((one.category, one.type) for one in events)
    assert {(kind.category, kind.type): kind.events for kind in found.kinds} == kinds
    assert len(found.kinds) == len(kinds)


def test_an_empty_store(store: EventStore) -> None:
    assert totals(store) == curves.Totals(0, None, None, ())
    assert streams(store) == []
    assert event_counts(store, 0, NOON, bucket=HOUR, by="type") == []


def listed(store: EventStore, text: str = "", category: str | None = None) -> list[Any]:
    """The oracle: streams by their latest event, from the log alone."""
    found: dict[str, list[Any]] = {}
    for one in store.read_all():
        if text in one.stream and category in (None, one.category):
            found.setdefault(one.stream, []).append(one)
    rows = [
        (max(e.occurred_at for e in events), name, events[-1].version, min(e.occurred_at for e in events))
        for name, events in found.items()
    ]
    return sorted(rows, reverse=True)


def test_streams_are_listed_newest_first(half_counted: EventStore) -> None:
    for text, category in product([None, "-1", "order", "%"], [None, "order", "none"]):
        found = streams(half_counted, text=text, category=category)
        rows = [(one.last_at, one.stream, one.version, one.first_at) for one in found]
        assert rows == listed(half_counted, text or "", category), (text, category)


def test_a_stream_says_where_its_last_event_stands(half_counted: EventStore) -> None:
    for one in streams(half_counted):
        (last,) = half_counted.read_stream(one.stream, backwards=True, limit=1)
        assert (one.category, one.position) == (last.category, last.position)


def test_pages_of_streams_follow_each_other(half_counted: EventStore) -> None:
    for size in (1, 4, 100):
        after: StreamKey | None = None
        found = []
        while page := streams(half_counted, after=after, limit=size):
            found += page
            after = page[-1].key
        assert [stream.stream for stream in found] == [row[1] for row in listed(half_counted)]


def test_more_categories_than_ranges(store: EventStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(curves, "_MOST_RANGES", 2)
    filled(store)
    Projector(store).catch_up()
    assert [stream.stream for stream in streams(store)] == [row[1] for row in listed(store)]


def test_an_answer_is_whole_while_the_projector_moves_on(store: EventStore, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(store)

    def moved(asked: EventStore, reader: str) -> int:
        before = checkpoint(asked, reader)
        Projector(asked).catch_up()
        return before

    monkeypatch.setattr(curves, "checkpoint", moved)
    assert sum(kind.events for kind in totals(store).kinds) == 120


def test_control_without_the_comparison_it_would_count_twice(store: EventStore) -> None:
    filled(store)
    Projector(store).catch_up()
    sql, values = curves._KINDS, (0,)
    assert sum(row[2] for row in store.rows(sql, values)) == 240
    assert stored(store) == 120


def stored(store: EventStore) -> int:
    """Where the projector stands."""
    return int(store.rows("SELECT position FROM checkpoints WHERE reader = ?", (READER,))[0][0])


def test_newest_events_of_a_known_stream_come_first_before_they_are_counted(store: EventStore) -> None:
    store.append([event("order-1", at=NOON), event("order-2", at=NOON + SECOND)])
    Projector(store).catch_up()
    store.append([event("order-1", at=NOON + 2 * SECOND)])
    (first, second) = streams(store)
    assert (first.stream, first.version, first.first_at, first.last_at) == ("order-1", 2, NOON, NOON + 2 * SECOND)
    assert second.stream == "order-2"


@pytest.mark.parametrize("stream", [None, "order-1", "none-1"])
@pytest.mark.parametrize("backwards", [False, True])
def test_events_beside_a_time_are_the_nearest_of_what_was_known(
    store: EventStore, stream: str | None, backwards: bool
) -> None:
    filled(store)
    log = list(store.read_all())
    for at, known in product(sorted({one.occurred_at for one in log})[::7], (0, 40, 200)):
        found = curves.beside(store, at, known=known, stream=stream, backwards=backwards, limit=9)
        there = [
            (one.occurred_at, one.position, one.stream, one.type)
            for one in log
            if (one.occurred_at < at if backwards else one.occurred_at > at)
            and one.commit_position <= known
            and stream in (None, one.stream)
        ]
        assert found == sorted(there, reverse=backwards)[:9]
