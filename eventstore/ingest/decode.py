"""Bytes become a document: a step of its own, before any envelope looks at it."""

from eventstore.envelopes.message import Document
from eventstore.errors import Unreadable
from eventstore.ingest import fast_json

FRAME = 5
"""Bytes before the data in the wire format of Confluent's schema registry: 0, and the schema's id."""


def decode(value: bytes, max_bytes: int) -> Document:
    """The JSON document, proven exact. Raises Unreadable with the reason, and the schema's id where one is needed."""
    try:
        found = fast_json.decode(value, max_bytes=max_bytes)
    except Unreadable as raised:
        raise _framed(value) if value.startswith(b"\0") and len(value) > FRAME else raised from None
    return Document(found, value, fast_json.members)


def _framed(value: bytes) -> Unreadable:
    schema = int.from_bytes(value[1:FRAME])
    return Unreadable("needs a schema registry", f"The value is framed for a registry, by its schema {schema}.")
