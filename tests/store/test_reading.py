"""Reading: half-open ranges, both directions, filters, and plans that search instead of scanning."""

import itertools
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventstore import reading
from eventstore import store as store_module
from eventstore.core.event import RecordedEvent
from eventstore.errors import NoStore, QueryTooSlow, StoreReadOnly
from eventstore.reading import EventQuery, Span
from eventstore.store import EventStore
from tests.given import NOON, SECOND, event

STREAMS = ("order-1", "order-10", "order-2", "cart-1", "Cart-é")
TYPES = ("Order Created", "Order Paid", "Late")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.real("postgres"))], scope="module")
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EventStore]:
    """300 events in commits of one to five, every seventh of them a minute late."""
    url = f"sqlite:///{tmp_path_factory.mktemp('reading') / 'store.db'}"
    if request.param == "postgres":
        from tests.parts import postgres

        with postgres.fresh_database(request.getfixturevalue("_postgres_server")) as database:
            yield from _filled(database.url)
    else:
        yield from _filled(url)


def _filled(url: str) -> Iterator[EventStore]:
    ticks = itertools.count(NOON, SECOND)
    with EventStore.open(url, now=lambda: next(ticks)) as store:
        number = 0
        while number < 300:
            batch = []
            for _ in range(number % 5 + 1):
                at = NOON + (number // 3) * SECOND - (60 * SECOND if number % 7 == 0 else 0)
                names = {"correlation_id": f"flow-{number % 11}", "causation_id": f"cause-{number % 13}"}
                batch.append(
                    event(STREAMS[number % 5], TYPES[number % 3], {"n": number}, at, id=f"id-{number}", **names)
                )
                number += 1
            store.append(batch)
        yield store


@cache
def whole_log(store: EventStore) -> list[RecordedEvent]:
    """Each event by itself."""
    found = [store.event(position) for position in range(1, store.head().position + 1)]
    return [e for e in found if e is not None]


some = st.lists(st.sampled_from(["order", "cart", "Cart", "none"]), max_size=2).map(tuple)
some_types = st.lists(st.sampled_from([*TYPES, "none"]), max_size=2).map(tuple)
patterns = st.none() | st.sampled_from([*STREAMS, "order-1*", "order*", "*", "Cart-é*", "none"])
texts = st.none() | st.sampled_from(["1", "order", "flow-1", "cause-12", "id-29", "%", "_", "é"])
moments = st.none() | st.integers(-70, 110).map(lambda seconds: NOON + seconds * SECOND)
queries = st.builds(EventQuery, some, some_types, patterns, texts, moments, moments, st.none() | st.just("flow-1"))
positions = st.integers(0, 310)


def asked(query: EventQuery, e: RecordedEvent) -> bool:
    pattern = query.stream
    return (
        (not query.categories or e.category in query.categories)
        and (not query.types or e.type in query.types)
        and (pattern is None or (e.stream.startswith(pattern[:-1]) if pattern.endswith("*") else e.stream == pattern))
        and (
            query.text is None
            or any(query.text in (name or "") for name in (e.stream, e.id, e.correlation_id, e.causation_id))
        )
        and (query.since is None or e.occurred_at >= query.since)
        and (query.before is None or e.occurred_at < query.before)
        and (query.correlation_id is None or e.correlation_id == query.correlation_id)
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    queries,
    st.tuples(positions, st.none() | positions),
    st.booleans(),
    st.tuples(st.none() | st.integers(0, 30), st.integers(1, 40)),
)
def test_a_query_is_a_filter_of_the_whole_log(
    filled: EventStore, query: EventQuery, ends: tuple[int, int | None], backwards: bool, sizes: tuple[int | None, int]
) -> None:
    (after, until), (limit, batch) = ends, sizes
    wanted = [
        e for e in whole_log(filled) if asked(query, e) and after < e.position <= (300 if until is None else until)
    ]
    wanted = (wanted[::-1] if backwards else wanted)[:limit]
    with pytest.MonkeyPatch.context() as small:
        small.setattr(store_module, "BATCH", batch)
        small.setattr(reading, "SLICE", batch)
        found = list(filled.read_all(after=after, until=until, query=query, backwards=backwards, limit=limit))
    assert [e.position for e in found] == [e.position for e in wanted]
    assert found == wanted


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("limit", [None, 0, 7])
def test_a_stream_is_read_by_version(filled: EventStore, backwards: bool, limit: int | None) -> None:
    whole = [e for e in filled.read_all() if e.stream == "order-10"]
    for after, until in [(0, None), (3, 9), (9, 3), (58, 70), (0, 0)]:
        wanted = [e for e in whole if after < e.version <= (60 if until is None else until)]
        wanted = (wanted[::-1] if backwards else wanted)[:limit]
        with pytest.MonkeyPatch.context() as small:
            small.setattr(store_module, "BATCH", 4)
            found = list(filled.read_stream("order-10", after=after, until=until, backwards=backwards, limit=limit))
        assert found == wanted


def test_single_events_and_their_neighbours(filled: EventStore) -> None:
    whole = list(filled.read_all())
    assert filled.event(0) is filled.event(301) is filled.event_by_id("none") is None
    assert filled.event_by_id("id-17") == whole[17]
    assert filled.events_by_id(["id-17", "none", "id-4"]) == {"id-17": whole[17], "id-4": whole[4]}
    assert filled.effects("cause-3", limit=5) == [e for e in whole if e.causation_id == "cause-3"][:5]
    assert filled.flow("flow-4") == [e for e in whole if e.correlation_id == "flow-4"]
    assert filled.version("order-2") == 60
    assert filled.version("none") == 0


def test_commit_at_is_the_last_commit_known_by_then(filled: EventStore) -> None:
    whole = list(filled.read_all())
    for at in range(NOON - SECOND, NOON + 120 * SECOND, SECOND // 2):
        known = [e.commit_position for e in whole if e.recorded_at <= at]
        assert filled.commit_at(at) == max(known, default=0)


def test_an_empty_store_has_no_times(store: EventStore) -> None:
    head = store.head()
    assert (head.position, head.recorded_at, head.frontier, store.commit_at(NOON)) == (0, None, None, 0)
    assert list(store.read_all()) == list(store.read_stream("order-1")) == []


def test_reading_ends_where_the_log_ended_as_it_began(store: EventStore) -> None:
    store.append([event() for _ in range(3)])
    reader = store.read_all()
    next(reader)
    store.append([event()])
    assert [e.position for e in reader] == [2, 3]


PLANS: list[tuple[EventQuery, str]] = [
    (EventQuery(), "USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
    (EventQuery(categories=("order",)), "events_category (category=? AND position>? AND position<?)"),
    (EventQuery(categories=("order", "cart")), "events_category (category=? AND position>? AND position<?)"),
    (EventQuery(types=("Late",)), "events_type (type=? AND position>? AND position<?)"),
    (EventQuery(types=("Late",), text="7"), "events_type (type=? AND position>? AND position<?)"),
    (EventQuery(stream="order-1"), "events_stream (stream=?)"),
    (EventQuery(correlation_id="flow-1"), "events_correlation (correlation_id=?"),
    (EventQuery(since=NOON, text="7"), "USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
]


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize(("query", "index"), PLANS)
def test_every_query_searches(tmp_path: Path, query: EventQuery, index: str, backwards: bool) -> None:
    with EventStore.open(f"sqlite:///{tmp_path / 'store.db'}") as store:
        field, values = reading._indexed(query)
        rest = reading._rest(store.database, query, field)
        sql, bound = reading._statement(field, values, rest, Span(0, 100, backwards), 50)
        plan = [detail for *_, detail in store.rows(f"EXPLAIN QUERY PLAN {sql}", bound)]
    assert any(index in step for step in plan), plan
    assert not any(step.startswith("SCAN events") for step in plan), plan
    branches = max(len(query.categories), 1)
    assert branches > 1 or not any("TEMP B-TREE" in step for step in plan), "sorts only the limited rows of branches"


def test_a_reader_makes_and_changes_nothing(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'store.db'}"
    with pytest.raises(NoStore, match="There is no event store at sqlite:"):
        EventStore.open(address, read_only=True)
    assert list(tmp_path.iterdir()) == []
    with EventStore.open(address) as store:
        store.append([event()])
        with EventStore.open(address, read_only=True) as reader:
            assert reader.event(1) == store.event(1)
            with pytest.raises(StoreReadOnly, match="it was opened only to read"):
                reader.append([event()])
            with pytest.raises(StoreReadOnly):
                reader.rows("DELETE FROM streams")


HEAVY = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n WHERE i < 0",
    "postgresql": "SELECT pg_sleep(30)",
}


def test_a_reader_is_stopped_at_its_deadline(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    EventStore.open(database_url).close()
    for module in ("database", "sqlite", "postgresql"):
        monkeypatch.setattr(f"eventstore.databases.{module}.READ_DEADLINE", 0.3)
    with EventStore.open(database_url, read_only=True) as reader:
        with pytest.raises(QueryTooSlow, match=r"was stopped after 0.3 s. Narrow it and ask again"):
            reader.rows(HEAVY[database_url.partition(":")[0].partition("+")[0]])
        assert reader.head().position == 0, "the connection is still good"


def test_a_search_in_slices_is_stopped_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"sqlite:///{tmp_path / 'store.db'}"
    with EventStore.open(address) as store:
        store.append([event() for _ in range(200)])
    monkeypatch.setattr(reading, "SLICE", 1)
    monkeypatch.setattr("eventstore.databases.database.READ_DEADLINE", 0.0)
    with EventStore.open(address, read_only=True) as reader, pytest.raises(QueryTooSlow):
        list(reader.read_all(until=200, query=EventQuery(text="nothing")))
