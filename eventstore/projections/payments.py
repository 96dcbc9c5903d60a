"""Payments: what was asked for, what came in and what went back, from the events of each payment's own stream."""

from decimal import Decimal
from typing import Any

from eventstore.core.event import TOMBSTONE, RecordedEvent
from eventstore.core.facet import Facet, Kind
from eventstore.core.payload import body, money
from eventstore.core.projection import Projection, State, streams_of
from eventstore.core.times import format_time

KEPT = ("payment_id", "order_id", "method", "currency")
NOTHING = Decimal("0.00")

payments = Projection(
    "payments",
    keys=streams_of("payment"),
    facets=[
        Facet("status", counted=True),
        Facet("method", counted=True),
        Facet("amount", Kind.DECIMAL),
        Facet("captured", Kind.DECIMAL, summed=True),
        Facet("refunded", Kind.DECIMAL, summed=True),
        Facet("currency"),
        Facet("captures", Kind.INTEGER),
        Facet("attempts", Kind.INTEGER),
        Facet("order_id"),
        Facet("requested_at", Kind.TIME),
        Facet("captured_at", Kind.TIME),
    ],
)


def told(state: State, event: RecordedEvent, status: str, **more: Any) -> dict[str, Any]:
    """The payment in its new status, with the names that the event gives it."""
    data = body(event)
    return {**state, **{name: data[name] for name in KEPT if name in data}, "status": status, **more}


@payments.on("Payment Requested")
def requested(state: State, event: RecordedEvent) -> State:
    """The money is asked for, once more where an attempt came to nothing. What has come in already stays."""
    amount = money(body(event).get("amount"))
    attempts = {"attempts": state.get("attempts", 0) + 1}
    asked = {"requested_at": format_time(event.occurred_at), **told(state, event, "requested", **attempts)}
    return asked if amount is None else {**asked, "amount": amount}


@payments.on("Payment Completed")
def completed(state: State, event: RecordedEvent) -> State:
    """The money came in. Each capture counts, so that a second one shows."""
    captured = state.get("captured", NOTHING) + (money(body(event).get("amount")) or 0)
    captures = state.get("captures", 0) + 1
    at = format_time(event.occurred_at)
    return told(state, event, "completed", captured=captured, captures=captures, captured_at=at)


@payments.on("Payment Declined")
def declined(state: State, event: RecordedEvent) -> State:
    """The bank said no, and why."""
    return told(state, event, "declined", reason=body(event).get("reason"))


@payments.on("Payment Voided")
def voided(state: State, event: RecordedEvent) -> State:
    """The order was cancelled before any money came."""
    return told(state, event, "voided", reason=body(event).get("reason"))


@payments.on("Payment Failed")
def failed(state: State, event: RecordedEvent) -> State:
    """Nobody answered: whether the money moved is unknown."""
    return told(state, event, "failed", reason=body(event).get("reason"))


@payments.on("Payment Refunded")
def refunded(state: State, event: RecordedEvent) -> State:
    """Money went back, all of it or a part."""
    back = state.get("refunded", NOTHING) + (money(body(event).get("amount")) or 0)
    status = "refunded" if back >= state.get("captured", NOTHING) else "partly refunded"
    return told(state, event, status, refunded=back, reason=body(event).get("reason"))


@payments.on(TOMBSTONE)
def deleted(_: State, __: RecordedEvent) -> None:
    """The payment was deleted at its source."""
