"""Messages: what a broker handed over (`Record`), and the same with its document decoded (`Message`)."""

from collections.abc import Callable
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


class Document:
    """A decoded JSON document: its value, and on demand its exact text and those of its members.

    `source` is its bytes, proven; `cut` takes an object's bytes apart into the exact texts of its members.
    """

    __slots__ = ("cut", "source", "value")

    def __init__(self, value: Any, source: bytes, cut: Callable[[bytes], dict[str, Json]]) -> None:
        self.value, self.source, self.cut = value, source, cut

    @property
    def text(self) -> Json:
        """The whole document as it was sent."""
        return Json(self.source, "utf-8")

    @property
    def members(self) -> dict[str, Json]:
        """The text of each member of an object; empty for anything else."""
        return self.cut(self.source) if isinstance(self.value, dict) else {}


NOTHING = Document(None, b"null", canonical.members)
"""The document of a message without value."""

Decode = Callable[[bytes], Document]
"""Bytes become a document, proven exact. Raises Unreadable."""


def careful(value: bytes) -> Document:
    """The document, by the standard library alone. Raises Unreadable for anything that JSON would have to change."""
    return Document(canonical.decode(value, max_bytes=canonical.MAX_BYTES), value, canonical.members)


class Message(NamedTuple):
    """A record whose value is decoded, and what settings say about its topic."""

    record: Record
    topic: TopicSettings
    document: Document

    def header(self, name: str) -> bytes | None:
        """The value of the first header of that name, in any case; None: there is none, or it holds nothing."""
        return next((value for key, value in self.record.headers if key.lower() == name), None)
