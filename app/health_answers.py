"""What `queries` answers about the intake and the seals. As `answers`: plain and masked; times are microseconds UTC."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Partition:
    """How far a partition was read. `lag` is None where the broker has not said where it ends."""

    topic: str
    partition: int
    next_offset: int
    end_offset: int | None
    lag: int | None
    timestamp: int | None
    updated_at: int


@dataclass(frozen=True, slots=True)
class Ingester:
    """An ingester as it last told of itself."""

    name: str
    state: str
    servers: str
    topics: str
    updated_at: int
    fetched_at: int | None
    rate: float
    last_error: str | None
    last_error_at: int | None


@dataclass(frozen=True, slots=True)
class Reason:
    """Dead letters with one reason: how many wait, how many were replayed, first and last."""

    reason: str
    waiting: int
    replayed: int
    first_at: int
    last_at: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that could not become an event; bytes and detail are None where a mask hides what they may hold."""

    number: int
    topic: str
    partition: int
    offset: int
    timestamp: int | None
    reason: str
    detail: str | None
    recorded_at: int
    replayed_as: int | None
    size: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A dead letter with the name or the key of something: its number, why it is no event, when it was recorded."""

    number: int
    reason: str
    recorded_at: int


@dataclass(frozen=True, slots=True)
class Loss:
    """Offsets `first <= offset < until` of a partition that can no longer be read, and why."""

    topic: str
    partition: int
    first: int
    until: int
    reason: str
    recorded_at: int


@dataclass(frozen=True, slots=True)
class Seals:
    """The chain over the log: how many blocks, up to which position, and the last hash."""

    blocks: int
    last: int
    hash: str


@dataclass(frozen=True, slots=True)
class Health:
    """All that is known of the intake."""

    partitions: tuple[Partition, ...]
    ingesters: tuple[Ingester, ...]
    reasons: tuple[Reason, ...]
    losses: tuple[Loss, ...]
    duplicates: int
    seals: Seals

    @property
    def waiting(self) -> int:
        """Dead letters that nobody has replayed."""
        return sum(reason.waiting for reason in self.reasons)

    @property
    def lag(self) -> int | None:
        """Messages that wait in all partitions; None where no broker has told."""
        known = [partition.lag for partition in self.partitions if partition.lag is not None]
        return sum(known) if known else None
