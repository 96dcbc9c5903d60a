"""Faults on either database: whatever fails, at whichever statement, nothing is half written."""

from collections.abc import Callable
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from eventstore.core.origin import Origin
from eventstore.databases import Session
from eventstore.errors import DatabaseError, OneAppendPerCommit, StoreBusy
from eventstore.store import EventStore
from tests.given import event


def from_kafka(offset: int) -> Origin:
    return Origin(kind="kafka", topic="orders", topic_id="", partition=0, offset=offset, value=b"x")


class Broken(Exception):
    """The fault that these tests put in."""


def breaking(monkeypatch: pytest.MonkeyPatch, at: int) -> list[str]:
    """Let the `at`-th statement fail, before it runs; the statements that were tried."""
    tried: list[str] = []

    def counted(method: Callable[..., Any]) -> Callable[..., Any]:
        def call(session: Session, sql: str, *rest: Any) -> Any:
            tried.append(sql)
            if len(tried) == at:
                raise Broken(sql)
            return method(session, sql, *rest)

        return call

    for name in ("execute", "executemany", "rows"):
        monkeypatch.setattr(Session, name, counted(getattr(Session, name)))
    return tried


@pytest.mark.parametrize("events", [2, 40])
def test_a_write_that_fails_at_any_statement_leaves_nothing(store: EventStore, events: int) -> None:
    """Fail at the first statement, then at the second, until a run ends well."""
    failed = 0
    while True:
        with pytest.MonkeyPatch.context() as patch, suppress(Broken):
            breaking(patch, failed + 1)
            with store.write() as writer:
                writer.execute("INSERT INTO checkpoints (reader, position, updated_at) VALUES ('r', 1, 1)")
                origins = [from_kafka(number) for number in range(events)]
                writer.append([event() for _ in range(events)], origins=origins)
            break
        failed += 1
        for table in ("events", "origins", "sources", "checkpoints"):
            assert store.rows(f"SELECT count(*) FROM {table}") == [(0,)], f"at statement {failed}"
        assert store.head().position == 0
    assert failed >= 8
    assert [e.position for e in store.read_all()] == list(range(1, events + 1))
    assert len(store.origins(after=0, until=events)) == events


def test_a_failed_append_inside_a_write_takes_the_whole_write_with_it(store: EventStore) -> None:
    with pytest.raises((OneAppendPerCommit, DatabaseError)), store.write() as writer:
        writer.execute("INSERT INTO checkpoints (reader, position, updated_at) VALUES ('r', 1, 1)")
        with suppress(Exception):
            writer.append([event()], expected={"order-1": 7})
    assert store.head().position == 0
    assert store.rows("SELECT count(*) FROM checkpoints") == [(0,)]


def test_a_write_has_one_append(store: EventStore) -> None:
    with pytest.raises(OneAppendPerCommit, match="hand all its events to one append"), store.write() as writer:
        writer.append([event()])
        writer.append([event()])
    assert store.head().position == 0


def test_an_error_of_the_caller_rolls_back(store: EventStore) -> None:
    with pytest.raises(Broken), store.write() as writer:
        writer.append([event()])
        raise Broken
    assert store.append([event()])[0].position == 1


@contextmanager
def no_patience(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("eventstore.databases.sqlite.BUSY_TIMEOUT", 0.2)
    monkeypatch.setattr("eventstore.databases.postgresql.LOCK_TIMEOUT", 0.2)
    yield


@pytest.mark.parametrize("events", [1, 2])
def test_a_locked_store_is_busy_in_bounded_time_and_readable(
    database_url: str, events: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with no_patience(monkeypatch), EventStore.open(database_url) as one, EventStore.open(database_url) as other:
        with one.write() as writer:
            writer.append([event()])
            with pytest.raises(StoreBusy, match=r"is busy .* Nothing was written; try again"):
                other.append([event() for _ in range(events)])
            assert other.head().position == 0
        assert other.append([event()])[0].position == 2


def test_a_source_keeps_its_number(store: EventStore) -> None:
    with store.write() as writer:
        first = writer.source("kafka", "orders", "id-1")
        assert writer.source("kafka", "orders", "id-2") == first + 1
    with store.write() as writer:
        assert writer.source("kafka", "orders", "id-1") == first


def test_known_tells_position_and_content(store: EventStore) -> None:
    (recorded,) = store.append([event(id="a")])
    with store.write() as writer:
        assert writer.known(["a", "b"]) == {"a": (1, recorded.content_hash)}
        assert writer.known([]) == {}
