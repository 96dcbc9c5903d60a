"""Customers: who they are and what they do, from their own events, their orders, carts and mails."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from eventstore.core.event import TOMBSTONE, RecordedEvent
from eventstore.core.facet import Facet, Kind
from eventstore.core.payload import body, money, name
from eventstore.core.projection import Projection, State
from eventstore.core.times import format_time

ELSEWHERE = {"order", "cart", "notification"}
"""The categories whose events may name a customer."""

ABOUT = ("customer_id", "first_name", "last_name", "email", "city", "country")
NOTHING = Decimal("0.00")


def said(event: RecordedEvent) -> dict[str, Any]:
    """What the event says: producers nest an order under `order`, or do not."""
    data = body(event)
    inner = data.get("order")
    return inner if isinstance(inner, dict) else data


def customer_of(event: RecordedEvent) -> Iterator[str]:
    """The customer whose stream it is, or whom the event of another thing names."""
    if event.category == "customer":
        yield event.stream
    elif event.category in ELSEWHERE:
        data = said(event)
        named = name(data.get("customer_id", data.get("user_id")))
        if named:
            yield f"customer-{named}"


customers = Projection(
    "customers",
    keys=customer_of,
    facets=[
        Facet("status", counted=True),
        Facet("country", counted=True),
        Facet("orders", Kind.INTEGER, summed=True),
        Facet("ordered", Kind.DECIMAL, summed=True),
        Facet("carts_abandoned", Kind.INTEGER, summed=True),
        Facet("email"),
        Facet("registered_at", Kind.TIME),
        Facet("last_order_at", Kind.TIME),
    ],
)


@customers.on("User Registered")
def registered(state: State, event: RecordedEvent) -> State:
    """They opened an account. What they did before their registration reached us stays."""
    data = body(event)
    status = "registered" if state.get("status", "visitor") == "visitor" else state["status"]
    about = {field: data[field] for field in ABOUT if field in data}
    return {**state, **about, "registered_at": format_time(event.occurred_at), "status": status}


@customers.on("Order Created", "Order Placed")
def ordered(state: State, event: RecordedEvent) -> State:
    """They ordered: once makes a buyer, again a regular."""
    orders = state.get("orders", 0) + 1
    return {
        **state,
        "orders": orders,
        "ordered": state.get("ordered", NOTHING) + (money(said(event).get("total")) or 0),
        "last_order_at": format_time(event.occurred_at),
        "status": "buyer" if orders == 1 else "regular",
    }


@customers.on("Cart Abandoned")
def abandoned(state: State, _: RecordedEvent) -> State:
    """They left a full cart."""
    return {"status": "visitor", **state, "carts_abandoned": state.get("carts_abandoned", 0) + 1}


@customers.on("Email Sent")
def written_to(state: State, event: RecordedEvent) -> State:
    """They got a mail."""
    last = {"last_mail": body(event).get("template"), "last_mail_at": format_time(event.occurred_at)}
    return {"status": "visitor", **state, "mails": state.get("mails", 0) + 1, **last}


@customers.on(TOMBSTONE)
def deleted(_: State, __: RecordedEvent) -> None:
    """The account was deleted at its source."""
