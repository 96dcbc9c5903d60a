"""The event store: an append-only log of events in SQLite or PostgreSQL. The only module that queries events."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any, Self

from eventstore import clock
from eventstore.clock import Clock
from eventstore.core.event import Micros, NewEvent, RecordedEvent
from eventstore.core.origin import Origin, Repeat, unpacked
from eventstore.core.placing import Prepared
from eventstore.databases import Database, Row, Session, connect
from eventstore.errors import (
    CommitUnknown,
    ConnectionLost,
    EventStoreError,
    IdConflict,
    IdTaken,
    NoStore,
    PartlyKnown,
    WrongExpectedVersion,
)
from eventstore.migrations import Upgrade, schema_of, upgrade
from eventstore.reading import BATCH, COLUMNS, EVERYTHING, EventQuery, Span, commit_at, page
from eventstore.writing import Limits, Writer, append_one, check_schema, prepared, recorded

ATTEMPTS = 3
"""How often an append is tried whose connection broke: ids tell whether an earlier try was stored."""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the log: its last position, when that was recorded, the highest `occurred_at`, and the schema.

    An empty store is at position 0 and has no times.
    """

    position: int
    recorded_at: Micros | None
    frontier: Micros | None
    schema: int


class EventStore:
    """Events in commit order. May be shared by threads; a process of its own opens its own.

    `upgraded` tells what opening did to the tables, None: nothing.
    """

    def __init__(self, database: Database, *, now: Clock, limits: Limits, upgraded: Upgrade | None) -> None:
        self.database, self.now, self.limits, self.upgraded = database, now, limits, upgraded

    @classmethod
    def open(
        cls, url: str, *, now: Clock = clock.now, read_only: bool = False, limits: Limits | None = None
    ) -> "EventStore":
        """Open the store at an address such as `sqlite:///shop.db`; make it where there is none.

        A writer upgrades an older SQLite store, after a copy; on PostgreSQL that takes `chronoscope migrate`.
        `read_only` changes nothing whatever is asked of it, and stops a question after 5 s. Raises `NoStore`,
        `SchemaTooOld`, `SchemaTooNew`, `ForeignDatabase`, `InvalidAddress`, `ConnectionLost` and the like.
        """
        database = connect(url, read_only=read_only)
        try:
            if read_only:
                _found(database)
            upgraded = None if read_only else _made(database)
        except BaseException:
            database.close()
            raise
        return cls(database, now=now, limits=limits or Limits(), upgraded=upgraded)

    def close(self) -> None:
        """Close all connections."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def append(self, events: Sequence[NewEvent], *, expected: Mapping[str, int] | None = None) -> list[RecordedEvent]:
        """Store the events as the next of their streams, in one commit, and return them as recorded.

        `expected` names the version at which the writer saw a stream. The same events again give the first result,
        so it is safe to repeat after any error; a broken connection is repeated here. Raises
        `WrongExpectedVersion`, `IdConflict`, `PartlyKnown`, `AppendTooLarge`, `InvalidEvent`, `Unreadable`, and
        what the database may refuse.
        """
        batch = prepared(events, self.limits)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._append(batch, expected or {})
            except (WrongExpectedVersion, IdTaken, CommitUnknown, ConnectionLost) as error:
                first = self._first_result(batch, error)
                if first is not None:
                    return first
                if attempt == ATTEMPTS or isinstance(error, WrongExpectedVersion):
                    raise
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _append(self, batch: Sequence[Prepared], expected: Mapping[str, int]) -> list[RecordedEvent]:
        if len(batch) == 1 and self.database.appends_one and expected.keys() <= {batch[0][0].stream}:
            return [append_one(self.database, self.now, batch[0], expected.get(batch[0][0].stream))]
        with self.database.transaction() as session:
            return Writer(session, self.now, self.limits).append_prepared(batch, expected)

    def _first_result(self, batch: Sequence[Prepared], error: EventStoreError) -> list[RecordedEvent] | None:
        """What an earlier append of these events gave; None where none of them is stored.

        Raises `IdConflict` or `PartlyKnown` where they are stored otherwise, `error` where the store does not answer.
        """
        try:
            found = self.events_by_id([event.id for event, *_ in batch])
        except ConnectionLost:
            raise error from None
        for event, _, _, digest in batch:
            if event.id in found and found[event.id].content_hash != digest:
                raise IdConflict(event.id, found[event.id].position)
        if not found:
            return None
        if len(found) < len(batch):
            one = min(found.values(), key=lambda event: event.position)
            raise PartlyKnown(len(found), len(batch), one.id, one.position)
        return [found[event.id] for event, *_ in batch]

    @contextmanager
    def write(self) -> Iterator[Writer]:
        """One write transaction, committed at the end of the block, rolled back on any error.

        Raises `CommitUnknown` where the answer to the commit did not come: everything of it, or nothing, is stored.
        """
        with self.database.transaction() as session:
            check_schema(self.database, _counter(session).schema)
            writer = Writer(session, self.now, self.limits)
            yield writer
            writer.check_settled()

    def read_stream(
        self,
        stream: str,
        *,
        after: int = 0,
        until: int | None = None,
        backwards: bool = False,
        limit: int | None = None,
    ) -> Iterator[RecordedEvent]:
        """The stream's events with `after < version <= until`, in the order of their versions or backwards."""
        low, high = after, self.version(stream) if until is None else until
        while limit is None or limit > 0:
            size = BATCH if limit is None else min(limit, BATCH)
            rows = self.rows(_STREAM_BACKWARDS if backwards else _STREAM, (stream, low, high, size))
            yield from map(recorded, rows)
            if len(rows) < size:
                return
            last = rows[-1][5]
            low, high = (low, last - 1) if backwards else (last, high)
            limit = None if limit is None else limit - len(rows)

    def read_all(
        self,
        *,
        after: int = 0,
        until: int | None = None,
        query: EventQuery = EVERYTHING,
        backwards: bool = False,
        limit: int | None = None,
    ) -> Iterator[RecordedEvent]:
        """The events with `after < position <= until` that the query asks for, in order of position or backwards.

        Read in pages, so no snapshot is held between them; `until` is the end of the log as reading begins.
        """
        span = Span(after, self.head().position if until is None else until, backwards)
        while (limit is None or limit > 0) and span.after < span.until:
            size = BATCH if limit is None else min(limit, BATCH)
            rows = self.database.read(partial(page, query=query, span=span, size=size))
            yield from map(recorded, rows)
            if len(rows) < size:
                return
            span = span.beyond(rows[-1][0])
            limit = None if limit is None else limit - len(rows)

    def event(self, position: int) -> RecordedEvent | None:
        """The event at the position; None beyond the end."""
        return self._one("position = ?", position)

    def events_at(self, positions: Sequence[int]) -> dict[int, RecordedEvent]:
        """The events at these positions."""
        condition, values = self.database.among("position", positions)
        rows = self.rows(f"SELECT {COLUMNS} FROM events WHERE {condition}", values)  # noqa: S608 - our own conditions
        return {event.position: event for event in map(recorded, rows)}

    def event_by_id(self, id: str) -> RecordedEvent | None:  # noqa: A002 - the glossary's word
        """The event with the id; None where there is none."""
        return self._one("id = ?", id)

    def events_by_id(self, ids: Sequence[str]) -> dict[str, RecordedEvent]:
        """The events with these ids, by id; ids that no event has are left out."""
        condition, values = self.database.among("id", ids)
        rows = self.rows(f"SELECT {COLUMNS} FROM events WHERE {condition}", values)  # noqa: S608 - our own conditions
        return {event.id: event for event in map(recorded, rows)}

    def effects(self, id: str, *, limit: int = 100) -> list[RecordedEvent]:  # noqa: A002 - the glossary's word
        """The events that the event or command with this id caused, in order of position."""
        return self._some("causation_id = ?", id, limit)

    def flow(self, correlation_id: str, *, limit: int = 1_000) -> list[RecordedEvent]:
        """The first events of a flow, in order of position."""
        return self._some("correlation_id = ?", correlation_id, limit)

    def around(self, event: RecordedEvent, *, limit: int = 10_000) -> tuple[list[RecordedEvent], bool]:
        """What has to do with an event: it, the first events of its flow, its cause and its effects in any other.

        And whether its flow has more events than that. An event may come twice.
        """
        flow = [] if event.correlation_id is None else self.flow(event.correlation_id, limit=limit + 1)
        cause = None if event.causation_id is None else self.event_by_id(event.causation_id)
        beside = [event, *([] if cause is None else [cause]), *self.effects(event.id)]
        return [*flow[:limit], *beside], len(flow) > limit

    def origin(self, position: int) -> Origin | None:
        """What came over the wire for the event at the position; None where it did not come over one."""
        found = self.origins(after=position - 1, until=position)
        return found[0][1] if found else None

    def origins(self, *, after: int, until: int) -> list[tuple[int, Origin, bytes]]:
        """Position, origin and its stored hash for the events with `after < position <= until` that have one."""
        return [_origin(row) for row in self.rows(_ORIGINS, (after, until))]

    def repeats(self, position: int, *, limit: int = 100) -> list[Repeat]:
        """The messages that brought the event again, in the order in which they were read."""
        return [Repeat(*row) for row in self.rows(_REPEATS, (position, limit))]

    def topics(self, positions: Sequence[int]) -> dict[int, str]:
        """The topics over which the events at these positions came; those that came over none are left out."""
        condition, values = self.database.among("o.position", positions)
        return dict(self.rows(f"{_TOPICS} WHERE {condition}", values))

    def head(self) -> Head:
        """The end of the log."""
        return self.database.read(_counter)

    def commit_at(self, recorded_at: Micros) -> int:
        """The last commit that was recorded at that time or before; 0 before all."""
        return self.database.read(lambda session: commit_at(session, recorded_at, _counter(session).position))

    def version(self, stream: str) -> int:
        """The stream's version; 0 where it has no events."""
        found = self.rows("SELECT version FROM events WHERE stream = ? ORDER BY version DESC LIMIT 1", (stream,))
        return int(found[0][0]) if found else 0

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        """The rows of one read statement, `?` for bound values on every database. For the library's own modules."""
        return self.database.read(lambda session: session.rows(sql, params))

    def _one(self, condition: str, value: int | str) -> RecordedEvent | None:
        rows = self.rows(f"SELECT {COLUMNS} FROM events WHERE {condition}", (value,))  # noqa: S608 - our own conditions
        return recorded(rows[0]) if rows else None

    def _some(self, condition: str, value: str, limit: int) -> list[RecordedEvent]:
        sql = f"SELECT {COLUMNS} FROM events WHERE {condition} ORDER BY position LIMIT ?"  # noqa: S608 - our own words
        return [recorded(row) for row in self.rows(sql, (value, limit))]


