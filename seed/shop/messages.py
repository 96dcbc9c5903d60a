"""Messages: what services tell each other, `{"event": "Order Created", "data": {...}}` with ids, time and trace."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from eventstore import Micros, RecordedEvent, format_time, uuid7
from seed.shop.trace import Trace, current

Thing = tuple[str, str]
"""Another thing that a message is about: its kind and its id."""


class Message(NamedTuple):
    """One event or command. `key` is the id of the thing that it is about, in the `topic` of such things."""

    topic: str
    event: str
    key: str
    data: Mapping[str, Any]
    id: str
    trace: Trace
    value: bytes


def message(  # noqa: PLR0913 - one for each thing that the envelope says
    service: str,
    topic: str,
    event: str,
    key: str,
    data: Mapping[str, Any],
    at: Micros,
    *,
    about: Sequence[Thing] = (),
) -> Message:
    """The message of something that happened in a service `at` that time, as a part of the current trace."""
    trace, name = current(), uuid7()
    said = {"event": event, "id": name, "time": format_time(at), **_causes(trace), "metadata": facts(service, about)}
    return Message(topic, event, key, data, name, trace, encode({**said, "data": data}))


def of_event(topic: str, key: str, event: RecordedEvent) -> Message:
    """The message of an event in a service's own store: the same id, time, trace and data."""
    trace = Trace(event.correlation_id or "", event.causation_id)
    said = {"event": event.type, "id": event.id, "time": format_time(event.occurred_at), **_causes(trace)}
    value = encode({**said, "metadata": event.metadata, "data": event.data})
    return Message(topic, event.type, key, event.data, event.id, trace, value)


def facts(service: str, about: Sequence[Thing] = ()) -> dict[str, Any]:
    """The metadata of a message: who tells it, and which other things it is about."""
    return {"service": service, "objects": [{"type": kind, "id": thing} for kind, thing in about]}


def _causes(trace: Trace) -> dict[str, str]:
    flow = {"correlation_id": trace.correlation_id}
    return flow if trace.causation_id is None else {**flow, "causation_id": trace.causation_id}


class _Envelope(msgspec.Struct):
    event: str
    id: str
    data: dict[str, Any]
    correlation_id: str
    causation_id: str | None = None


_decode = msgspec.json.Decoder(_Envelope, float_hook=Decimal).decode
encode = msgspec.json.Encoder(decimal_format="number").encode
"""A value as JSON, money as numbers."""


def opened(topic: str, key: str, value: bytes) -> Message:
    """The message in these bytes. Raises msgspec.DecodeError where they are none of ours."""
    found = _decode(value)
    trace = Trace(found.correlation_id, found.causation_id)
    return Message(topic, found.event, key, found.data, found.id, trace, value)
