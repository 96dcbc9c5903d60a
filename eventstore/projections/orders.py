"""Orders: what each order is, from the events of its own stream."""

from decimal import Decimal
from typing import Any

from eventstore.core.event import TOMBSTONE, RecordedEvent
from eventstore.core.facet import Facet, Kind
from eventstore.core.payload import body
from eventstore.core.projection import Projection, State, streams_of
from eventstore.core.times import format_time

IDS = ("order_id", "order:id", "id")

orders = Projection(
    "orders",
    keys=streams_of("order"),
    facets=[
        Facet("status", counted=True),
        Facet("total", Kind.DECIMAL, summed=True),
        Facet("paid", Kind.DECIMAL, summed=True),
        Facet("refunded", Kind.DECIMAL, summed=True),
        Facet("payments", Kind.INTEGER),
        Facet("currency"),
        Facet("customer_id"),
        Facet("created_at", Kind.TIME),
    ],
)


def told_of_it(event: RecordedEvent) -> dict[str, Any]:
    """What the event says of the order, its id under one name: producers nest it under `order`, or do not."""
    data = body(event)
    said = data.get("order", data)
    said = said if isinstance(said, dict) else data
    order_id = next((said[name] for name in IDS if name in said), None)
    rest = {name: value for name, value in said.items() if name not in IDS}
    return rest if order_id is None else {"order_id": order_id, **rest}


def told(state: State, event: RecordedEvent, status: str) -> dict[str, Any]:
    """The order with what the event says laid over it, in its new status."""
    return {**state, **told_of_it(event), "status": status}


def added(state: State, order: dict[str, Any], name: str) -> dict[str, Any]:
    """The order with its sum of that name grown by what the event says, where both are numbers."""
    before, said = state.get(name), order.get(name)
    if isinstance(before, int | Decimal) and isinstance(said, int | Decimal) and not isinstance(said, bool):
        return {**order, name: before + said}
    return order


@orders.on("Order Created", "Order Placed")
def created(state: State, event: RecordedEvent) -> State:
    """The customer ordered."""
    return {"created_at": format_time(event.occurred_at), **told(state, event, "created")}


@orders.on("Order Confirmed")
def confirmed(state: State, event: RecordedEvent) -> State:
    """Stock is reserved for all items."""
    return told(state, event, "confirmed")


@orders.on("Order Paid")
def paid(state: State, event: RecordedEvent) -> State:
    """The money came. Each payment counts, so that a second one shows."""
    before = state.get("payments")
    payments = before + 1 if type(before) is int else 1
    return {**added(state, told(state, event, "paid"), "paid"), "payments": payments}


@orders.on("Order Packed")
def packed(state: State, event: RecordedEvent) -> State:
    """The parcel is closed."""
    return told(state, event, "packed")


@orders.on("Order Shipped")
def shipped(state: State, event: RecordedEvent) -> State:
    """The carrier has it."""
    return told(state, event, "shipped")


@orders.on("Order Delivered")
def delivered(state: State, event: RecordedEvent) -> State:
    """The customer has it."""
    return told(state, event, "delivered")


@orders.on("Order Cancelled")
def cancelled(state: State, event: RecordedEvent) -> State:
    """Nobody will get anything; the event says why."""
    return told(state, event, "cancelled")


@orders.on("Order Refunded")
def refunded(state: State, event: RecordedEvent) -> State:
    """Money went back."""
    return added(state, told(state, event, "refunded"), "refunded")


@orders.on("Order Updated", "Address Changed")
def changed(state: State, event: RecordedEvent) -> State:
    """The order was changed without moving on."""
    return {**state, **told_of_it(event)}


@orders.on(TOMBSTONE)
def deleted(_: State, __: RecordedEvent) -> None:
    """The order was deleted at its source."""
