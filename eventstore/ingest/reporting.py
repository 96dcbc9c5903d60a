"""What an ingester says of itself: a row that the Health page shows, and a word for whoever started it."""

import os
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from eventstore.core.event import Micros
from eventstore.errors import DatabaseError
from eventstore.ingest.intake import Taken
from eventstore.ingest.offsets import Offset, Partition
from eventstore.store import EventStore
from eventstore.writing import Writer

EVERY: Micros = 1_000_000
"""How often a state that stays the same is written."""

FORGOTTEN: Micros = 60_000_000
"""After so long without a word the row of an ended ingester of the same topics is removed."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an ingester is. `state`: connecting, catching up, live, retrying, stopped, fenced or failed.

    The counts are of this run; `lag` is messages behind the broker, None where that is not known; `rate` is messages
    a second over the last seconds.
    """

    state: str = "connecting"
    events: int = 0
    duplicates: int = 0
    dead_letters: int = 0
    lag: int | None = None
    rate: float = 0.0
    error: str | None = None

    @property
    def messages(self) -> int:
        """All messages that were taken."""
        return self.events + self.duplicates + self.dead_letters


OnProgress = Callable[[Progress], None]


class Reporter:
    """Keeps the row of one ingester. What cannot be written, since the database is away, shows by its age."""

    def __init__(self, store: EventStore, servers: str, topics: Sequence[str], on_progress: OnProgress | None) -> None:
        self.progress = Progress()
        self._store, self._on_progress = store, on_progress
        self._row = (f"{socket.gethostname()}-{os.getpid()}", servers, ",".join(topics), store.now())
        self._written: Micros = 0
        self._fetched: Micros | None = None
        self._failed: Micros | None = None
        self._mark = (store.now(), 0)
        self._ends: dict[Partition, Offset] = {}

    def taken(self, taken: Taken) -> None:
        """Count a batch."""
        self._fetched = self._store.now()
        self.progress = replace(
            self.progress,
            events=self.progress.events + taken.events,
            duplicates=self.progress.duplicates + taken.duplicates,
            dead_letters=self.progress.dead_letters + taken.dead_letters,
        )

    def reading(self, state: str, stands: Mapping[Partition, Offset]) -> None:
        """Say that all is well, and how far the partitions are."""
        lag = sum(max(0, (one.end_offset or 0) - one.next_offset) for one in stands.values())
        self._say(replace(self.progress, state=state, lag=lag, rate=self._rate()), stands)

    def trouble(self, state: str, error: Exception | str) -> None:
        """Say what is wrong. It stays visible as the last error."""
        self._failed = self._store.now()
        self._say(replace(self.progress, state=state, error=str(error), rate=0.0), {})

    def ended(self) -> None:
        """Say that this run is over, as it should be."""
        self._say(replace(self.progress, state="stopped", rate=0.0), {})

    def _say(self, progress: Progress, stands: Mapping[Partition, Offset]) -> None:
        changed = (progress.state, progress.error) != (self.progress.state, self.progress.error)
        self.progress = progress
        if not changed and self._store.now() - self._written < EVERY:
            return
        self._written = self._store.now()
        if self._on_progress is not None:
            self._on_progress(progress)
        try:
            with self._store.write() as writer:
                self._write(writer, stands)
        except DatabaseError:
            return  # the loop meets the same error, and retries; the row's age tells the rest

    def _write(self, writer: Writer, stands: Mapping[Partition, Offset]) -> None:
        ends = {place: stand for place, stand in sorted(stands.items()) if self._ends.get(place) != stand}
        writer.executemany(
            "UPDATE offsets SET end_offset = ? WHERE topic = ? AND partition = ? AND topic_id = ?",
            [(stand.end_offset, *place, stand.topic_id) for place, stand in ends.items()],
        )
        self._ends |= ends
        name, servers, topics, started = self._row
        writer.execute(
            "DELETE FROM ingesters WHERE topics = ? AND name <> ? AND updated_at < ?",
            (topics, name, self._written - FORGOTTEN),
        )
        progress = self.progress
        writer.execute(
            _UPSERT,
            (
                *(name, progress.state, servers, topics, started, self._written),
                *(self._fetched, progress.rate, progress.error, self._failed),
            ),
        )

    def _rate(self) -> float:
        """Messages a second since the mark; the mark moves on every few seconds."""
        (since, before), now = self._mark, self._store.now()
        if now <= since:
            return self.progress.rate
        rate = (self.progress.messages - before) * 1_000_000 / (now - since)
        if now - since > 5 * EVERY:
            self._mark = (now, self.progress.messages)
        return rate


_UPSERT = """
    INSERT INTO ingesters (name, state, servers, topics, started_at, updated_at, fetched_at, rate, last_error,
    last_error_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (name) DO UPDATE SET state = excluded.state, servers = excluded.servers, topics = excluded.topics,
    started_at = excluded.started_at, updated_at = excluded.updated_at, fetched_at = excluded.fetched_at,
    rate = excluded.rate, last_error = excluded.last_error, last_error_at = excluded.last_error_at"""
