"""Events: a fact before it is stored (`NewEvent`) and after (`RecordedEvent`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import Any

from eventstore.core.canonical import Json, decode
from eventstore.core.identity import uuid7

Micros = int
"""A time: integer microseconds since 1970-01-01T00:00:00Z."""

TOMBSTONE = "Tombstone"
"""The event type that says that the thing of a stream was deleted at its source."""


def spelling(event_type: str) -> str:
    """The form by which types are matched: "Order Created" and "OrderCreated" are the same."""
    return event_type.replace(" ", "")


class OccurredSource(IntEnum):
    """Which clock `occurred_at` comes from, and whether it had to be changed. Stored as a number: never renumber."""

    PRODUCER = 0  # stated by the producer, kept
    KAFKA = 1  # the producer stated none: the timestamp of the Kafka record
    RECORDED = 2  # nobody stated one: when the store learnt it
    CLOCK = 3  # the claim was ahead of our clock: set to recorded_at
    WRITER = 4  # the writer had seen the whole stream (expected_version): raised to the stream's frontier
    PARTITION = 5  # a small step back within one topic-partition: raised to the time of the stream's last event
    NO_ZONE = 6  # stated without a zone: read as UTC
    LEAP_SECOND = 7  # stated as second 60: read as 59.999999


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """A fact on its way into the store.

    `data` is any JSON value, or `Json`: text that came from outside and is kept as it stands. `category` is the kind
    of thing that the stream is. `occurred_at` is what the producer says; None: it said nothing.
    """

    stream: str
    category: str
    type: str
    data: Any = field(default_factory=dict)
    metadata: Mapping[str, Any] | Json = field(default_factory=dict)
    id: str = field(default_factory=uuid7)
    occurred_at: Micros | None = None
    occurred_source: OccurredSource = OccurredSource.PRODUCER
    correlation_id: str | None = None
    causation_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class RecordedEvent:
    """A fact as the store keeps it. Nothing in it ever changes.

    `position` is its place in the whole store, `commit_position` the last position of its commit, `version` its place
    in its stream; all from 1. `occurred_at` is when it happened, `recorded_at` when the store learnt it; `claimed_at`
    is what the producer said where that had to be changed, else None. `data_text` and `metadata_text` are the JSON
    texts as sent.
    """

    position: int
    commit_position: int
    id: str
    stream: str
    category: str
    version: int
    type: str
    data_text: str
    metadata_text: str
    occurred_at: Micros
    claimed_at: Micros | None
    occurred_source: OccurredSource
    recorded_at: Micros
    frontier: Micros
    stream_frontier: Micros
    correlation_id: str | None
    causation_id: str | None
    content_hash: bytes
    format: int

    @cached_property
    def data(self) -> Any:
        """The payload as a value; decimals as `Decimal`."""
        return decode(self.data_text)

    @cached_property
    def metadata(self) -> dict[str, Any]:
        """What else came with the event: trace, source, objects, headers that the envelope named."""
        value: dict[str, Any] = decode(self.metadata_text)
        return value
