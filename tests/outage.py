"""An outage, as the platform tells it: an instance of payments dies, its callers' breakers open, all is well again."""

from typing import Any

from eventstore import EventStore, NewEvent, Projector, load
from eventstore.settings import Settings
from tests import given

MODELS = "eventstore.projections.services"


def at(seconds: int) -> str:
    """So many seconds after noon, as links carry it."""
    return f"2026-03-01T12:{seconds // 60:02}:{seconds % 60:02}Z"


WELL, ILL, OPEN, DOWN, HALF, OVER = 61, 120, 125, 130, 140, 150
"""Seconds after noon: all is well; payments/1 is ill; the gateway's breaker is open; payments/1 has expired and the
orders' breaker is open too; the gateway tries again; all is well again."""


def told(type_: str, key: str, after: int, **data: Any) -> NewEvent:
    """What the platform tells of an instance, or of one's calls, so many seconds after noon."""
    return given.event(f"platform-{key}", type_, data, given.NOON + after * given.SECOND)


def about(type_: str, service: str, number: int, after: int, **data: Any) -> NewEvent:
    """What is told of an instance."""
    said = {"service": service, "instance": str(number), "address": f"http://{service}:{number}", **data}
    return told(type_, f"{service}/{number}", after, **said)


def between(type_: str, caller: str, callee: str, after: int, **data: Any) -> NewEvent:
    """What a caller tells of its calls."""
    said = {"service": callee, "caller": caller, "callee": callee, **data}
    return told(type_, f"{caller}/1 to {callee}", after, **said)


def summary(caller: str, callee: str, after: int, calls: int, failures: int = 0, breaker: str = "closed") -> NewEvent:
    """A minute's calls."""
    counts = {"calls": calls, "failures": failures, "refused": 0, "seconds": 60, "p50_ms": 5, "p95_ms": 40}
    return between("Call Summary", caller, callee, after, breaker=breaker, **counts)


STORY = (
    about("Instance Registered", "gateway", 1, 0),
    about("Instance Registered", "orders", 1, 1),
    about("Instance Registered", "payments", 1, 2),
    about("Instance Registered", "payments", 2, 3),
    summary("customers", "gateway", 60, 30),
    summary("gateway", "orders", 60, 20),
    summary("gateway", "payments", 60, 12),
    summary("orders", "payments", 60, 8),
    summary("payments", "cards", 60, 9),
    about("Service Unhealthy", "payments", 1, ILL, reason="ReadTimeout"),
    summary("gateway", "payments", ILL, 5, failures=3),
    between("Breaker Opened", "gateway", "payments", OPEN, failures=5),
    about("Instance Expired", "payments", 1, 127),
    between("Breaker Opened", "orders", "payments", DOWN, failures=5),
    between("Bulkhead Full", "orders", "payments", DOWN + 1, reason="10 calls run"),
    between("Breaker Half Opened", "gateway", "payments", HALF, failures=5),
    about("Instance Registered", "payments", 1, 145),
    about("Service Healthy", "payments", 1, 146),
    between("Breaker Closed", "gateway", "payments", 147, failures=0),
    between("Breaker Closed", "orders", "payments", OVER, failures=0),
    about("Instance Registered", "shipping", 1, 200),
)


def tell(store: EventStore) -> None:
    """Append the outage, an event a commit, and bring its read models level."""
    for event in STORY:
        store.append([event])
    level(store)


def level(store: EventStore) -> None:
    """Bring the read models level."""
    Projector(store, load([*Settings().projections, MODELS])).catch_up()
