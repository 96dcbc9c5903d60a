"""The automatic projection: serves any stream without code. State: the payloads merged; status: the last type."""

from collections.abc import Iterator
from typing import Any

from eventstore.core.event import TOMBSTONE, RecordedEvent
from eventstore.core.facet import Facet
from eventstore.core.payload import name
from eventstore.core.projection import ANY, Projection, State


def stream_and_objects(event: RecordedEvent) -> Iterator[str]:
    """The event's stream, and each other thing that its metadata says it belongs to (`objects`: type and id)."""
    yield event.stream
    objects = event.metadata.get("objects")
    for thing in objects if isinstance(objects, list) else ():
        kind, identity = (name(thing.get(one)) for one in ("type", "id")) if isinstance(thing, dict) else (None, None)
        if kind and identity:
            yield f"{kind}-{identity}"


automatic = Projection("automatic", keys=stream_and_objects, facets=[Facet("status", counted=True)])


def merged(state: State, data: Any) -> dict[str, Any]:
    """The state with the payload laid over it; a payload that is no object stands under `value`."""
    return {**state, **(data if isinstance(data, dict) else {"value": data})}


@automatic.on(ANY)
def happened(state: State, event: RecordedEvent) -> State:
    """Lay the payload over what was known."""
    return {**merged(state, event.data), "status": event.type}


@automatic.on(TOMBSTONE)
def deleted(_: State, __: RecordedEvent) -> None:
    """The thing was deleted at its source."""
