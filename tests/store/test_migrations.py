"""Schemas: a new store, an older one, a newer one, another's database, and two that open at once."""

import multiprocessing
import sqlite3
import sys
from pathlib import Path
from types import ModuleType

import pytest

from eventstore import errors, schema, writing
from eventstore.databases import Database, Session
from eventstore.migrations import steps
from eventstore.store import EventStore, migrate
from tests.given import event
from tests.parts.postgres import Database as PostgresDatabase
from tests.store.fresh import connected

THIS, NEXT = schema.VERSION, schema.VERSION + 1


@pytest.fixture
def next_release(monkeypatch: pytest.MonkeyPatch) -> None:
    """A release with the next schema: a new nullable column."""
    step = ModuleType("eventstore.migrations.next_test")
    step.upgrade = add_column  # type: ignore[attr-defined] # what a step's module holds
    monkeypatch.setitem(sys.modules, step.__name__, step)
    for module in (schema, steps, writing):
        monkeypatch.setattr(module, "VERSION", NEXT)
    monkeypatch.setattr(steps, "STEPS", {**steps.STEPS, NEXT: "next_test"})


def add_column(database: Database, session: Session) -> None:
    session.execute("ALTER TABLE events ADD COLUMN note {text}".format(**database.types))


def test_the_steps_lead_to_this_release() -> None:
    assert sorted(steps.STEPS) == list(range(1, schema.VERSION + 1))
    folder = Path(steps.__file__).parent
    assert sorted(path.stem for path in folder.glob("0*.py")) == sorted(steps.STEPS.values())


def test_a_new_store_says_that_it_was_made(database_url: str) -> None:
    with EventStore.open(database_url) as store:
        assert str(store.upgraded) == f"Made a new event store with schema {schema.VERSION}."
    with EventStore.open(database_url) as store:
        assert store.upgraded is None
    assert migrate(database_url) is None


def test_a_sqlite_writer_upgrades_after_a_copy(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    address = f"sqlite:///{tmp_path / 'store.db'}"
    with EventStore.open(address) as store:
        before = store.append([event(), event()])
    request.getfixturevalue("next_release")
    with pytest.raises(
        errors.SchemaTooOld, match=f"has schema {THIS}, this release needs {NEXT}. Run `chronoscope migrate`"
    ):
        EventStore.open(address, read_only=True)
    with EventStore.open(address) as store:
        copy = tmp_path / f"store.db.schema-{THIS}"
        assert str(store.upgraded) == (
            f"Upgraded the event store from schema {THIS} to {NEXT}. The store as it was before is kept at {copy}."
        )
        assert list(store.read_all()) == before
        assert store.rows("SELECT note FROM events") == [(None,), (None,)]
        store.append([event()])
    with sqlite3.connect(copy) as old:
        assert old.execute("SELECT schema, position FROM counter").fetchall() == [(THIS, 2)]


def test_an_upgrade_that_fails_leaves_the_store_as_it_was(
    tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"sqlite:///{tmp_path / 'store.db'}"
    EventStore.open(address).close()
    request.getfixturevalue("next_release")

    def broken(database: Database, session: Session) -> None:
        add_column(database, session)
        session.execute("ALTER TABLE no_such_table ADD COLUMN note")

    monkeypatch.setattr(sys.modules["eventstore.migrations.next_test"], "upgrade", broken)
    with pytest.raises(errors.DatabaseError, match="no_such_table"):
        EventStore.open(address)
    with sqlite3.connect(tmp_path / "store.db") as file:
        assert file.execute("SELECT schema FROM counter").fetchall() == [(THIS,)]
        assert "note" not in [name for _, name, *_ in file.execute("PRAGMA table_info(events)")]


@pytest.mark.real("postgres")
def test_on_postgres_the_owner_upgrades_by_the_command(postgres_url: str, request: pytest.FixtureRequest) -> None:
    with EventStore.open(postgres_url) as store:
        store.append([event()])
    request.getfixturevalue("next_release")
    for read_only in (True, False):
        with pytest.raises(errors.SchemaTooOld, match="with the owner's address"):
            EventStore.open(postgres_url, read_only=read_only)
    assert str(migrate(postgres_url)) == f"Upgraded the event store from schema {THIS} to {NEXT}."
    with EventStore.open(postgres_url) as store:
        assert store.append([event()], expected={"order-1": 1})[0].position == 2


@pytest.mark.parametrize("events", [1, 3])
def test_a_writer_that_was_open_through_an_upgrade_is_stopped(database_url: str, events: int) -> None:
    with EventStore.open(database_url) as old, EventStore.open(database_url) as other:
        old.append([event()])
        with other.write() as writer:
            writer.execute(f"UPDATE counter SET schema = {NEXT}")
        with pytest.raises(errors.SchemaTooNew, match=f"has schema {NEXT}, this release knows schemas up to {THIS}"):
            old.append([event() for _ in range(events)])
        with pytest.raises(errors.SchemaTooNew), old.write():
            pass
        assert old.head().position == 1


@pytest.mark.parametrize("read_only", [True, False])
def test_a_newer_store_is_refused_with_a_sentence(database_url: str, read_only: bool) -> None:
    with EventStore.open(database_url) as store, store.write() as writer:
        writer.execute("UPDATE counter SET schema = 9")
    with pytest.raises(errors.SchemaTooNew, match="Install the release that made it, or a newer one"):
        EventStore.open(database_url, read_only=read_only)


@pytest.mark.parametrize("read_only", [True, False])
def test_anothers_sqlite_database_is_left_alone(tmp_path: Path, read_only: bool) -> None:
    with sqlite3.connect(tmp_path / "photos.db") as other:
        other.execute("CREATE TABLE photos (name)")
    with pytest.raises(errors.ForeignDatabase, match=r"it holds 'photos'. Name an empty database"):
        EventStore.open(f"sqlite:///{tmp_path / 'photos.db'}", read_only=read_only)


@pytest.mark.real("postgres")
def test_anothers_postgres_database_is_left_alone(postgres_database: PostgresDatabase) -> None:
    with connected(postgres_database.url) as connection:
        connection.execute("CREATE TABLE photos (name text)")
    with pytest.raises(errors.ForeignDatabase, match="'photos'"):
        EventStore.open(postgres_database.url)


@pytest.mark.real("postgres")
def test_a_reader_of_an_empty_postgres_database_is_told(postgres_url: str) -> None:
    with pytest.raises(errors.NoStore):
        EventStore.open(postgres_url, read_only=True)


def open_and_append(database_url: str) -> int:
    with EventStore.open(database_url) as store:
        return store.append([event()])[0].position


def test_processes_that_open_a_new_store_at_once(database_url: str) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as processes:
        positions = processes.map(open_and_append, [database_url] * 8, chunksize=1)
    assert sorted(positions) == list(range(1, 9))
