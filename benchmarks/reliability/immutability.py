"""S10: statements that would change or remove a stored event, for each role that may try."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from benchmarks.ground import Ground
from benchmarks.reliability import oracle
from benchmarks.reliability.figure import Figure
from benchmarks.reliability.given import event
from eventstore.core.origin import Origin
from eventstore.databases.postgresql import grants
from eventstore.errors import EventStoreError
from eventstore.store import EventStore
from tests.parts.postgres import Database

_OTHER = "'x#91'"
_MARK = "'Tampered'"
_COLUMNS = (
    "position, commit_position, id, stream, category, version, type, data, metadata, occurred_at, claimed_at, "
    "occurred_source, recorded_at, frontier, stream_frontier, correlation_id, causation_id, content_hash, format"
)


def _copied(**changed: str) -> str:
    """A SELECT of the first event with some columns changed."""
    columns = [changed.get(name, name) for name in _COLUMNS.split(", ")]
    return f"SELECT {', '.join(columns)} FROM events WHERE position = 1"


_INTO = f"INTO events ({_COLUMNS})"
SQLITE = (
    "UPDATE events SET type = 'Tampered' WHERE position = 1",
    "UPDATE events SET type = 'Tampered'",
    "UPDATE OR REPLACE events SET position = 2, type = 'Tampered' WHERE position = 1",
    "UPDATE events SET occurred_at = occurred_at - 1",
    "DELETE FROM events WHERE position = 1",
    "DELETE FROM events",
    f"INSERT {_INTO} {_copied(type=_MARK)} ON CONFLICT (position) DO UPDATE SET type = 'Tampered'",
    f"INSERT OR REPLACE {_INTO} {_copied(type=_MARK)}",
    f"REPLACE {_INTO} {_copied(position='90', version='90', type=_MARK)}",
    f"REPLACE {_INTO} {_copied(position='91', id=_OTHER, type=_MARK)}",
    "UPDATE origins SET hash = x'00'",
    "DELETE FROM origins",
)
POSTGRESQL = (
    "UPDATE events SET type = 'Tampered' WHERE position = 1",
    "UPDATE events SET type = 'Tampered'",
    "DELETE FROM events WHERE position = 1",
    "DELETE FROM events",
    "TRUNCATE events",
    "TRUNCATE events, origins CASCADE",
    f"INSERT {_INTO} {_copied(type=_MARK)} ON CONFLICT (position) DO UPDATE SET type = 'Tampered'",
    f"INSERT {_INTO} {_copied(position='90', version='90')} ON CONFLICT (id) DO UPDATE SET type = 'Tampered'",
    "UPDATE origins SET hash = ''",
    "DELETE FROM origins",
    "TRUNCATE origins",
)
AS_WRITER = (
    "ALTER TABLE events DISABLE TRIGGER ALL",
    "ALTER TABLE events ALTER COLUMN type TYPE text USING 'Tampered'",
    "DROP TABLE events CASCADE",
    "SET session_replication_role = replica",
)
"""What an owner may do and a writer may not."""


def s10(ground: Ground) -> Iterator[Figure]:
    """Each statement alone, by every role; a statement that was taken or changed a row is harm."""
    if "PostgreSQL" in ground.present:
        yield from _postgresql(ground)
    if "SQLite" not in ground.present:
        return
    url = ground.sqlite()
    _fill(url)
    with EventStore.open(url) as store:
        harms = _try_all(url, SQLITE, lambda statement: _by_store(store, statement))
    yield Figure(
        name="S10",
        place="SQLite",
        did=f"{len(SQLITE)} statements on the store's own connections",
        harms=harms,
        control="a connection without recursive_triggers",
        control_harms=_try_all(url, SQLITE, lambda statement: _by_sqlite3(url, statement)),
    )


def _postgresql(ground: Ground) -> Iterator[Figure]:
    database = ground.database()
    _fill(database.url)
    _let_in(database)
    roles: dict[str, tuple[str, Sequence[str], str]] = {
        "writer": (database.writer_url, (*POSTGRESQL, *AS_WRITER), ""),
        "owner": (database.url, POSTGRESQL, ""),
        "superuser as a replica": (database.superuser_url, POSTGRESQL, "SET session_replication_role = replica"),
    }
    for role, (url, statements, first) in roles.items():
        yield Figure(
            name="S10",
            place=f"PostgreSQL, {role}",
            did=f"{len(statements)} statements",
            harms=_try_all(database.url, statements, _by_psycopg(url, first)),
            **_control(ground, role),
        )


def _let_in(database: Database) -> None:
    """Give the writer what an owner gives it, and see that it can append: one without any rights proves nothing."""
    role = str(conninfo_to_dict(database.writer_url.replace("+psycopg", ""))["user"])
    with psycopg.connect(database.url.replace("+psycopg", "")) as owner:
        for statement in grants(role):
            owner.execute(statement)
    with EventStore.open(database.writer_url) as store:
        store.append([event("proof#s10/writer", "order-1")])


def _control(ground: Ground, role: str) -> dict[str, Any]:
    """The usual protection: a row trigger against UPDATE and DELETE, not ALWAYS, none against TRUNCATE."""
    database = ground.database()
    with psycopg.connect(database.superuser_url.replace("+psycopg", "")) as server:
        server.execute("CREATE TABLE events (position bigint PRIMARY KEY, id text UNIQUE, data text)")
        server.execute("INSERT INTO events VALUES (1, 'x', '{}')")
        server.execute("""CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'append-only'; END $$""")
        server.execute("""CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON events
            FOR EACH ROW EXECUTE FUNCTION refuse()""")
    first = "SET session_replication_role = replica" if "replica" in role else ""
    attempt = _by_psycopg(database.superuser_url, first)
    tried = ("UPDATE events SET data = 'Tampered'", "DELETE FROM events", "TRUNCATE events")
    return {
        "control": "a row trigger, as usual",
        "control_harms": {"taken": sum(attempt(statement) for statement in tried)},
    }


def _fill(url: str) -> None:
    origins = [_origin(number) for number in range(5)]
    with EventStore.open(url) as store, store.write() as writer:
        writer.append([event(f"proof#s10/{number}", "order-1") for number in range(5)], origins=origins)


def _origin(offset: int) -> Origin:
    return Origin(
        kind="kafka",
        topic="orders",
        topic_id="t1",
        partition=0,
        offset=offset,
        timestamp=1,
        timestamp_type=0,
        key=b"key",
        value=b"{}",
        headers=(),
    )


def _try_all(url: str, statements: Sequence[str], attempt: Callable[[str], bool]) -> dict[str, int]:
    """How many of the statements were taken, and how many rows are not as they were."""
    before = oracle.select(url, f"SELECT {_COLUMNS} FROM events ORDER BY position")
    taken = sum(attempt(statement) for statement in statements)
    after = oracle.select(url, f"SELECT {_COLUMNS} FROM events ORDER BY position")
    return {"taken": taken, "rows changed": sum(1 for row in before if row not in after)}


def _by_store(store: EventStore, statement: str) -> bool:
    try:
        with store.write() as writer:
            writer.execute(statement)
    except EventStoreError:
        return False
    return True


def _by_sqlite3(url: str, statement: str) -> bool:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file:
        try:
            file.execute(statement)
            file.commit()
        except sqlite3.Error:
            return False
        return True


def _by_psycopg(url: str, first: str) -> Callable[[str], bool]:
    def attempt(statement: str) -> bool:
        with psycopg.connect(url.replace("+psycopg", "")) as server:
            try:
                if first:
                    server.execute(first.encode())
                server.execute(statement.encode())
                server.commit()
            except psycopg.Error:
                server.rollback()
                return False
            return True

    return attempt
