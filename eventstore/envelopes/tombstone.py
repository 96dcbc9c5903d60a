"""Tombstones: a record without value says that the thing of its key was deleted at its source."""

from eventstore.core.canonical import Json
from eventstore.core.event import TOMBSTONE, NewEvent
from eventstore.envelopes import cloudevents
from eventstore.envelopes.message import Message
from eventstore.envelopes.naming import named_event


def matches(message: Message) -> bool:
    """Whether the record has no value, and no headers that say what it is."""
    return message.record.value is None and not cloudevents.in_headers(message)


def decode(message: Message) -> NewEvent:
    """An event of type `Tombstone` in the stream of the record's key; its data is null."""
    return named_event(message, type=TOMBSTONE, data=Json("null"), payload=None)
