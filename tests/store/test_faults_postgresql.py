"""What can go wrong between us and a PostgreSQL server."""

import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from eventstore import errors
from eventstore.databases import connect
from eventstore.store import EventStore
from tests.given import event
from tests.parts import postgres
from tests.store.fresh import connected
from tests.store.proxy import Proxy, proxy

pytestmark = pytest.mark.real("postgres")


def others(url: str, words: str) -> None:
    """Do something to every other session of the store."""
    with connected(url) as connection:
        connection.execute(f"SELECT {words}(pid) FROM pg_stat_activity WHERE application_name = 'chronoscope'")


@pytest.fixture
def wire(postgres_url: str) -> Iterator[Proxy]:
    place = urlsplit(postgres_url)
    with proxy(place.hostname or "", place.port or 0) as running:
        yield running


def through(wire: Proxy, url: str) -> str:
    place = urlsplit(url)
    return url.replace(f"{place.hostname}:{place.port}", f"127.0.0.1:{wire.port}")


def test_a_connection_that_died_while_idle_is_not_handed_out(postgres_url: str) -> None:
    with EventStore.open(postgres_url) as store:
        store.append([event()])
        others(postgres_url, "pg_terminate_backend")
        assert store.head().position == 1
        others(postgres_url, "pg_terminate_backend")
        with store.write() as writer:
            assert writer.append([event()])[0].position == 2


def test_a_connection_that_dies_inside_a_write(postgres_url: str) -> None:
    with EventStore.open(postgres_url) as store:
        with (
            pytest.raises(errors.ConnectionLost, match=r"cannot be reached .* Nothing was written"),
            store.write() as writer,
        ):
            writer.execute("INSERT INTO checkpoints (reader, position, updated_at) VALUES ('r', 1, 1)")
            others(postgres_url, "pg_terminate_backend")
            writer.append([event()])
        assert store.rows("SELECT count(*) FROM checkpoints") == [(0,)]
        assert store.append([event()])[0].position == 1


@pytest.mark.parametrize(("events", "answer"), [(1, b"SELECT 1\0"), (2, b"COMMIT\0"), (150, b"COMMIT\0")])
def test_a_cut_answer_to_the_commit_is_recognised(postgres_url: str, wire: Proxy, events: int, answer: bytes) -> None:
    EventStore.open(postgres_url).close()
    with EventStore.open(through(wire, postgres_url)) as store:
        for cut in range(1, 11):
            wire.cut_at(answer)
            recorded = store.append([event() for _ in range(events)])
            assert wire.cuts == cut
            assert [e.position for e in recorded] == list(range((cut - 1) * events + 1, cut * events + 1))
        assert store.head().position == 10 * events
        # the control: without the ids, one cannot know, and tries again with new ones
        for _ in range(3):
            wire.cut_at(b"COMMIT\0")
            for _ in range(2):
                try:
                    with store.write() as writer:
                        writer.append([event("naive-1")])
                    break
                except errors.CommitUnknown:
                    continue
        assert store.version("naive-1") == 6, "3 events, doubled"


def test_a_write_is_told_that_its_commit_is_unknown(postgres_url: str, wire: Proxy) -> None:
    EventStore.open(postgres_url).close()
    with EventStore.open(through(wire, postgres_url)) as store:
        wire.cut_at(b"COMMIT\0")
        with pytest.raises(errors.CommitUnknown, match="with the same ids, again"), store.write() as writer:
            writer.append([event()])
        assert store.head().position == 1


def test_a_cut_before_the_commit_is_tried_again(postgres_url: str, wire: Proxy) -> None:
    EventStore.open(postgres_url).close()
    with EventStore.open(through(wire, postgres_url)) as store:
        wire.cut_at(b"UPDATE 1\0")
        recorded = store.append([event(), event()])
        assert wire.cuts == 1
        assert recorded == list(store.read_all())


@pytest.mark.parametrize("events", [1, 3, 150])
def test_a_writer_that_stops_inside_a_write_frees_the_others(
    postgres_url: str, events: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    EventStore.open(postgres_url).close()
    with EventStore.open(postgres_url) as other:
        other.head()
        monkeypatch.setattr("eventstore.databases.postgresql.IDLE_TIMEOUT", 0.3)
        with EventStore.open(postgres_url) as stuck, pytest.raises(errors.ConnectionLost), stuck.write() as writer:
            writer.append([event() for _ in range(events)])
            writer.executemany(
                "INSERT INTO checkpoints (reader, position, updated_at) VALUES (?, 1, 1)", [("a",), ("b",)]
            )
            assert other.append([event()])[0].position == 1, "after the server ended the one that stopped"
        assert other.head().position == 1


def test_a_server_that_goes_and_comes_back() -> None:
    with postgres.server() as server:
        url = server.url.replace("postgresql://", "postgresql+psycopg://")
        with EventStore.open(url) as store:
            store.append([event()])
            server.kill()
            begun = time.monotonic()
            with pytest.raises((errors.ConnectionLost, errors.CommitUnknown)):
                store.append([event(), event()])
            with pytest.raises(errors.ConnectionLost, match="cannot be reached"):
                EventStore.open(url)
            assert time.monotonic() - begun < 10
            server.start()
            assert store.append([event()])[0].position == 2


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://user:se%cret@127.0.0.1:1/db",
        "postgresql+psycopg://user:secret@127.0.0.1:1/db",
        "postgresql+psycopg://user@127.0.0.1:1/db?password=secret",
        "postgresql+psycopg://user:secret@127.0.0.1:1/db?no_such_option=1",
        "postgresql+psycopg://user:secret@127.0.0.1:port/db",
        "postgresql+nonsense://user:secret@127.0.0.1/db",
        "mysql://user:secret@127.0.0.1/db",
        "postgresql+psycopg://user:secret@127.0.0.1",
        "secret",
        "sqlite://user:secret@host/db",
    ],
)
def test_a_failing_address_never_shows_its_password(url: str) -> None:
    with pytest.raises((errors.InvalidAddress, errors.ConnectionLost, errors.DatabaseError)) as caught:
        EventStore.open(url)
    shown = f"{caught.getrepr(style='long')}"
    assert "se%cret" not in f"{caught.value!r}{caught.value}"
    assert "secret" not in f"{caught.value!r}{caught.value}"
    assert caught.value.__cause__ is None or "secret" not in repr(caught.value.__cause__)
    assert shown


def test_a_wrong_password(postgres_url: str) -> None:
    place = urlsplit(postgres_url)
    with pytest.raises(errors.ConnectionLost) as caught:
        EventStore.open(postgres_url.replace(f":{place.password}@", ":canary@"))
    assert "canary" not in str(caught.value)
    assert str(place.password) not in connect(postgres_url).label
