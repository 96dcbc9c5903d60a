"""Plain JSON without an envelope: settings name where its facts stand, and a default type where it names none."""

from itertools import chain

from eventstore.core.event import NewEvent
from eventstore.envelopes.message import Message
from eventstore.envelopes.naming import named_event, rest
from eventstore.envelopes.paths import at, cut, first, first_name


def matches(message: Message) -> bool:
    """Any document that no other envelope took."""
    return message.record.value is not None


def decode(message: Message) -> NewEvent:
    """The event. Where the data is cut out of the message, its other members are metadata. Raises Unreadable."""
    topic, document = message.topic, message.document
    part = None if topic.data is None else cut(topic.data, document.members)
    return named_event(
        message,
        type=_text(first(topic.type, document.value)) or topic.default_type,
        data=document.text if part is None else part,
        payload=document.value if part is None or topic.data is None else at(topic.data, document.value),
        id=first_name(topic.event_id, document.value),
        time=first(topic.time, document.value),
        correlation_id=first_name(topic.correlation_id, document.value),
        causation_id=first_name(topic.causation_id, document.value),
        metadata={} if part is None else rest(document, _taken(message)),
    )


def _text(found: object) -> str | None:
    return found if isinstance(found, str) and found.strip() else None


def _taken(message: Message) -> frozenset[str]:
    """The top-level members that settings name: they become something else than metadata."""
    topic = message.topic
    paths = chain(topic.type, topic.time, topic.event_id, topic.correlation_id, topic.causation_id, (topic.data or "",))
    return frozenset(path.partition(".")[0] for path in paths)