_RANGE = f"SELECT {COLUMNS} FROM events WHERE stream = ? AND version > ? AND version <= ? ORDER BY version"  # noqa: S608
_STREAM, _STREAM_BACKWARDS = f"{_RANGE} LIMIT ?", f"{_RANGE} DESC LIMIT ?"

_REPEATS = """
    SELECT s.kind, s.topic, d.partition, d."offset", d.recorded_at
    FROM duplicates d JOIN sources s ON s.source = d.source
    WHERE d.position = ? ORDER BY d.recorded_at, s.topic, d.partition, d."offset" LIMIT ?"""

_TOPICS = "SELECT o.position, s.topic FROM origins o JOIN sources s ON s.source = o.source"

_ORIGINS = """
    SELECT o.position, s.kind, s.topic, s.topic_id, o.partition, o."offset", o.timestamp, o.timestamp_type, o.key,
    o.value, o.headers, o.hash, CASE WHEN o.value_is_data = 1 THEN e.data END
    FROM origins o JOIN sources s ON s.source = o.source JOIN events e ON e.position = o.position
    WHERE o.position > ? AND o.position <= ? ORDER BY o.position"""


def _origin(row: Row) -> tuple[int, Origin, bytes]:
    position, kind, topic, topic_id, partition, offset, timestamp, timestamp_type, key, value, headers, digest, data = (
        row
    )
    origin = Origin(
        kind=kind,
        topic=topic,
        topic_id=topic_id,
        partition=partition,
        offset=offset,
        timestamp=timestamp,
        timestamp_type=timestamp_type,
        key=key,
        value=value if data is None else data.encode(),
        headers=unpacked(headers),
    )
    return position, origin, digest


def _counter(session: Session) -> Head:
    ((position, recorded_at, frontier, schema),) = session.rows(
        "SELECT position, recorded_at, frontier, schema FROM counter WHERE one = 1"
    )
    return Head(position, recorded_at if position else None, frontier if position else None, schema)


def _found(database: Database) -> None:
    """Readers need a store that they may use as it is."""
    if not database.exists:
        raise NoStore(database.label)
    with database.session() as session:
        schema = schema_of(database, session)
    if not schema:
        raise NoStore(database.label)
    check_schema(database, schema)


def _made(database: Database) -> Upgrade | None:
    """Writers make the store, and upgrade it where they may do that."""
    if not database.upgrades_on_open:
        with database.session() as session:
            schema = schema_of(database, session)
        if schema:
            check_schema(database, schema)
    return upgrade(database)


def migrate(url: str) -> Upgrade | None:
    """Make or upgrade the tables at the address; None where nothing was to do. On PostgreSQL: the owner's address."""
    database = connect(url)
    try:
        return upgrade(database)
    finally:
        database.close()
