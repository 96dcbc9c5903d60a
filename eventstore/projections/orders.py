"""Orders: what each order is, from the events of its own stream."""

from collections.abc import Iterator
from typing import Any

from eventstore.core.event import TOMBSTONE, RecordedEvent
from eventstore.core.projection import Projection, State

IDS = ("order_id", "order:id", "id")


def order_of(event: RecordedEvent) -> Iterator[str]:
    """The order that the event tells of."""
    if event.category == "order":
        yield event.stream


orders = Projection("orders", keys=order_of)


def body(event: RecordedEvent) -> dict[str, Any]:
    """What the event says of the order, its id under one name: producers nest it under `order`, or do not."""
    data = event.data if isinstance(event.data, dict) else {"value": event.data}
    said = data.get("order", data)
    said = said if isinstance(said, dict) else data
    order_id = next((said[name] for name in IDS if name in said), None)
    rest = {name: value for name, value in said.items() if name not in IDS}
    return rest if order_id is None else {"order_id": order_id, **rest}


def told(state: State, event: RecordedEvent, status: str) -> dict[str, Any]:
    """The order with what the event says laid over it, in its new status."""
    return {**state, **body(event), "status": status}


@orders.on("Order Created", "Order Placed")
def created(state: State, event: RecordedEvent) -> State:
    """The customer ordered; the first shape of this event called the sum `amount`."""
    order = told(state, event, "created")
    return order if "total" in order or "amount" not in order else {"total": order.pop("amount"), **order}


@orders.on("Order Confirmed")
def confirmed(state: State, event: RecordedEvent) -> State:
    """Stock is reserved for all items."""
    return told(state, event, "confirmed")


@orders.on("Order Paid")
def paid(state: State, event: RecordedEvent) -> State:
    """The money came. Each payment counts, so that a second one shows."""
    return {**told(state, event, "paid"), "payments": state.get("payments", 0) + 1}


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
    return told(state, event, "refunded")


@orders.on("Order Updated", "Address Changed")
def changed(state: State, event: RecordedEvent) -> State:
    """The order was changed without moving on."""
    return {**state, **body(event)}


@orders.on(TOMBSTONE)
def deleted(_: State, __: RecordedEvent) -> None:
    """The order was deleted at its source."""
