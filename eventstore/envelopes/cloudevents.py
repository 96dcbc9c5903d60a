"""CloudEvents 1.0 in Kafka: structured (the message is the event) and binary (its attributes are headers)."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from eventstore.core import canonical
from eventstore.core.canonical import Json
from eventstore.core.event import NewEvent
from eventstore.envelopes.message import NOTHING, Document, Message, careful
from eventstore.envelopes.naming import named_event
from eventstore.errors import Unreadable

REQUIRED = ("specversion", "type", "source", "id")
MEDIA_TYPE = "application/cloudevents"
CORRELATIONS = ("correlationid", "correlation_id")
CAUSATIONS = ("causationid", "causation_id")
TAKEN = frozenset(("type", "id", "time", "subject", "data", "data_base64", *CORRELATIONS, *CAUSATIONS))
"""Attributes that become something else than metadata."""


def matches(message: Message) -> bool:
    """Whether the headers, or the four required attributes in the document, say that it is a CloudEvent."""
    if message.record.headers and (in_headers(message) or _says_structured(message)):
        return True
    value = message.document.value
    return type(value) is dict and "specversion" in value and _complete(value)


def in_headers(message: Message) -> bool:
    """Whether all required attributes stand in headers: binary mode."""
    headers = message.record.headers
    return bool(headers) and {f"ce_{name}" for name in REQUIRED} <= {name.lower() for name, _ in headers}


def carries_json(message: Message) -> bool:
    """Whether the value is to be decoded as JSON: a binary CloudEvent may hold something else, or nothing."""
    return not in_headers(message) or (bool(message.record.value) and _is_json(_content_type(message)))


def decode(message: Message) -> NewEvent:
    """The event. Raises Unreadable for a missing attribute, and for data that is no JSON."""
    if in_headers(message) and not _says_structured(message):
        return _binary(message)
    return _structured(message)


def _structured(message: Message) -> NewEvent:
    document = message.document
    if not _complete(document.value):
        raise Unreadable("not a CloudEvent", f"It needs {', '.join(REQUIRED)} as texts, in one JSON object.")
    return _event(message, document.value, _data(document), document.members)


def _binary(message: Message) -> NewEvent:
    content_type = _content_type(message)
    if not _is_json(content_type):
        raise Unreadable("data is not JSON", f"The data of the CloudEvent is {content_type}, which no decoder reads.")
    attributes = {
        name[3:].lower(): _text(name, value)
        for name, value in message.record.headers
        if name.lower().startswith("ce_") and value is not None
    }
    if not _complete(attributes):
        raise Unreadable("not a CloudEvent", f"Its headers {', '.join(f'ce_{name}' for name in REQUIRED)} need values.")
    if content_type:
        attributes.setdefault("datacontenttype", content_type)
    return _event(message, attributes, message.document, {name: canonical.encode(v) for name, v in attributes.items()})


def _event(message: Message, stated: Mapping[str, Any], data: Document, texts: Mapping[str, Json]) -> NewEvent:
    return named_event(
        message,
        type=stated["type"],
        data=data.text,
        payload=data.value,
        id=stated["id"],
        source=stated["source"],
        subject=stated.get("subject"),
        time=stated.get("time"),
        correlation_id=next((stated[name] for name in CORRELATIONS if name in stated), None),
        causation_id=next((stated[name] for name in CAUSATIONS if name in stated), None),
        metadata={name: text for name, text in texts.items() if name not in TAKEN},
    )


def _complete(attributes: Any) -> bool:
    return isinstance(attributes, dict) and all(
        isinstance(attributes.get(name), str) and attributes[name] for name in REQUIRED
    )


def _says_structured(message: Message) -> bool:
    return _content_type(message).lower().startswith(MEDIA_TYPE)


def _content_type(message: Message) -> str:
    value = message.header("content-type") if message.record.headers else None
    return "" if value is None else _text("content-type", value)


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind in {"", "application/json", "text/json"} or kind.endswith("+json")


def _text(name: str, value: bytes) -> str:
    try:
        text = value.decode()
    except UnicodeDecodeError:
        raise Unreadable("bad header", f"The header {name} is not UTF-8.") from None
    if "\0" in text:
        raise Unreadable("bad header", f"The header {name} holds the character U+0000.")
    return text


def _data(document: Document) -> Document:
    """The data of a structured CloudEvent: JSON as it stands, or JSON in base64."""
    value, members = document.value, document.members
    if "data_base64" not in value:
        text = members.get("data")
        return NOTHING if text is None else Document(value["data"], text.encode(), canonical.members)
    if not _is_json(str(value.get("datacontenttype", ""))):
        detail = f"The data of the CloudEvent is {value['datacontenttype']}, which no decoder reads."
        raise Unreadable("data is not JSON", detail)
    try:
        return careful(base64.b64decode(value["data_base64"], validate=True))
    except (binascii.Error, TypeError, ValueError):
        raise Unreadable("bad base64", "data_base64 is not base64.") from None
