"""Origins: what came over a wire, byte for byte, beside the event that was made of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from eventstore.core.event import Micros

Headers = tuple[tuple[str, bytes | None], ...]
"""A message's headers in their order; names may repeat, and a value may be missing."""

_ABSENT = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where an event came from and what was sent.

    `kind` is the way it came: "kafka", "seed", "import". `topic_id` tells a topic from an earlier one of its name,
    empty where the broker has none. `timestamp` is in milliseconds, None: there was none; `timestamp_type` is Kafka's
    (0: set by the producer, 1: by the broker). `key`, `value` and header values are the bytes as sent.
    """

    kind: str
    topic: str
    topic_id: str
    partition: int
    offset: int
    timestamp: int | None = None
    timestamp_type: int = 0
    key: bytes | None = None
    value: bytes | None = None
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class Repeat:
    """A message that brought a stored event once more: where it stood, and when it was read (microseconds UTC)."""

    kind: str
    topic: str
    partition: int
    offset: int
    recorded_at: Micros


def packed(headers: Headers) -> bytes | None:
    """Headers as one blob, each name and value after its length; None for no headers."""
    if not headers:
        return None
    return b"".join(_sized(name.encode("utf-8", "surrogateescape")) + _sized(value) for name, value in headers)


def unpacked(blob: bytes | None) -> Headers:
    """The headers in a blob that `packed` made."""
    parts = _parts(blob or b"")
    return tuple(
        ((name or b"").decode("utf-8", "surrogateescape"), value) for name, value in zip(parts, parts, strict=True)
    )


def origin_hash(origin: Origin, headers: bytes | None) -> bytes:
    """The SHA-256 of all of an origin; `headers` as `packed`. Every part stands after its length."""
    place = (
        f"{len(origin.kind)}:{origin.kind}{len(origin.topic)}:{origin.topic}{len(origin.topic_id)}:{origin.topic_id}"
        f"{origin.partition}:{origin.offset}:{'' if origin.timestamp is None else origin.timestamp}:"
        f"{origin.timestamp_type}:"
    ).encode("utf-8", "surrogateescape")
    return sha256(b"".join((_sized(place), _sized(origin.key), _sized(origin.value), _sized(headers)))).digest()


def _sized(part: bytes | None) -> bytes:
    return _ABSENT.to_bytes(4) if part is None else len(part).to_bytes(4) + part


def _parts(blob: bytes) -> Iterator[bytes | None]:
    at = 0
    while at < len(blob):
        size = int.from_bytes(blob[at : at + 4])
        at += 4
        if size == _ABSENT:
            yield None
        else:
            yield blob[at : at + size]
            at += size
