"""Envelopes: how producers wrap their events, one file each with `matches` and `decode`.

A new one is a file here and its name in `ENVELOPES`, whose order is the order in which they are tried.
"""

from typing import Protocol

from eventstore.core.event import NewEvent
from eventstore.envelopes import cloudevents, event_data, mapped, tombstone
from eventstore.envelopes.message import NOTHING, Decode, Message, Record, careful
from eventstore.envelopes.topic import TopicSettings
from eventstore.errors import Unreadable


class Envelope(Protocol):
    """What each of the modules offers."""

    def matches(self, message: Message) -> bool:
        """Whether this envelope is the message's."""

    def decode(self, message: Message) -> NewEvent:
        """The event in it. Raises Unreadable."""


ENVELOPES: tuple[Envelope, ...] = (tombstone, cloudevents, event_data, mapped)


def event_of(record: Record, topic: TopicSettings, decode: Decode = careful) -> NewEvent:
    """The event that a record carries: its bytes become a document, and the first envelope that knows it opens it.

    The same record always gives the same event. Raises Unreadable, with the reason, if it carries none.
    """
    if record.value is None or (record.headers and not cloudevents.carries_json(Message(record, topic, NOTHING))):
        message = Message(record, topic, NOTHING)
    else:
        message = Message(record, topic, decode(record.value))
    for envelope in ENVELOPES:
        if envelope.matches(message):
            return envelope.decode(message)
    raise Unreadable("no envelope", "No envelope knows this message.")
