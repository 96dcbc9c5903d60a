"""The raw arms: each database's own driver writing the store's tables, indexes, triggers and hashes, and no more.

The same three statements and the same hash as the store, in one loop without checks: no expected versions, no look at
ids already known, no conflict turned into a typed error, no `RecordedEvent` made for the caller.
"""

import sqlite3
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import psycopg

from benchmarks.append_work import Shape, batches
from eventstore.clock import now
from eventstore.core import canonical
from eventstore.core.event import NewEvent

Fields = tuple[str, str, str, str, str, str, int, str, str]
"""id, stream, category, type, data, metadata, occurred_at, correlation_id, causation_id."""

COLUMNS = (
    "position, commit_position, id, stream, category, version, type, data, metadata, occurred_at, claimed_at, "
    "occurred_source, recorded_at, frontier, stream_frontier, correlation_id, causation_id, content_hash, format"
)
FORMAT = 1
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "recursive_triggers=ON",
    "cache_size=-65536",
    "wal_autocheckpoint=4000",
)
HEADS = 3
"""From so many streams in a batch on, their heads are read in one statement."""


def fields(event: NewEvent) -> Fields:
    """What a writer with a driver holds in its hands."""
    occurred = event.occurred_at or now()
    return (
        event.id,
        event.stream,
        event.category,
        event.type,
        str(event.data),
        str(event.metadata),
        occurred,
        str(event.correlation_id),
        str(event.causation_id),
    )


def rows(batch: Sequence[Fields], counted: Sequence[int], heads: dict[str, list[int]]) -> list[tuple[Any, ...]]:
    """The rows of `events`: positions, versions, clamps and hashes. `heads` is [version, frontier] for each stream."""
    commit, recorded, frontier, _ = counted
    made, at = [], commit - len(batch)
    for id_, stream, category, type_, data, metadata, claimed, correlation, causation in batch:
        at += 1
        head = heads.get(stream)
        if head is None:
            head = heads[stream] = [0, 0]
        occurred = min(claimed, recorded)
        head[0] += 1
        head[1] = max(head[1], occurred)
        digest = canonical.content_hash(
            id=id_, stream=stream, type=type_, occurred_at=claimed, data_text=data, metadata_text=metadata
        )
        made.append((
            at, commit, id_, stream, category, head[0], type_, data, metadata, occurred,
            None if occurred == claimed else claimed, 0, recorded, frontier, head[1], correlation, causation, digest,
            FORMAT,
        ))  # fmt: skip
    return made


class RawSqlite:
    """`sqlite3`, one connection kept open, as the store's own settings have it."""

    name = "raw"
    counter = (
        "UPDATE counter SET position=position+?, recorded_at=max(recorded_at,?), "
        "frontier=max(frontier,min(?,max(recorded_at,?))) RETURNING position, recorded_at, frontier, schema"
    )
    head = "SELECT version, stream_frontier FROM events WHERE stream=? ORDER BY version DESC LIMIT 1"
    heads = (
        "SELECT e.stream, e.version, e.stream_frontier FROM json_each(?) j JOIN events e "
        "ON e.stream=j.value AND e.version=(SELECT max(version) FROM events WHERE stream=j.value)"
    )
    insert = f"INSERT INTO events ({COLUMNS}) VALUES ({','.join('?' * 19)})"

    def __init__(self, path: str, shape: Shape, random: Random) -> None:
        self.shape, self.random = shape, random
        self.file = sqlite3.connect(path, isolation_level=None)
        for pragma in _PRAGMAS:
            self.file.execute(f"PRAGMA {pragma}")

    def prepare(self) -> Callable[[], None]:
        """The batches of one piece of work."""
        work = [[fields(event) for event in batch] for batch in batches(self.shape, self.random)]

        def run() -> None:
            for batch in work:
                self.append(batch)

        return run

    def append(self, batch: Sequence[Fields]) -> None:
        """One transaction."""
        execute, present = self.file.execute, now()
        top = max(event[6] for event in batch)
        execute("BEGIN IMMEDIATE")
        counted = execute(self.counter, (len(batch), present, top, present)).fetchone()
        made = rows(batch, counted, self._heads({event[1] for event in batch}))
        self.file.executemany(self.insert, made)
        execute("COMMIT")

    def _heads(self, streams: set[str]) -> dict[str, list[int]]:
        if len(streams) < HEADS:
            found = [(stream, self.file.execute(self.head, (stream,)).fetchone()) for stream in streams]
            return {stream: list(head) for stream, head in found if head}
        told = '["' + '","'.join(streams) + '"]'
        return {stream: [version, frontier] for stream, version, frontier in self.file.execute(self.heads, (told,))}

    def backends(self) -> Sequence[int]:
        """SQLite has none."""
        return ()

    def close(self) -> None:
        """Close the file."""
        self.file.close()


