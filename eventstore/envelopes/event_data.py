"""The plain envelope `{"event": "Order Created", "data": {...}}`.

Beside these two it may hold `id`; `time`, `occurred_at` or `timestamp`; `correlation_id`, `causation_id`; `subject`,
`stream` or `key`, the thing that it is about; and `metadata`. Every other member is metadata too.
"""

from typing import Any

from eventstore.core.event import NewEvent
from eventstore.envelopes.message import Message
from eventstore.envelopes.naming import named_event, rest

TIMES = ("time", "occurred_at", "timestamp")
SUBJECTS = ("subject", "stream", "key")
TAKEN = frozenset(("event", "data", "id", "correlation_id", "causation_id", *TIMES, *SUBJECTS))
"""Members that become something else than metadata."""


def matches(message: Message) -> bool:
    """Whether the document is an object with an `event` that is text, and `data`."""
    value = message.document.value
    return type(value) is dict and "data" in value and isinstance(value.get("event"), str)


def decode(message: Message) -> NewEvent:
    """The event, its data cut out as it was sent. Raises Unreadable for a name or a time that is none."""
    value = message.document.value
    return named_event(
        message,
        type=value["event"],
        data=message.document.members["data"],
        payload=value["data"],
        id=value.get("id"),
        subject=_first(value, SUBJECTS),
        time=_first(value, TIMES),
        correlation_id=value.get("correlation_id"),
        causation_id=value.get("causation_id"),
        metadata=rest(message.document, TAKEN),
    )


def _first(value: dict[str, Any], names: tuple[str, ...]) -> Any:
    for name in names:
        if value.get(name) is not None:
            return value[name]
    return None
