"""The write side: from new events to rows, inside one write transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

from eventstore.clock import Clock
from eventstore.core.canonical import Json, content_hash, encode
from eventstore.core.event import Micros, NewEvent, OccurredSource, RecordedEvent
from eventstore.core.origin import Origin, origin_hash, packed
from eventstore.core.placing import BEFORE_ALL, FORMAT, STATED, Commit, Place, Prepared, StreamEnd
from eventstore.databases import Database, Row, Session
from eventstore.errors import (
    AppendTooLarge,
    InvalidEvent,
    OneAppendPerCommit,
    RepeatedId,
    WrongExpectedVersion,
    schema_problem,
)
from eventstore.schema import EVENT_COLUMNS, ORIGIN_COLUMNS, VERSION

MAX_NAME = 1_024
"""The longest stream, category, type or id, in bytes of UTF-8: databases bound what an index holds."""

MAX_EVENTS = 5_000
"""The default of the most events in one append: it holds the write lock while it runs."""

CLOCK_SKEW: Micros = 5_000_000
"""The default of how far back, within one topic-partition, a message is taken to be out of order by mistake."""

EARLIEST: Micros = -2_208_988_800_000_000
"""1900-01-01, the earliest time that an event may claim."""

LATEST: Micros = 253_402_214_400_000_000
"""9999-12-31, before which every claimed time lies."""

_NO_CLAIM: Micros = 2**62
_NEEDED = ("id", "stream", "category", "type")
_GIVEN = (*STATED, OccurredSource.KAFKA)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a deployment may set: the most events in one append, and the clock skew within a topic-partition."""

    max_events: int = MAX_EVENTS
    clock_skew: Micros = CLOCK_SKEW


def recorded(row: Row) -> RecordedEvent:
    """The event of a row of `events`. Not by the constructor, which for frozen classes takes five times as long."""
    event = object.__new__(RecordedEvent)
    fields = dict(zip(_FIELDS, row, strict=False))
    fields["occurred_source"] = _SOURCES[fields["occurred_source"]]
    object.__setattr__(event, "__dict__", fields)
    return event


_FIELDS = tuple({"data": "data_text", "metadata": "metadata_text"}.get(name, name) for name in EVENT_COLUMNS)
_SOURCES = tuple(OccurredSource)


def prepared(events: Sequence[NewEvent], limits: Limits) -> list[Prepared]:
    """Everything that can be done, and refused, before the store is locked.

    Raises `AppendTooLarge`, `RepeatedId`, `InvalidEvent`, and `Unreadable` for data that JSON cannot keep.
    """
    if len(events) > limits.max_events:
        raise AppendTooLarge(len(events), limits.max_events)
    if len({event.id for event in events}) < len(events):
        raise _repeated(events)
    return [_prepared(event) for event in events]


def _prepared(event: NewEvent) -> Prepared:
    names = f"{event.id}{event.stream}{event.category}{event.type}{event.correlation_id}{event.causation_id}"
    if not (event.id and event.stream and event.category and event.type) or (
        len(names) > MAX_NAME // 4 or "\0" in names or not names.isascii()
    ):
        _check_names(event)
    at = event.occurred_at
    if at is not None and not (type(at) is int and EARLIEST <= at < LATEST):
        raise InvalidEvent(event.id, "occurred_at", f"is {at!r}, not microseconds between 1900 and 9999")
    if event.occurred_source not in _GIVEN:
        raise InvalidEvent(event.id, "occurred_source", f"is {event.occurred_source!r}, which only the store sets")
    data, metadata = _text(event.data), _text(event.metadata)
    digest = content_hash(
        id=event.id,
        stream=event.stream,
        type=event.type,
        occurred_at=at if event.occurred_source in STATED else None,
        data_text=data,
        metadata_text=metadata,
    )
    return event, data, metadata, digest


def _text(value: Any) -> str:
    return value if type(value) is Json else encode(value)


def _check_names(event: NewEvent) -> None:
    for field in (*_NEEDED, "correlation_id", "causation_id"):
        name = getattr(event, field)
        if name is not None:
            _check_name(event.id, field, name)


