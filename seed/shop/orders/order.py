"""An order: what its events make of it, and what may happen to it next. Pure."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from eventstore import RecordedEvent
from seed.shop.shapes import today

State = Mapping[str, Any]


class Fact(NamedTuple):
    """What happens to an order: the type and the data of the next event of its stream."""

    type: str
    data: Mapping[str, Any]


Decision = Callable[[State, Mapping[str, Any]], Fact | None]
"""From the order's state and what a message says, what happens; None: nothing (any more)."""

_STATUS = {
    "Order Created": "created",
    "Order Confirmed": "confirmed",
    "Order Paid": "paid",
    "Order Packed": "packed",
    "Order Shipped": "shipped",
    "Order Delivered": "delivered",
    "Order Cancelled": "cancelled",
    "Order Refunded": "refunded",
}


def folded(events: Iterable[RecordedEvent]) -> State:
    """The order's state: what its events said, and its status."""
    state: dict[str, Any] = {"status": "unknown"}
    for event in events:
        state = {**state, **today(event.type, event.data), "status": _STATUS[event.type]}
    return state


def confirm(order: State, _: Mapping[str, Any]) -> Fact | None:
    """Its goods are reserved: they were all or none, so that any one of them tells."""
    charge = {name: order.get(name) for name in ("total", "currency", "card")}
    return _after(order, ("created",), "Order Confirmed", **charge)


def mark_paid(order: State, said: Mapping[str, Any]) -> Fact | None:
    """The money is there."""
    return _after(order, ("confirmed",), "Order Paid", paid=said["amount"], ship_to=order["ship_to"])


def mark_packed(order: State, _: Mapping[str, Any]) -> Fact | None:
    """The parcel is closed."""
    return _after(order, ("paid",), "Order Packed")


def mark_shipped(order: State, _: Mapping[str, Any]) -> Fact | None:
    """The carrier has it."""
    return _after(order, ("paid", "packed"), "Order Shipped")


def mark_delivered(order: State, _: Mapping[str, Any]) -> Fact | None:
    """The customer has it."""
    return _after(order, ("paid", "packed", "shipped"), "Order Delivered")


def cancel(order: State, said: Mapping[str, Any]) -> Fact | None:
    """It cannot be fulfilled; what was done for it is undone by whoever did it."""
    return _after(order, ("created", "confirmed", "paid"), "Order Cancelled", reason=said["reason"])


def mark_refunded(order: State, said: Mapping[str, Any]) -> Fact | None:
    """The money is back; that it had come may be told only now."""
    sums = {"paid": order.get("paid", said["amount"]), "refunded": said["amount"]}
    return _after(order, ("cancelled",), "Order Refunded", reason=said["reason"], **sums)


def _after(order: State, before: tuple[str, ...], event: str, **data: Any) -> Fact | None:
    """The fact, if the order is in one of these states: a repeated message changes nothing."""
    whose = {"order_id": order["order_id"], "customer_id": order["customer_id"]}
    return Fact(event, {**whose, **data}) if order["status"] in before else None
