"""Names, identity and time of a message's event, by the same rules for every envelope."""

import re
from collections.abc import Mapping
from json.encoder import encode_basestring
from typing import Any

from eventstore.core.canonical import Json
from eventstore.core.event import Micros, NewEvent, OccurredSource
from eventstore.core.identity import derived_id
from eventstore.core.times import LATEST, parse_time
from eventstore.envelopes import tracing
from eventstore.envelopes.message import Document, Message, Record
from eventstore.envelopes.paths import first_name
from eventstore.errors import Unreadable

MAX_NAME = 1_024
"""Bytes of UTF-8 in a stream, an id or a type: all of them are indexed, and databases bound what an index holds."""

SHORT = MAX_NAME // 4
"""Characters that fit into that whatever they are."""

EMPTY = Json("{}")

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LAST_TIMESTAMP = LATEST // 1_000


def named_event(  # noqa: PLR0913 - one for each thing that an envelope may say
    message: Message,
    *,
    type: str,  # noqa: A002 - the glossary's word
    data: Json,
    payload: Any,
    id: Any = None,  # noqa: A002 - the glossary's word
    source: str | None = None,
    subject: Any = None,
    time: Any = None,
    correlation_id: Any = None,
    causation_id: Any = None,
    metadata: Mapping[str, Json] | None = None,
) -> NewEvent:
    """The event of a message, from what its envelope says; what the envelope leaves out comes from the record.

    `payload` is the value whose text is `data`. Raises Unreadable for a name that is none.
    """
    record = message.record
    metadata = tracing.traced(metadata or {}, record.headers) if record.headers else metadata
    said = name_of(correlation_id, "correlation_id")
    occurred_at, occurred_source = when(time, record)
    return NewEvent(
        stream=stream_of(message, subject, payload),
        category=message.topic.category,
        type=_type(type),
        data=data,
        metadata=joined(metadata) if metadata else EMPTY,
        id=id_of(id, source, record),
        occurred_at=occurred_at,
        occurred_source=occurred_source,
        correlation_id=tracing.trace_id(metadata) if said is None and metadata else said,
        causation_id=name_of(causation_id, "causation_id"),
    )


def id_of(stated: Any, source: str | None, record: Record) -> str:
    """The event's id: a UUID as it stands, another within its source, or one derived from the record's place."""
    said = name_of(stated, "id")
    if said is None:
        return derived_id(record.topic_id, record.partition, record.offset, record.timestamp)
    if len(said) == 36 and _UUID.fullmatch(said):
        return said
    return _bounded(f"{source or record.topic}#{said}", "id")


def stream_of(message: Message, subject: Any, payload: Any) -> str:
    """`<category>-<id>`: by the envelope's subject, else the key, else the mapped id, else the partition."""
    category, record = message.topic.category, message.record
    said = name_of(subject, "subject")
    if said is None and record.key:
        said = key_text(record.key)
    if said is None:
        said = first_name(message.topic.id, payload, message.document.value)
    if said is None:
        said = f"partition-{record.partition}"
    return _bounded(said if said.startswith(f"{category}-") else f"{category}-{said}", "stream")


def key_text(key: bytes) -> str:
    """The key as a name: its text if it is UTF-8 that databases hold, else its bytes as `0x` and hex."""
    try:
        text = key.decode()
    except UnicodeDecodeError:
        return f"0x{key.hex()}"
    return f"0x{key.hex()}" if "\0" in text else text


def when(stated: Any, record: Record) -> tuple[Micros | None, OccurredSource]:
    """The time that the producer states, else the timestamp of the record, else none: the store says so then.

    Raises Unreadable for what is stated and no time.
    """
    if stated is not None:
        return parse_time(stated)
    if record.timestamp is None or not 0 <= record.timestamp <= _LAST_TIMESTAMP:
        return None, OccurredSource.PRODUCER
    return record.timestamp * 1_000, OccurredSource.KAFKA


def name_of(stated: Any, what: str) -> str | None:
    """A text or a whole number as a name; null and the empty text are none. Raises Unreadable for anything else."""
    if stated is None or stated == "":
        return None
    if isinstance(stated, str):
        return stated if len(stated) <= SHORT else _bounded(stated, what)
    if isinstance(stated, int) and not isinstance(stated, bool):
        return str(stated)
    raise Unreadable(f"bad {what}", f"The {what} is {str(stated)[:60]!r}, not a text or a whole number.")


def joined(members: Mapping[str, Json]) -> Json:
    """One JSON object of members whose texts are kept as they stand."""
    return Json("{" + ",".join([f"{encode_basestring(name)}:{text}" for name, text in members.items()]) + "}")


def rest(document: Document, taken: frozenset[str]) -> dict[str, Json]:
    """The members that are left; those of an object `metadata` stand among them, and prevail."""
    if document.value.keys() <= taken:
        return {}
    left = {name: text for name, text in document.members.items() if name not in taken}
    if isinstance(document.value.get("metadata"), dict):
        own = left.pop("metadata")
        left |= document.cut(own.encode())
    return left


def _type(stated: Any) -> str:
    if not isinstance(stated, str) or not stated.strip():
        raise Unreadable("bad type", f"The event type is {str(stated)[:60]!r}, not a text.")
    return _bounded(stated, "type")


def _bounded(name: str, what: str) -> str:
    """The name, if an index can hold it."""
    if len(name) > SHORT and len(name.encode()) > MAX_NAME:
        detail = f"The {what} {name[:40]!r}… has {len(name.encode()):,} bytes, over {MAX_NAME:,}."
        raise Unreadable(f"{what} too long", detail)
    return name
