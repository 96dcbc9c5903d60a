"""How ingest is: its ingesters, how far each partition is read, and what could not be."""

from dataclasses import dataclass

from eventstore.core.event import Micros
from eventstore.store import EventStore

LISTED = 100
"""How many ingesters and losses are listed, the newest first."""

_INGESTERS = """
    SELECT name, state, servers, topics, started_at, updated_at, fetched_at, rate, last_error, last_error_at
    FROM ingesters ORDER BY updated_at DESC LIMIT ?"""
_PARTITIONS = """
    SELECT topic, partition, next_offset, end_offset, timestamp, updated_at FROM offsets ORDER BY topic, partition"""
_REASONS = """
    SELECT reason, count(*) - count(replayed_at), count(replayed_at), min(recorded_at), max(recorded_at)
    FROM dead_letters GROUP BY reason ORDER BY reason"""
_LOSSES = """
    SELECT number, topic, partition, "first", until, reason, recorded_at FROM losses ORDER BY number DESC LIMIT ?"""


@dataclass(frozen=True, slots=True)
class IngesterState:
    """What one ingester last said of itself. `rate` is messages a second; a row that grows old tells of its death."""

    name: str
    state: str
    servers: str
    topics: str
    started_at: Micros
    updated_at: Micros
    fetched_at: Micros | None
    rate: float
    last_error: str | None
    last_error_at: Micros | None


@dataclass(frozen=True, slots=True)
class PartitionState:
    """How far one partition is read. `timestamp` is that of the last message, in milliseconds."""

    topic: str
    partition: int
    next_offset: int
    end_offset: int | None
    timestamp: int | None
    updated_at: Micros

    @property
    def lag(self) -> int | None:
        """Messages that the broker has and the store has not; None: the end is not known."""
        return None if self.end_offset is None else max(0, self.end_offset - self.next_offset)


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """Dead letters of one reason: how many wait, how many were replayed, when the first and the last came."""

    reason: str
    waiting: int
    replayed: int
    first_at: Micros
    last_at: Micros


@dataclass(frozen=True, slots=True)
class LossState:
    """Offsets [first, until) of a partition that can no longer be read, and why."""

    number: int
    topic: str
    partition: int
    first: int
    until: int
    reason: str
    recorded_at: Micros


@dataclass(frozen=True, slots=True)
class IngestHealth:
    """All of it."""

    ingesters: tuple[IngesterState, ...]
    partitions: tuple[PartitionState, ...]
    reasons: tuple[ReasonCount, ...]
    losses: tuple[LossState, ...]
    duplicates: int

    @property
    def lag(self) -> int:
        """Messages behind, over all partitions whose end is known."""
        return sum(one.lag or 0 for one in self.partitions)

    @property
    def dead_letters(self) -> int:
        """Dead letters that wait."""
        return sum(one.waiting for one in self.reasons)


def health(store: EventStore) -> IngestHealth:
    """How ingest is now, in five short reads."""
    ((duplicates,),) = store.rows("SELECT count(*) FROM duplicates")
    return IngestHealth(
        ingesters=tuple(IngesterState(*row) for row in store.rows(_INGESTERS, (LISTED,))),
        partitions=tuple(PartitionState(*row) for row in store.rows(_PARTITIONS)),
        reasons=tuple(ReasonCount(*row) for row in store.rows(_REASONS)),
        losses=tuple(LossState(*row) for row in store.rows(_LOSSES, (LISTED,))),
        duplicates=int(duplicates),
    )
