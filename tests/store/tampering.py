"""What an owner of the database can do to it, past our triggers."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from eventstore.core.integrity import content_of
from eventstore.core.origin import origin_hash, packed
from eventstore.seals import NONE, sealed_rows
from eventstore.store import EventStore
from tests.store.fresh import connected


class Owner(Protocol):
    """Runs a statement with `?` for values, on either database."""

    def __call__(self, sql: str, *values: Any) -> list[Any]: ...


@contextmanager
def owner(database_url: str) -> Iterator[Owner]:
    """A plain connection for which the triggers that keep events for ever are gone."""
    if database_url.startswith("sqlite"):
        with _sqlite_owner(database_url.removeprefix("sqlite:///")) as run:
            yield run
    else:
        with _postgres_owner(database_url) as run:
            yield run


@contextmanager
def _sqlite_owner(path: str) -> Iterator[Owner]:
    connection = sqlite3.connect(path, isolation_level=None)
    for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    yield lambda sql, *values: connection.execute(sql, values).fetchall()
    connection.close()


@contextmanager
def _postgres_owner(url: str) -> Iterator[Owner]:
    with connected(url) as connection:
        for table in ("events", "origins"):
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")

        def run(sql: str, *values: Any) -> list[Any]:
            cursor = connection.execute(sql.replace("?", "%s"), values)
            return cursor.fetchall() if cursor.description else []

        yield run


def hash_again(store: EventStore, run: Owner) -> None:
    """Make all hashes and all seals fit what the log says now, as somebody who has our code would."""
    for event in store.read_all():
        run("UPDATE events SET content_hash = ? WHERE position = ?", content_of(event), event.position)
    for position, origin, _ in store.origins(after=0, until=store.head().position):
        digest = origin_hash(origin, packed(origin.headers))
        run("UPDATE origins SET hash = ? WHERE position = ?", digest, position)
    previous = NONE
    for number, last in run("SELECT seal, last FROM seals ORDER BY seal"):
        previous = previous.sealing(sealed_rows(store, previous.last, last))
        run("UPDATE seals SET hash = ? WHERE seal = ?", previous.hash, number)


def cut_clean(run: Owner, until: int) -> None:
    """Remove everything behind a position, and everything that tells of it."""
    run("DELETE FROM events WHERE position > ?", until)
    run("DELETE FROM origins WHERE position > ?", until)
    run("DELETE FROM seals WHERE last > ?", until)
    ((recorded_at, frontier),) = run("SELECT recorded_at, frontier FROM events WHERE position = ?", until)
    run("UPDATE counter SET position = ?, recorded_at = ?, frontier = ?", until, recorded_at, frontier)
    run("UPDATE checkpoints SET position = (SELECT max(last) FROM seals) WHERE reader = 'seals'")
