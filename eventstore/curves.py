"""What the log holds, counted: events over time, by category and type, the list of streams, the events about a time.

Read from the projector's derived tables. What it has not taken in yet is added from the log itself, so an answer is
exact at any lag; it only takes longer the further the projector is behind.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Literal, NamedTuple

from eventstore.checkpoints import checkpoint
from eventstore.core.event import Micros
from eventstore.databases import Row
from eventstore.errors import StoreBusy
from eventstore.projector.log import BUCKET, READER
from eventstore.store import EventStore

FINE_BUCKETS = 1_000
"""Buckets that ten minutes do not divide are counted in the log: at most this many buckets long."""

_ATTEMPTS = 20
_MOST_RANGES = 50  # more categories than this are sorted, not each read in order


class Count(NamedTuple):
    """How many events of a category or type occurred in the bucket that begins at `bucket`."""

    bucket: Micros
    value: str
    events: int


@dataclass(frozen=True, slots=True)
class Kinds:
    """How many events a category holds of a type."""

    category: str
    type: str
    events: int


@dataclass(frozen=True, slots=True)
class Totals:
    """The whole log: its events, when the first and the last of them occurred (None: it is empty), and their kinds."""

    events: int
    first_at: Micros | None
    last_at: Micros | None
    kinds: tuple[Kinds, ...]


@dataclass(frozen=True, slots=True)
class StreamSummary:
    """A stream: how long it is, when its first and its latest event occurred, and the position of its last one."""

    stream: str
    category: str
    version: int
    first_at: Micros
    last_at: Micros
    position: int

    @property
    def key(self) -> "StreamKey":
        """Where it stands in the list: hand it to `streams` as `after` for what follows."""
        return StreamKey(self.last_at, self.stream)


class StreamKey(NamedTuple):
    """A place in the list of streams."""

    last_at: Micros
    stream: str


class Instant(NamedTuple):
    """An event as a place in time: when it occurred, and what it was."""

    at: Micros
    position: int
    stream: str
    type: str


def event_counts(
    store: EventStore,
    since: Micros,
    before: Micros,
    *,
    bucket: Micros,
    by: Literal["category", "type"],
    categories: Sequence[str] = (),
) -> list[Count]:
    """Events that occurred in `since <= t < before`, in buckets of `bucket` microseconds, by category or type.

    Buckets begin at multiples of `bucket` since 1970 in UTC; those at the ends hold only what lies within. In order of
    bucket and value, empty ones left out. Raises `ValueError` for a bucket that ten minutes do not divide over more
    than `FINE_BUCKETS` buckets.
    """
    if bucket <= 0 or (bucket % BUCKET and (before - since) // bucket >= FINE_BUCKETS):
        raise ValueError(
            f"Buckets of {bucket} µs over {(before - since) / 1e6:g} s: take a multiple of {BUCKET} µs, or a time of "
            f"at most {FINE_BUCKETS} buckets."
        )
    only, bound = store.database.among("category", categories) if categories else ("1 = 1", [])
    inner_since, inner_before = _whole(since, before) if bucket % BUCKET == 0 else (before, before)
    sql = _COUNTS.format(by=by, bucket=bucket, only=only)
    edges = (since, min(inner_since, before), *bound, max(inner_before, since), before, *bound)
    inner = (inner_since, inner_before, *bound)

    def ask(reached: int) -> tuple[str, Sequence[Any]]:
        return sql, (*edges, *inner, reached, *inner)

    return sorted(Count(int(at), value, int(events)) for at, value, events in _at_checkpoint(store, ask))


def totals(store: EventStore) -> Totals:
    """What the whole log holds."""
    rows = _at_checkpoint(store, lambda reached: (_KINDS, (reached,)))
    kinds = tuple(Kinds(category, kind, int(events)) for category, kind, events in sorted(rows))
    ((first_at, last_at),) = store.rows(_SPAN)
    return Totals(sum(kind.events for kind in kinds), first_at, last_at, kinds)


def streams(
    store: EventStore,
    *,
    text: str | None = None,
    category: str | None = None,
    after: StreamKey | None = None,
    limit: int = 50,
) -> list[StreamSummary]:
    """Streams by their latest event, newest first; at most `limit`, those that follow `after`.

    `text` is part of the stream's name; case counts. Without it a page takes the same time wherever it stands.
    """
    only, bound = ("1 = 1", ()) if text is None else (store.database.containing("e.stream"), (text,))
    kind, kinds = ("1 = 1", ()) if category is None else ("e.category = ?", (category,))
    place = after or StreamKey(2**62, "")
    ranges, starts = _ranges(store, category)
    page = " UNION ALL ".join(
        f"SELECT * FROM ({_PAGE.format(kind=condition, only=only)}) AS range{number}"  # noqa: S608 - our own conditions
        for number, condition in enumerate(ranges)
    )
    values = [value for start in starts for value in (*start, *place, *bound, limit)]
    newer = _NEWER.format(kind=kind, only=only)

    def ask(reached: int) -> tuple[str, Sequence[Any]]:
        return f"{page} UNION ALL {newer}", (*values, reached, *kinds, *bound)

    found = [StreamSummary(*row) for row in _at_checkpoint(store, ask)]
    return sorted((stream for stream in found if stream.key < place), key=_key, reverse=True)[:limit]


def beside(
    store: EventStore, at: Micros, *, known: int, backwards: bool = False, stream: str | None = None, limit: int = 50
) -> list[Instant]:
    """The events that occurred after `at`, or before it, the nearest first; at most `limit`.

    Only those with `commit <= known`, and only the stream's where one is named.
    """
    sql = (_BEFORE if backwards else _AFTER).format(stream="1 = 1" if stream is None else "stream = ?")
    # a sum keeps the index on times out of it: a stream has its own, and few events
    sql = sql if stream is None else sql.replace("occurred_at", "occurred_at + 0")
    bound = () if stream is None else (stream,)
    return [Instant(*row) for row in store.rows(sql, (at, known, *bound, limit))]


_key = attrgetter("key")


def _ranges(store: EventStore, category: str | None) -> tuple[list[str], list[tuple[str, ...]]]:
    """Conditions that cut the list of streams into ranges of its index, and their values: one for each category."""
    names = [name for (name,) in store.rows(_CATEGORIES)] if category is None else [category]
    if len(names) > _MOST_RANGES or not names:
        return ["1 = 1"], [()]
    return ["e.category = ?"] * len(names), [(name,) for name in names]


def _whole(since: Micros, before: Micros) -> tuple[Micros, Micros]:
    """The whole buckets within a time: where they begin and end. Equal where there is none."""
    first = since + -since % BUCKET
    return first, max(first, before - before % BUCKET)


def _at_checkpoint(store: EventStore, ask: Callable[[int], tuple[str, Sequence[Any]]]) -> list[Row]:
    """The rows of a statement that adds what lies above the projector's checkpoint to what it has counted.

    Each row brings the checkpoint as the statement saw it. Where the projector moved on just before, it is asked again.
    """
    reached = checkpoint(store, READER)
    for _ in range(_ATTEMPTS):
        sql, values = ask(reached)
        rows = store.rows(_WITH_CHECKPOINT.format(sql=sql), (READER, *values))
        if not rows or rows[0][0] == reached:
            return [row[1:] for row in rows]
        reached = rows[0][0]
    raise StoreBusy(store.database.label, f"the projector moved on during {_ATTEMPTS} attempts to count")


_WITH_CHECKPOINT = """
    SELECT coalesce((SELECT position FROM checkpoints WHERE reader = ?), 0), answer.* FROM ({sql}) AS answer"""

# The first two parts are the ends of the time, which are no whole buckets, counted in the log by its index on times.
# The last is what the projector has not counted: found by position, so the sum with 0 keeps that index out of it.
_COUNTS = """
    SELECT at - ((at % {bucket}) + {bucket}) % {bucket} AS start, value, sum(events) FROM (
    SELECT occurred_at AS at, {by} AS value, 1 AS events FROM events
    WHERE occurred_at >= ? AND occurred_at < ? AND {only}
    UNION ALL
    SELECT occurred_at, {by}, 1 FROM events WHERE occurred_at >= ? AND occurred_at < ? AND {only}
    UNION ALL
    SELECT bucket, {by}, events FROM event_counts WHERE bucket >= ? AND bucket < ? AND {only}
    UNION ALL
    SELECT occurred_at, {by}, 1 FROM events
    WHERE position > ? AND occurred_at + 0 >= ? AND occurred_at + 0 < ? AND {only}
    ) AS found GROUP BY 1, 2"""

_KINDS = """
    SELECT category, type, sum(events) FROM (SELECT category, type, events FROM event_counts
    UNION ALL SELECT category, type, 1 FROM events WHERE position > ?) AS found GROUP BY 1, 2"""

_SPAN = "SELECT (SELECT min(occurred_at) FROM events), (SELECT max(occurred_at) FROM events)"

_AFTER = """
    SELECT occurred_at, position, stream, type FROM events WHERE occurred_at > ? AND commit_position <= ? AND {stream}
    ORDER BY occurred_at, position LIMIT ?"""

_BEFORE = """
    SELECT occurred_at, position, stream, type FROM events WHERE occurred_at < ? AND commit_position <= ? AND {stream}
    ORDER BY occurred_at DESC, position DESC LIMIT ?"""

# Every category of the list, each found by one look at the index.
_CATEGORIES = """
    WITH RECURSIVE found(category) AS (SELECT min(category) FROM streams
    UNION ALL SELECT (SELECT min(category) FROM streams WHERE category > found.category) FROM found
    WHERE found.category IS NOT NULL)
    SELECT category FROM found WHERE category IS NOT NULL"""

# A stream that goes on above the checkpoint is left to the other part.
_PAGE = """
    SELECT stream, category, version, first_at, last_at, position FROM streams e
    WHERE {kind} AND (last_at, stream) < (?, ?) AND {only}
    AND NOT EXISTS (SELECT 1 FROM events WHERE events.stream = e.stream AND events.version > e.version)
    ORDER BY last_at DESC, stream DESC LIMIT ?"""

_NEWER = """
    SELECT e.stream, max(e.category), max(e.version),
    min(CASE WHEN s.first_at < e.occurred_at THEN s.first_at ELSE e.occurred_at END),
    max(CASE WHEN s.last_at > e.occurred_at THEN s.last_at ELSE e.occurred_at END), max(e.position)
    FROM events e LEFT JOIN streams s ON s.stream = e.stream WHERE e.position > ? AND {kind} AND {only}
    GROUP BY e.stream"""
