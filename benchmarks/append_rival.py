"""pyeventsourcing's recorders at the durability of our store: SQLite WAL with synchronous=FULL, PostgreSQL as it comes.

They keep four fields an event (no id, no hash, no times, no metadata) and one or two indexes.
"""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any
from uuid import UUID, uuid5

from eventsourcing.persistence import ApplicationRecorder, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore
from psycopg.conninfo import conninfo_to_dict

from benchmarks.append_work import Shape, batches
from eventstore.core.event import NewEvent

NAMESPACE = UUID("b8f2ef0e-6b9c-4f5e-9e8e-5b6c1b8a7d10")


class Rival:
    """An application recorder of pyeventsourcing; the payload goes in as its `state`."""

    name = "pyeventsourcing"

    def __init__(self, recorder: ApplicationRecorder, pids: Sequence[int], shape: Shape, random: Random) -> None:
        self.recorder, self.pids, self.shape, self.random = recorder, pids, shape, random
        self.versions: dict[str, int] = {}

    def prepare(self) -> Callable[[], None]:
        """The batches of one piece of work, their versions counted as its aggregates would."""
        work = [[self._stored(event) for event in batch] for batch in batches(self.shape, self.random)]

        def run() -> None:
            for batch in work:
                self.recorder.insert_events(batch)

        return run

    def _stored(self, event: NewEvent) -> StoredEvent:
        version = self.versions[event.stream] = self.versions.get(event.stream, 0) + 1
        return StoredEvent(uuid5(NAMESPACE, event.stream), version, event.type, str(event.data).encode())

    def backends(self) -> Sequence[int]:
        """The server's processes for its connections."""
        return self.pids

    def close(self) -> None:
        """Close its connections."""
        datastore: Any = self.recorder.datastore  # type: ignore[attr-defined]
        datastore.close()


def sqlite(path: str, shape: Shape, random: Random) -> Rival:
    """Its SQLite recorder. Raises where its connection is not as durable as ours."""
    datastore = SQLiteDatastore(path)
    recorder = SQLiteApplicationRecorder(datastore, "stored_events")
    recorder.create_table()
    with datastore.transaction(commit=True) as cursor:
        found = {name: _one(cursor, f"PRAGMA {name}") for name in ("synchronous", "journal_mode")}
    if found != {"synchronous": 2, "journal_mode": "wal"}:
        raise RuntimeError(
            f"pyeventsourcing runs with {found}: not the same durability, so the ratio would mean nothing."
        )
    return Rival(recorder, (), shape, random)


def _one(cursor: Any, statement: str) -> Any:
    cursor.execute(statement)
    return cursor.fetchone()[0]


def postgres(url: str, shape: Shape, random: Random) -> Rival:
    """Its PostgreSQL recorder, with a pool of one connection."""
    facts = conninfo_to_dict(url.replace("+psycopg", ""))
    place = [str(facts[name]) for name in ("dbname", "host", "port", "user", "password")]
    datastore = PostgresDatastore(*place)
    recorder = PostgresApplicationRecorder(datastore, events_table_name="stored_events")
    recorder.create_table()
    with datastore.get_connection() as connection:
        pids = (connection.info.backend_pid,)
    return Rival(recorder, pids, shape, random)
