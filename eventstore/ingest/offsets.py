"""How far each partition is read: the fence that lets one ingester pass, and ranges that can no longer be read."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from eventstore.core.event import Micros
from eventstore.errors import Fenced
from eventstore.store import EventStore
from eventstore.writing import Writer

Partition = tuple[str, int]
"""A topic's name and a partition's number."""


class Offset(NamedTuple):
    """How far a partition is read. `timestamp` is that of the last message read, in milliseconds."""

    topic_id: str
    next_offset: int
    end_offset: int | None = None
    timestamp: int | None = None


class Advance(NamedTuple):
    """A step that a batch takes in a partition, from `expected` (None: its first) to `next`; its end where known."""

    topic_id: str
    expected: int | None
    next: int
    end_offset: int | None = None
    timestamp: int | None = None


class Loss(NamedTuple):
    """Offsets `first <= offset < until` that can no longer be read. None at all: the topic was made anew."""

    first: int
    until: int
    reason: str


def read(store: EventStore, topics: Iterable[str]) -> dict[Partition, Offset]:
    """How far the store has read each partition of these topics that it knows."""
    named = list(topics)
    marks = ",".join("?" * len(named))
    rows = store.rows(
        f"SELECT topic, partition, topic_id, next_offset, end_offset, timestamp FROM offsets WHERE topic IN ({marks})",  # noqa: S608 - the marks are question marks
        named,
    )
    return {(topic, partition): Offset(*rest) for topic, partition, *rest in rows}


def advance(writer: Writer, advances: Mapping[Partition, Advance], at: Micros) -> None:
    """Move each partition on, if it stands where the batch began; in one order, so that two never wait in a ring.

    Raises Fenced, with both offsets, where another ingester came first.
    """
    for partition, step in sorted(advances.items()):
        if not (_begin(writer, partition, step, at) if step.expected is None else _move(writer, partition, step, at)):
            raise _fenced(writer, partition, step)


def _move(writer: Writer, partition: Partition, step: Advance, at: Micros) -> bool:
    changed = writer.execute(
        "UPDATE offsets SET next_offset = ?, end_offset = COALESCE(?, end_offset),"
        " timestamp = COALESCE(?, timestamp), updated_at = ?"
        " WHERE topic = ? AND partition = ? AND next_offset = ? AND topic_id = ?",
        (step.next, step.end_offset, step.timestamp, at, *partition, step.expected, step.topic_id),
    )
    return changed == 1


def _begin(writer: Writer, partition: Partition, step: Advance, at: Micros) -> bool:
    changed = writer.execute(
        "INSERT INTO offsets (topic, partition, topic_id, next_offset, end_offset, timestamp, updated_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (topic, partition) DO NOTHING",
        (*partition, step.topic_id, step.next, step.end_offset, step.timestamp, at),
    )
    return changed == 1


def _fenced(writer: Writer, partition: Partition, step: Advance) -> Fenced:
    rows = writer.rows("SELECT next_offset, topic_id FROM offsets WHERE topic = ? AND partition = ?", partition)
    found, topic_id = rows[0] if rows else (None, step.topic_id)
    return Fenced(*partition, step.expected, found, topic_id != step.topic_id)


def record_loss(store: EventStore, partition: Partition, before: Offset, after: Offset, loss: Loss) -> None:
    """Name a range that cannot be read and move behind it, in one transaction. Raises Fenced."""
    with store.write() as writer:
        at = store.now()
        changed = writer.execute(
            "UPDATE offsets SET topic_id = ?, next_offset = ?, end_offset = ?, timestamp = ?, updated_at = ?"
            " WHERE topic = ? AND partition = ? AND next_offset = ? AND topic_id = ?",
            (*after, at, *partition, before.next_offset, before.topic_id),
        )
        if changed != 1:
            raise _fenced(writer, partition, Advance(before.topic_id, before.next_offset, after.next_offset))
        writer.execute(
            "INSERT INTO losses (topic, topic_id, partition, first, until, reason, recorded_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (partition[0], before.topic_id, partition[1], *loss, at),
        )
