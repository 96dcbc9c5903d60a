"""Messages: what a broker handed over (`Record`), and the same with its document decoded (`Message`)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from eventstore.core import canonical
from eventstore.core.canonical import Json
from eventstore.envelopes.topic import TopicSettings

Headers = tuple[tuple[str, bytes | None], ...]


class Record(NamedTuple):
    """One Kafka record, byte for byte. A named tuple, since each message of a catch-up makes one.

    `topic_id` tells a topic from one of the same name made later. `timestamp` is in milliseconds, None: it has none;
    `timestamp_type` 0: the producer's clock, 1: the broker's.
    """

    topic: str
    topic_id: str
    partition: int
    offset: int
    timestamp: int | None
    timestamp_type: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


class Document(NamedTuple):
    """A decoded JSON document: its value, its exact text, and the exact texts of its members if it is an object."""

    value: Any
    text: Json
    members: dict[str, Json]


NOTHING = Document(None, Json("null"), {})
"""The document of a message without value."""

Decode = Callable[[bytes], Document]
"""Bytes become a document, proven exact. Raises Unreadable."""


def careful(value: bytes) -> Document:
    """The document, by the standard library alone. Raises Unreadable for anything that JSON would have to change."""
    found = canonical.decode(value, max_bytes=canonical.MAX_BYTES)
    return Document(found, Json(value.decode()), canonical.members(value) if isinstance(found, dict) else {})


@dataclass(frozen=True, slots=True)
class Message:
    """A record whose value is decoded, and what settings say about its topic."""

    record: Record
    topic: TopicSettings
    document: Document

    def header(self, name: str) -> bytes | None:
        """The value of the first header of that name, in any case; None: there is none, or it holds nothing."""
        return next((value for key, value in self.record.headers if key.lower() == name), None)