def _check_name(event_id: str, field: str, name: str) -> None:
    if not name and field in _NEEDED:
        raise InvalidEvent(event_id, field, "is empty")
    if "\0" in name:
        raise InvalidEvent(event_id, field, "holds the character NUL, which databases cut or refuse")
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        raise InvalidEvent(event_id, field, "holds half a character (a lone surrogate)") from None
    if size > MAX_NAME:
        raise InvalidEvent(event_id, field, f"has {size:,} bytes, the limit is {MAX_NAME:,}")


def _repeated(events: Sequence[NewEvent]) -> RepeatedId:
    seen: set[str] = set()
    return RepeatedId(next(event.id for event in events if event.id in seen or seen.add(event.id)))  # type: ignore[func-returns-value]


def append_one(database: Database, now: Clock, event: Prepared, expected: int | None) -> RecordedEvent:
    """One event in one statement, for databases that can: the same as an append of it alone."""
    new, data, metadata, digest = event
    # fmt: off
    values = (
        new.id, new.stream, new.category, new.type, data, metadata, new.occurred_at, int(new.occurred_source),
        new.correlation_id, new.causation_id, digest, now(), expected, VERSION,
    )
    database.check_writable()
    with database.session() as session:
        position, version, at, claimed, source, recorded_at, frontier, end = database.append_one(session, values)
    return recorded((
        position, position, new.id, new.stream, new.category, version, new.type, data, metadata, at, claimed, source,
        recorded_at, frontier, end, new.correlation_id, new.causation_id, digest, FORMAT,
    ))
    # fmt: on


