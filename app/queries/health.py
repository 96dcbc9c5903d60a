"""The intake: ingesters, partitions, dead letters, losses, seals. Always asked anew: these rows change in place."""

from typing import Any

from app.answers import DeadLetter, Health, Ingester, Loss, Partition, Reason, Seals, Viewer
from app.queries import source

LETTERS = 100

_PARTITIONS = """
    SELECT topic, partition, next_offset, end_offset, timestamp, updated_at FROM offsets ORDER BY topic, partition"""
_INGESTERS = """
    SELECT name, state, servers, topics, updated_at, fetched_at, rate, last_error, last_error_at FROM ingesters
    ORDER BY updated_at DESC LIMIT 20"""
_REASONS = """
    SELECT reason, sum(CASE WHEN replayed_at IS NULL THEN 1 ELSE 0 END), count(replayed_at), min(recorded_at),
    max(recorded_at) FROM dead_letters GROUP BY reason ORDER BY reason"""
_LOSSES = 'SELECT topic, partition, "first", until, reason, recorded_at FROM losses ORDER BY number DESC LIMIT 100'
_SEALS = "SELECT seal, last, sealed_at, hash FROM seals ORDER BY seal DESC LIMIT 1"
_LETTER = """
    SELECT d.number, s.topic, d.partition, d."offset", d.timestamp, d.reason, d.detail, d.recorded_at, d.replayed_as,
    d.key, d.value FROM dead_letters d JOIN sources s ON s.source = d.source"""


def health(viewer: Viewer) -> Health:  # noqa: ARG001 - every question takes the viewer
    """All that is known of the intake."""
    store = source.store()
    ((duplicates,),) = store.rows("SELECT count(*) FROM duplicates")
    sealed = store.rows(_SEALS)
    return Health(
        partitions=tuple(_partition(*row) for row in store.rows(_PARTITIONS)),
        ingesters=tuple(Ingester(*row) for row in store.rows(_INGESTERS)),
        reasons=tuple(Reason(*row) for row in store.rows(_REASONS)),
        losses=tuple(Loss(*row) for row in store.rows(_LOSSES)),
        duplicates=duplicates,
        seals=_seals(*sealed[0]) if sealed else Seals(0, 0, None, ""),
    )


def _partition(
    topic: str, partition: int, next_offset: int, end: int | None, timestamp: int | None, updated: int
) -> Partition:
    lag = None if end is None else max(0, end - next_offset)
    sent = None if timestamp is None else timestamp * 1_000
    return Partition(topic, partition, next_offset, end, lag, sent, updated)


def _seals(seal: int, last: int, sealed_at: int, digest: bytes) -> Seals:
    return Seals(seal, last, sealed_at, bytes(digest).hex())


def dead_letters(viewer: Viewer, reason: str) -> tuple[DeadLetter, ...]:
    """The newest dead letters with this reason."""
    rows = source.store().rows(f"{_LETTER} WHERE d.reason = ? ORDER BY d.number DESC LIMIT ?", (reason, LETTERS))
    return tuple(_letter(viewer, row) for row in rows)


def dead_letter(viewer: Viewer, number: int) -> DeadLetter | None:
    """One dead letter with its bytes."""
    rows = source.store().rows(f"{_LETTER} WHERE d.number = ?", (number,))
    return _letter(viewer, rows[0]) if rows else None


def _letter(viewer: Viewer, row: tuple[Any, ...]) -> DeadLetter:
    """With any mask all bytes are left out: what cannot be read cannot be masked either."""
    number, topic, partition, offset, timestamp, reason, detail, recorded_at, replayed_as, key, value = row
    hidden = bool(source.mask()) and not viewer.sees_clear
    return DeadLetter(
        number=number,
        topic=topic,
        partition=partition,
        offset=offset,
        timestamp=None if timestamp is None else timestamp * 1_000,
        reason=reason,
        detail=None if hidden else detail,
        recorded_at=recorded_at,
        replayed_as=replayed_as,
        size=len(value or b""),
        key=None if hidden else key,
        value=None if hidden else value,
        headers=(),
    )
