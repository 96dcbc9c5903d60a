"""Facts as messages: each service writes its events in its own envelope."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple
from zlib import crc32

import msgspec

from eventstore import Micros, format_time
from seed.flow import Fact

PARTITIONS = 3

CATEGORIES = {
    "customers": "customer",
    "products": "product",
    "carts": "cart",
    "orders": "order",
    "payments": "payment",
    "stock": "stock",
    "shipments": "shipment",
    "notifications": "notification",
    "logs": "log",
}
"""The shop's topics, and the category of the events in each."""

Headers = tuple[tuple[str, bytes | None], ...]


class Fate(StrEnum):
    """What becomes of a message where it is read."""

    EVENT = "event"
    DUPLICATE = "duplicate"
    DEAD_LETTER = "dead letter"


class Message(NamedTuple):
    """One record as a producer sends it. `timestamp` is in milliseconds, `arrived_at` when the broker has it."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp: int
    arrived_at: Micros
    fate: Fate


_encode = msgspec.json.Encoder(decimal_format="number").encode


def messages(fact: Fact, data: Mapping[str, Any]) -> list[Message]:
    """The fact as it goes over the wire, with this data; twice where it is sent again."""
    key = None if fact.topic == "logs" else key_of(fact)
    value, headers = (fact.raw, ()) if fact.raw is not None else _WRITERS.get(fact.topic, _enveloped)(fact, data)
    arrived_at = fact.at + fact.lag
    fate = Fate.DEAD_LETTER if fact.dead else Fate.EVENT
    partition = crc32(key or fact.thing.encode()) % PARTITIONS
    first = Message(fact.topic, partition, key, value, headers, arrived_at // 1_000, arrived_at, fate)
    if not fact.again:
        return [first]
    once_more = arrived_at + fact.again
    return [first, first._replace(timestamp=once_more // 1_000, arrived_at=once_more, fate=Fate.DUPLICATE)]


def key_of(fact: Fact) -> bytes:
    """The key of a fact's message: orders and customers write the kind before the id, the others the id alone."""
    named = fact.topic in {"orders", "customers"}
    return (f"{CATEGORIES[fact.topic]}-{fact.thing}" if named else fact.thing).encode()


def _enveloped(fact: Fact, data: Mapping[str, Any]) -> tuple[bytes, Headers]:
    said: dict[str, Any] = {"event": fact.type, "id": fact.id, "time": format_time(fact.at + fact.claims)}
    said |= _causes(fact)
    if not fact.old:
        said["metadata"] = _metadata(fact)
    return _encode({**said, "data": data}), ()


def _numbered_time(fact: Fact, data: Mapping[str, Any]) -> tuple[bytes | None, Headers]:
    """Carts tell the time in milliseconds since 1970; a deleted cart is a message without value."""
    if fact.type == "Tombstone":
        return None, ()
    said = {"event": fact.type, "id": fact.id, "timestamp": fact.at // 1_000, **_causes(fact)}
    return _encode({**said, "data": data}), ()


def _traced(fact: Fact, data: Mapping[str, Any]) -> tuple[bytes, Headers]:
    value, _ = _enveloped(fact, data)
    trace, span = fact.flow.replace("-", ""), fact.id.replace("-", "")[:16]
    return value, (("traceparent", f"00-{trace}-{span}-01".encode()), ("service", fact.service.encode()))


def _binary_cloud_event(fact: Fact, data: Mapping[str, Any]) -> tuple[bytes, Headers]:
    stated = {"specversion": "1.0", **_attributes(fact)}
    headers = tuple((f"ce_{name}", value.encode()) for name, value in stated.items())
    return _encode(data), (*headers, ("content-type", b"application/json"))


def _cloud_event(fact: Fact, data: Mapping[str, Any]) -> tuple[bytes, Headers]:
    said = {"specversion": "1.0", **_attributes(fact), "datacontenttype": "application/json"}
    return _encode({**said, "data": data}), (("content-type", b"application/cloudevents+json; charset=UTF-8"),)


def _line(fact: Fact, data: Mapping[str, Any]) -> tuple[bytes, Headers]:
    flow = {} if fact.cause is None else {"correlation_id": fact.flow}
    return _encode({"time": format_time(fact.at), "service": fact.thing, **data, **flow}), ()


def _attributes(fact: Fact) -> dict[str, str]:
    stated = {"id": fact.id, "source": f"/shop/{fact.service}", "type": fact.type, "subject": fact.thing}
    stated |= {"time": format_time(fact.at + fact.claims), "correlationid": fact.flow}
    return stated if fact.cause is None else {**stated, "causationid": fact.cause}


def _causes(fact: Fact) -> dict[str, str]:
    flow = {"correlation_id": fact.flow}
    return flow if fact.cause is None else {**flow, "causation_id": fact.cause}


def _metadata(fact: Fact) -> dict[str, Any]:
    said: dict[str, Any] = {"service": fact.service, "schema": 2}
    if fact.objects:
        said["objects"] = [{"type": kind, "id": name} for kind, name in fact.objects]
    return said


_WRITERS: Mapping[str, Callable[[Fact, Mapping[str, Any]], tuple[bytes | None, Headers]]] = {
    "carts": _numbered_time,
    "payments": _traced,
    "shipments": _binary_cloud_event,
    "notifications": _cloud_event,
    "logs": _line,
}
