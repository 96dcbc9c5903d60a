"""Shipments: where each parcel is, from the events of its own stream."""

from typing import Any

from eventstore.core.event import TOMBSTONE, RecordedEvent
from eventstore.core.facet import Facet, Kind
from eventstore.core.payload import body
from eventstore.core.projection import Projection, State, streams_of
from eventstore.core.times import format_time

shipments = Projection(
    "shipments",
    keys=streams_of("shipment"),
    facets=[
        Facet("status", counted=True),
        Facet("carrier", counted=True),
        Facet("delays", Kind.INTEGER, summed=True),
        Facet("order_id"),
        Facet("tracking"),
        Facet("created_at", Kind.TIME),
        Facet("dispatched_at", Kind.TIME),
        Facet("delivered_at", Kind.TIME),
    ],
)


def told(state: State, event: RecordedEvent, status: str) -> dict[str, Any]:
    """The parcel with what the event says laid over it, in its new status. Delays are counted here, not taken over."""
    return {**state, **body(event), "status": status, "delays": state.get("delays", 0)}


@shipments.on("Shipment Created")
def created(state: State, event: RecordedEvent) -> State:
    """The carrier will come for it."""
    return {**told(state, event, "created"), "created_at": format_time(event.occurred_at)}


@shipments.on("Shipment Dispatched")
def dispatched(state: State, event: RecordedEvent) -> State:
    """The carrier has it."""
    return {**told(state, event, "dispatched"), "dispatched_at": format_time(event.occurred_at)}


@shipments.on("Shipment Delayed")
def delayed(state: State, event: RecordedEvent) -> State:
    """It will take longer, and the event says why."""
    return {**told(state, event, "delayed"), "delays": state.get("delays", 0) + 1}


@shipments.on("Shipment Delivered")
def delivered(state: State, event: RecordedEvent) -> State:
    """The customer has it."""
    return {**told(state, event, "delivered"), "delivered_at": format_time(event.occurred_at)}


@shipments.on(TOMBSTONE)
def deleted(_: State, __: RecordedEvent) -> None:
    """The parcel was deleted at its source."""
