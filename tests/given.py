"""Builders: what a test needs of an event, in one line."""

from typing import Any

from eventstore.core.event import Micros, NewEvent

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