class Writer:
    """One write transaction: other modules' rows, and at most one append. Made by `EventStore.write`."""

    def __init__(self, session: Session, now: Clock, limits: Limits) -> None:
        self.session, self._now, self._limits = session, now, limits
        self._asked = self._stored = False
        self.recorded_at: Micros = BEFORE_ALL

    @property
    def database(self) -> Database:
        """The database that is written to."""
        return self.session.database

    def execute(self, sql: str, params: Sequence[Any] = ()) -> int:
        """Run a statement; the number of rows that it changed."""
        return self.session.execute(sql, params)

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run a statement for each row of values."""
        self.session.executemany(sql, rows)

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        """The rows of a statement, as this transaction sees them."""
        return self.session.rows(sql, params)

    def source(self, kind: str, topic: str, topic_id: str) -> int:
        """The number of this source of messages in `sources`; made where it is new."""
        found = self._source(kind, topic, topic_id)
        if found is None:
            self.database.lock(self.session)
            found = self._source(kind, topic, topic_id) or self._new_source(kind, topic, topic_id)
        return found

    def _source(self, kind: str, topic: str, topic_id: str) -> int | None:
        sql = "SELECT source FROM sources WHERE kind = ? AND topic = ? AND topic_id = ?"
        found = self.rows(sql, (kind, topic, topic_id))
        return int(found[0][0]) if found else None

    def _new_source(self, kind: str, topic: str, topic_id: str) -> int:
        ((number,),) = self.rows("SELECT coalesce(max(source), 0) + 1 FROM sources")
        sql = "INSERT INTO sources (source, kind, topic, topic_id) VALUES (?, ?, ?, ?)"
        self.execute(sql, (number, kind, topic, topic_id))
        return int(number)

    def known(self, ids: Sequence[str]) -> dict[str, tuple[int, bytes]]:
        """Position and content hash of each of the ids that is stored; it holds until the commit.

        Takes the write lock, so call it after whatever locks `offsets`.
        """
        self.database.lock(self.session)
        condition, values = self.database.among("id", ids)
        found = self.rows(f"SELECT id, position, content_hash FROM events WHERE {condition}", values)  # noqa: S608
        return {event_id: (position, bytes(digest)) for event_id, position, digest in found}

    def append(
        self,
        events: Sequence[NewEvent],
        *,
        expected: Mapping[str, int] | None = None,
        origins: Sequence[Origin | None] = (),
    ) -> list[RecordedEvent]:
        """Store the events as the next of their streams, all or none, and return them as recorded.

        `expected` names the version at which the writer saw a stream. `origins` stand beside the events that came
        over a wire. Raises `WrongExpectedVersion`, `IdTaken` and what `prepared` refuses; after an error the
        transaction can only be rolled back.
        """
        return self.append_prepared(prepared(events, self._limits), expected or {}, origins)

    def append_prepared(
        self, events: Sequence[Prepared], expected: Mapping[str, int], origins: Sequence[Origin | None] = ()
    ) -> list[RecordedEvent]:
        """`append` for events that `prepared` has checked."""
        if self._asked:
            raise OneAppendPerCommit(self.database.label)
        if not events:
            return []
        self._asked = True
        position, self.recorded_at, frontier = self._take_positions(events)
        heads = self._heads({event.stream for event, *_ in events} | expected.keys(), with_origins=bool(origins))
        for stream, version in expected.items():
            if heads[stream].version != version:
                raise WrongExpectedVersion(stream, version, heads[stream].version)
        places = self._places(origins)
        commit = Commit(position, self.recorded_at, frontier, self._limits.clock_skew)
        rows = commit.rows(events, heads, expected, places or repeat(None))
        self.database.insert(self.session, "events", EVENT_COLUMNS, rows)
        if places:
            self._insert_origins(rows, origins, places)
        self._stored = True
        return [recorded(row) for row in rows]

    def check_settled(self) -> None:
        """Before the commit. Raises `OneAppendPerCommit` if an append took its positions but failed."""
        if self._asked and not self._stored:
            raise OneAppendPerCommit(self.database.label)

    def _take_positions(self, events: Sequence[Prepared]) -> tuple[int, Micros, Micros]:
        """The write lock: the commit's last position, its time, and the store's frontier with it."""
        claims = [event.occurred_at for event, *_ in events]
        top = max(_NO_CLAIM if claim is None else claim for claim in claims)
        position, recorded_at, frontier, schema = self.database.take_positions(
            self.session, len(events), self._now(), top
        )
        check_schema(self.database, schema)
        return position, recorded_at, frontier

    def _heads(self, streams: set[str], *, with_origins: bool) -> dict[str, StreamEnd]:
        heads = {stream: StreamEnd() for stream in streams}
        for stream, version, frontier, occurred_at, source, partition in self.database.heads(
            self.session, sorted(streams), with_origins=with_origins
        ):
            place = None if source is None else (source, partition)
            heads[stream] = StreamEnd(version, frontier, occurred_at, place)
        return heads

    def _places(self, origins: Sequence[Origin | None]) -> list[Place | None]:
        """Source number and partition of each origin."""
        if not origins:
            return []
        named = {(origin.kind, origin.topic, origin.topic_id) for origin in origins if origin}
        numbers = {names: self.source(*names) for names in sorted(named)}
        return [
            (numbers[origin.kind, origin.topic, origin.topic_id], origin.partition) if origin else None
            for origin in origins
        ]

    def _insert_origins(
        self, rows: Sequence[Row], origins: Sequence[Origin | None], places: Sequence[Place | None]
    ) -> None:
        """One row for each event that came over a wire."""
        kept = [
            _origin_row(row[0], row[7], origin, place[0])
            for row, origin, place in zip(rows, origins, places, strict=True)
            if origin and place
        ]
        self.database.insert(self.session, "origins", ORIGIN_COLUMNS, kept)


def check_schema(database: Database, schema: int) -> None:
    """Raises `SchemaTooOld` or `SchemaTooNew`, whichever side of ours it is."""
    if schema != VERSION:
        raise schema_problem(database.label, schema, VERSION)


def _origin_row(position: int, data: str, origin: Origin, source: int) -> Row:
    headers = packed(origin.headers)
    is_data = origin.value == data.encode()
    return (
        position,
        source,
        origin.partition,
        origin.offset,
        origin.timestamp,
        origin.timestamp_type,
        origin.key,
        None if is_data else origin.value,
        int(is_data),
        headers,
        origin_hash(origin, headers),
    )