class RawPostgres:
    """psycopg: a function for one event, COPY for more."""

    name = "raw"
    counter = (
        "UPDATE counter SET position=position+%s, recorded_at=greatest(recorded_at,%s), "
        "frontier=greatest(frontier,least(%s,greatest(recorded_at,%s))) "
        "RETURNING position, recorded_at, frontier, schema"
    )
    heads = (
        "SELECT s, h.version, h.stream_frontier FROM unnest(%s::text[]) s CROSS JOIN LATERAL (SELECT version, "
        'stream_frontier FROM events WHERE stream = s COLLATE "C" ORDER BY version DESC LIMIT 1) h'
    )
    copy = f"COPY events ({COLUMNS}) FROM STDIN"
    function = f"""
        CREATE FUNCTION raw_append(e_id text, e_stream text, e_category text, e_type text, e_data text, e_metadata text,
            e_claimed bigint, e_correlation text, e_causation text, e_hash bytea, e_now bigint) RETURNS bigint
        LANGUAGE plpgsql AS $$
        DECLARE c record; v bigint := 0; f bigint := 0; o bigint;
        BEGIN
            UPDATE counter SET position=position+1, recorded_at=greatest(recorded_at,e_now),
                frontier=greatest(frontier,least(e_claimed,greatest(recorded_at,e_now)))
                RETURNING position, recorded_at, frontier, schema INTO c;
            SELECT version, stream_frontier INTO v, f FROM events
                WHERE stream = e_stream COLLATE "C" ORDER BY version DESC LIMIT 1;
            o := least(e_claimed, c.recorded_at);
            INSERT INTO events ({COLUMNS}) VALUES (c.position, c.position, e_id, e_stream, e_category, coalesce(v,0)+1,
                e_type, e_data, e_metadata, o, CASE WHEN o = e_claimed THEN NULL ELSE e_claimed END, 0, c.recorded_at,
                c.frontier, greatest(coalesce(f,0),o), e_correlation, e_causation, e_hash, {FORMAT});
            RETURN c.position;
        END $$"""

    def __init__(self, url: str, shape: Shape, random: Random) -> None:
        self.shape, self.random = shape, random
        self.server = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
        self.server.execute(self.function.encode())

    def prepare(self) -> Callable[[], None]:
        """The batches of one piece of work."""
        work = [[fields(event) for event in batch] for batch in batches(self.shape, self.random)]
        append = self.append_one if self.shape.batch == 1 else self.append

        def run() -> None:
            for batch in work:
                append(batch)

        return run

    def append_one(self, batch: Sequence[Fields]) -> None:
        """One event, one call."""
        id_, stream, _, type_, data, metadata, claimed, *_ = event = batch[0]
        digest = canonical.content_hash(
            id=id_, stream=stream, type=type_, occurred_at=claimed, data_text=data, metadata_text=metadata
        )
        call = "SELECT raw_append(%s,%s,%s,%s,%s,%s,%s,%s,%s,%b,%s)"
        self.server.execute(call, (*event, digest, now()), prepare=True).fetchone()

    def append(self, batch: Sequence[Fields]) -> None:
        """One transaction."""
        present, top = now(), max(event[6] for event in batch)
        with self.server.transaction(), self.server.cursor() as cursor:
            counted = cursor.execute(self.counter, (len(batch), present, top, present), prepare=True).fetchone()
            streams = list({event[1] for event in batch})
            found = cursor.execute(self.heads, (streams,), prepare=True).fetchall()
            made = rows(batch, counted or (), {stream: [version, front] for stream, version, front in found})
            with cursor.copy(self.copy.encode()) as copy:
                for row in made:
                    copy.write_row(row)

    def backends(self) -> Sequence[int]:
        """The server's process for this connection."""
        return (self.server.info.backend_pid,)

    def close(self) -> None:
        """Close the connection."""
        self.server.close()
