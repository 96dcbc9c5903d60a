"""What is counted of the log itself: events over time, and the list of streams.

What a slice of the log brings and the checkpoint that says so are written in one transaction, so no crash counts an
event twice or leaves one out.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eventstore.checkpoints import advance, checkpoint
from eventstore.core.event import Micros
from eventstore.databases import Row
from eventstore.store import EventStore
from eventstore.writing import Writer

READER = "log"
"""The reader's name in `checkpoints`."""

BUCKET: Micros = 600_000_000
"""The width of a bucket of `event_counts`: ten minutes."""

SLICE = 5_000
"""How many positions one transaction takes: about 100 ms on SQLite."""

_EVENTS = """
    SELECT position, stream, category, version, type, occurred_at FROM events
    WHERE position > ? AND position <= ? ORDER BY position LIMIT ?"""

_COUNT = """
    INSERT INTO event_counts (bucket, category, type, events) VALUES (?, ?, ?, ?)
    ON CONFLICT (bucket, category, type) DO UPDATE SET events = event_counts.events + excluded.events"""

_STREAM = """
    INSERT INTO streams (stream, category, version, first_at, last_at, position) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (stream) DO UPDATE SET version = excluded.version, position = excluded.position,
    first_at = CASE WHEN excluded.first_at < streams.first_at THEN excluded.first_at ELSE streams.first_at END,
    last_at = CASE WHEN excluded.last_at > streams.last_at THEN excluded.last_at ELSE streams.last_at END"""


@dataclass(slots=True)
class StreamSpan:
    """What a slice of the log says of a stream: its last version and position, its first and last time."""

    category: str
    version: int
    first_at: Micros
    last_at: Micros
    position: int


class LogReader:
    """Brings these counts level with the log. Any number may run: one gets on, the others see that it did.

    `hook` is called with the name of each point between two statements; tests stop the projector there.
    """

    def __init__(self, store: EventStore, *, hook: Callable[[str], None] = lambda _: None) -> None:
        self.store, self.hook = store, hook

    def catch_up(
        self,
        *,
        until: int | None = None,
        stop: Callable[[], bool] = lambda: False,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> int:
        """Take in the log up to position `until` (its end as this begins) and return where the checkpoint stands.

        `on_progress` gets the checkpoint and the end after each slice; behind a slice after which `stop` says so, this
        ends. Raises what the database may refuse; what was taken in before stays.
        """
        head = self.store.head().position
        end = head if until is None else min(until, head)
        reached = checkpoint(self.store, READER)
        while reached < end:
            reached = self._slice(reached, end)
            if on_progress is not None:
                on_progress(reached, end)
            if stop():
                break
        return reached

    def _slice(self, after: int, until: int) -> int:
        """Take in the next events; where another projector was quicker, take its checkpoint instead."""
        rows = self.store.rows(_EVENTS, (after, until, SLICE))
        self.hook("read")
        if not rows:
            return until
        counts, streams = counted(rows), spans(rows)
        last = int(rows[-1][0])
        with self.store.write() as writer:
            self.hook("begun")
            if advance(writer, READER, after, last, self.store.now()):
                self._store(writer, counts, streams)
                return last
        return checkpoint(self.store, READER)

    def _store(self, writer: Writer, counts: Counter[tuple[Micros, str, str]], streams: dict[str, StreamSpan]) -> None:
        self.hook("checkpoint written")
        writer.executemany(_COUNT, [(*key, events) for key, events in sorted(counts.items())])
        self.hook("counts written")
        writer.executemany(_STREAM, [_stream_row(name, streams[name]) for name in sorted(streams)])
        self.hook("streams written")


def counted(rows: Sequence[Row]) -> Counter[tuple[Micros, str, str]]:
    """How many events fall into each bucket, category and type."""
    return Counter((at - at % BUCKET, category, kind) for _, _, category, _, kind, at in rows)


def spans(rows: Sequence[Row]) -> dict[str, StreamSpan]:
    """What events in order of position say of their streams."""
    found: dict[str, StreamSpan] = {}
    for position, stream, category, version, _, at in rows:
        span = found.get(stream)
        if span is None:
            found[stream] = StreamSpan(category, version, at, at, position)
        else:
            span.version, span.position = version, position
            span.first_at, span.last_at = min(span.first_at, at), max(span.last_at, at)
    return found


def _stream_row(stream: str, span: StreamSpan) -> Row:
    return stream, span.category, span.version, span.first_at, span.last_at, span.position
