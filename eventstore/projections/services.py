"""Services: which instances there are and how they are, and how the calls between services go, at any moment.

Both follow from what the registry, the sidecars and the callers tell: a map of the services needs nothing else.
"""

from collections.abc import Iterator
from typing import Any

from eventstore.core.event import RecordedEvent
from eventstore.core.facet import Facet, Kind
from eventstore.core.payload import body, whole
from eventstore.core.projection import Fold, Projection, State


def instance_of(event: RecordedEvent) -> Iterator[str]:
    """The instance that the event is about: payments/2."""
    data = body(event)
    if event.category == "platform" and "service" in data and "instance" in data:
        yield f"{data['service']}/{data['instance']}"


def call_of(event: RecordedEvent) -> Iterator[str]:
    """Who calls whom: gateway/1 to payments."""
    data = body(event)
    if event.category == "platform" and "caller" in data and "callee" in data:
        yield event.stream.removeprefix("platform-")


instances = Projection(
    "instances",
    keys=instance_of,
    facets=[
        Facet("status", counted=True),
        Facet("service", counted=True),
        Facet("address"),
        Facet("reason"),
        Facet("losses", Kind.INTEGER, summed=True),
    ],
)

calls = Projection(
    "calls",
    keys=call_of,
    facets=[
        Facet("status", counted=True),
        Facet("caller", counted=True),
        Facet("callee", counted=True),
        Facet("calls", Kind.INTEGER, summed=True),
        Facet("failures", Kind.INTEGER, summed=True),
        Facet("refused", Kind.INTEGER, summed=True),
        Facet("per_minute", Kind.INTEGER),
        Facet("p95_ms", Kind.INTEGER),
        Facet("opened", Kind.INTEGER, summed=True),
        Facet("bulkhead_full", Kind.INTEGER, summed=True),
    ],
)
"""The status is the breaker's: closed, open, half open."""


def seen(state: State, event: RecordedEvent, **more: Any) -> dict[str, Any]:
    """The instance with what the event says, and what it is called: gone, ill or up."""
    said = {name: value for name, value in body(event).items() if name in {"service", "instance", "address", "direct"}}
    now = {"losses": 0, "present": "unknown", "healthy": True, "reason": None, **state, **said, **more}
    ill = now["present"] == "up" and not now["healthy"]
    return {**now, "status": "unhealthy" if ill else now["present"]}


@instances.on("Instance Registered")
def registered(state: State, event: RecordedEvent) -> State:
    """It can be found."""
    return seen(state, event, present="up")


@instances.on("Instance Left")
def left(state: State, event: RecordedEvent) -> State:
    """It ended in good order."""
    return seen(state, event, present="left")


@instances.on("Instance Expired")
def expired(state: State, event: RecordedEvent) -> State:
    """It said nothing for too long: it is dead, or cut off."""
    return seen(state, event, present="expired")


@instances.on("Service Healthy")
def healthy(state: State, event: RecordedEvent) -> State:
    """Its sidecar finds it well."""
    return seen(state, event, healthy=True, reason=None)


@instances.on("Service Unhealthy")
def unhealthy(state: State, event: RecordedEvent) -> State:
    """Its sidecar finds it ill, or not at all."""
    return seen(state, event, healthy=False, reason=body(event).get("reason"))


@instances.on("Log Lost")
def lost(state: State, event: RecordedEvent) -> State:
    """What its log held behind a line can no longer be read."""
    return seen(state, event, losses=state.get("losses", 0) + 1, lost_after_line=body(event).get("after_line"))


def told(state: State, event: RecordedEvent, **more: Any) -> dict[str, Any]:
    """The calls with what the event says; what is counted begins at nothing."""
    said = {name: value for name, value in body(event).items() if name in {"caller", "callee"}}
    start = {"status": "closed", "calls": 0, "failures": 0, "refused": 0, "opened": 0, "bulkhead_full": 0}
    return {**start, **state, **said, **more}


def breaker(status: str) -> Fold:
    """The fold of a breaker's change."""

    def changed(state: State, event: RecordedEvent) -> State:
        opened = state.get("opened", 0) + (status == "open")
        return told(state, event, status=status, opened=opened, failed_in_a_row=body(event).get("failures"))

    return changed


calls.on("Breaker Opened")(breaker("open"))
calls.on("Breaker Half Opened")(breaker("half open"))
calls.on("Breaker Closed")(breaker("closed"))


@calls.on("Bulkhead Full")
def full(state: State, event: RecordedEvent) -> State:
    """No more calls ran at a time than may."""
    return told(state, event, bulkhead_full=state.get("bulkhead_full", 0) + 1)


@calls.on("Call Summary")
def summed_up(state: State, event: RecordedEvent) -> State:
    """So many calls since the last summary, and how they went."""
    data = body(event)
    sums = {name: state.get(name, 0) + (whole(data.get(name)) or 0) for name in ("calls", "failures", "refused")}
    times = {name: data.get(name) for name in ("p50_ms", "p95_ms")}
    per_minute = round((whole(data.get("calls")) or 0) * 60 / max(1, whole(data.get("seconds")) or 1))
    # the breaker as it is now: its own events may have been lost on the way
    return told(state, event, **sums, **times, per_minute=per_minute, status=data.get("breaker", "closed"))
