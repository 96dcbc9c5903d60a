"""Builders: what a test needs of an event, in one line."""

from typing import Any

from eventstore.core.event import Micros, NewEvent, OccurredSource, RecordedEvent

NOON: Micros = 1_772_366_400_000_000
"""2026-03-01T12:00:00Z, in microseconds."""

SECOND: Micros = 1_000_000


def event(
    stream: str = "order-1",
    type: str = "Order Created",  # noqa: A002 - the glossary's word
    data: Any = None,
    at: Micros | None = NOON,
    **fields: Any,
) -> NewEvent:
    """A new event of a stream; its category is what stands before the stream's first dash."""
    fields.setdefault("category", stream.partition("-")[0])
    return NewEvent(stream=stream, type=type, data={} if data is None else data, occurred_at=at, **fields)


def recorded(
    position: int, *, at: Micros = 0, commit: int | None = None, data: str = "{}", **other: Any
) -> RecordedEvent:
    """An event as a store would have it, for what is pure; `data` is JSON text, `other` any of its fields."""
    facts: dict[str, Any] = {
        "position": position,
        "commit_position": position if commit is None else commit,
        "id": f"id-{position}",
        "stream": "order-1",
        "category": "order",
        "version": position,
        "type": "Said",
        "data_text": data,
        "metadata_text": "{}",
        "occurred_at": at,
        "claimed_at": None,
        "occurred_source": OccurredSource.PRODUCER,
        "recorded_at": at,
        "frontier": at,
        "stream_frontier": at,
        "correlation_id": None,
        "causation_id": None,
        "content_hash": b"",
        "format": 1,
    }
    return RecordedEvent(**{**facts, **other})
