"""pyeventsourcing's projection over the same events. It keeps the *latest* state of each order, and no other.

On PostgreSQL its own `ProjectionRunner` runs. Its SQLite recorder has no subscriptions, so there its notifications are
read in hundreds and handed to the same projection. Each event is a transaction of its own, as its runner has it.
"""

import json
from collections.abc import Callable, Generator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from eventsourcing.application import Application
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.domain import Aggregate
from eventsourcing.persistence import Tracking, TrackingRecorder
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from eventsourcing.sqlite import SQLiteTrackingRecorder
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL

from benchmarks.append_rival import NAMESPACE
from eventstore import NewEvent

BATCH = 1_000


class Order(Aggregate):
    """Something that has events."""

    class Told(Aggregate.Event):
        """Any event of an order."""

        type: str
        data: dict[str, Any]


class Shop(Application[UUID]):
    """The application whose events are projected."""

    def tell(self, events: Sequence[NewEvent]) -> int:
        """Store the events; how many there are."""
        versions: dict[str, int] = {}
        for first in range(0, len(events), BATCH):
            told = [self._told(event, versions) for event in events[first : first + BATCH]]
            self.recorder.insert_events([self.mapper.to_stored_event(one) for one in told])
        return len(events)

    @staticmethod
    def _told(event: NewEvent, versions: dict[str, int]) -> Order.Told:
        version = versions[event.stream] = versions.get(event.stream, 0) + 1
        return Order.Told(  # type: ignore[call-arg] # its metaclass takes the fields
            originator_id=uuid5(NAMESPACE, event.stream),
            originator_version=version,
            timestamp=datetime.fromtimestamp((event.occurred_at or 0) / 1e6, UTC),
            type=event.type,
            data=json.loads(str(event.data)),
        )


class Latest(TrackingRecorder):
    """The latest state of each order; read, folded, written and tracked in one transaction."""

    def fold(self, event: Order.Told, tracking: Tracking) -> None:
        """Take one event in."""
        raise NotImplementedError


def folded(state: str | None, event: Order.Told) -> str:
    """The state after the event, as the shop's read model lays one over the other."""
    return json.dumps({**(json.loads(state) if state else {}), **event.data, "status": event.type})


class SqliteLatest(SQLiteTrackingRecorder, Latest):
    """In SQLite."""

    def construct_create_table_statements(self) -> list[str]:
        """With a table of states."""
        table = "CREATE TABLE IF NOT EXISTS latest (k TEXT PRIMARY KEY, state TEXT) WITHOUT ROWID"
        return [*super().construct_create_table_statements(), table]

    def fold(self, event: Order.Told, tracking: Tracking) -> None:
        """One transaction."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            key = str(event.originator_id)
            cursor.execute("SELECT state FROM latest WHERE k = ?", (key,))
            found = cursor.fetchone()
            state = folded(found["state"] if found else None, event)
            cursor.execute("INSERT OR REPLACE INTO latest VALUES (?, ?)", (key, state))


class PostgresLatest(PostgresTrackingRecorder, Latest):
    """In PostgreSQL."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        table = "CREATE TABLE IF NOT EXISTS latest (k text PRIMARY KEY, state text)"
        self.sql_create_statements.append(SQL(table).format())

    def fold(self, event: Order.Told, tracking: Tracking) -> None:
        """One transaction."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            key = str(event.originator_id)
            found = cursor.execute("SELECT state FROM latest WHERE k = %s", (key,), prepare=True).fetchone()
            cursor.execute(
                "INSERT INTO latest VALUES (%s, %s) ON CONFLICT (k) DO UPDATE SET state = excluded.state",
                (key, folded(found["state"] if found else None, event)),
                prepare=True,
            )


class Orders(Projection[Latest]):
    """Its projection: each event goes to the view."""

    name = "orders"

    @singledispatchmethod
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """No other event comes."""

    @process_event.register
    def _(self, domain_event: Order.Told, tracking: Tracking) -> None:
        self.view.fold(domain_event, tracking)


def projected(url: str, events: Sequence[NewEvent]) -> Generator[Callable[[], None]]:
    """Store the events, then yield what projects them all; close everything afterwards."""
    if url.startswith("sqlite"):
        yield from _sqlite(url.removeprefix("sqlite:///"), events)
    else:
        yield from _postgres(url, events)


def _sqlite(path: str, events: Sequence[NewEvent]) -> Generator[Callable[[], None]]:
    env = {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": path}
    shop = Shop(env)
    last = shop.tell(events)
    view: Any = shop.factory.tracking_recorder(SqliteLatest)
    projection = Orders(view)

    def run() -> None:
        reached = 0
        while reached < last:
            for one in shop.recorder.select_notifications(start=reached, limit=100, inclusive_of_start=False):
                projection.process_event(shop.mapper.to_domain_event(one), Tracking(shop.name, one.id))
                reached = one.id

    yield run
    shop.close()


def _postgres(url: str, events: Sequence[NewEvent]) -> Generator[Callable[[], None]]:
    facts = conninfo_to_dict(url.replace("+psycopg", ""))
    names = {"DBNAME": "dbname", "HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password"}
    env = {"PERSISTENCE_MODULE": "eventsourcing.postgres"}
    env |= {f"POSTGRES_{name}": str(facts[key]) for name, key in names.items()}
    shop = Shop(env)
    last = shop.tell(events)

    def run() -> None:
        runner = ProjectionRunner(application_class=Shop, projection_class=Orders, view_class=PostgresLatest, env=env)
        with runner:
            runner.wait(last, timeout=3_600)

    yield run
    shop.close()
