"""What instances and calls are at any moment, from what the platform tells."""

import json
from typing import Any

from eventstore import Projection, RecordedEvent, replay
from eventstore.projections.services import calls, instances
from tests import given


def told(type_: str, stream: str, **data: Any) -> dict[str, Any]:
    return {"type": type_, "stream": f"platform-{stream}", "category": "platform", "data": json.dumps(data)}


def statuses(projection: Projection, *facts: dict[str, Any]) -> list[Any]:
    """The status after each of the events."""
    events = [given.recorded(number, at=number, **fact) for number, fact in enumerate(facts, 1)]
    return [status(projection, events[:count]) for count in range(1, len(events) + 1)]


def status(projection: Projection, events: list[RecordedEvent]) -> Any:
    state = replay(projection, events)
    return None if state is None else state["status"]


def about(type_: str, **data: Any) -> dict[str, Any]:
    return told(type_, "payments/1", service="payments", instance="1", **data)


def between(type_: str, **data: Any) -> dict[str, Any]:
    return told(type_, "gateway/1 to payments", service="payments", caller="gateway", callee="payments", **data)


def test_an_instance_is_up_ill_and_gone() -> None:
    found = statuses(
        instances,
        about("Instance Registered", address="a"),
        about("Service Unhealthy", reason="slow"),
        about("Service Healthy"),
        about("Instance Expired"),
        about("Service Unhealthy", reason="dead"),
        about("Instance Registered", address="a"),
        about("Service Healthy"),
        about("Instance Left"),
    )
    assert found == ["up", "unhealthy", "up", "expired", "expired", "unhealthy", "up", "left"]


def test_a_breaker_is_seen_in_its_calls() -> None:
    found = statuses(
        calls,
        between("Call Summary", calls=3, failures=1, refused=0, seconds=60),
        between("Breaker Opened", failures=5),
        between("Breaker Half Opened", failures=5),
        between("Breaker Closed", failures=0),
        between("Call Summary", calls=1, failures=1, refused=9, seconds=60, breaker="open"),
    )
    assert found == ["closed", "open", "half open", "closed", "open"]


def test_neither_takes_the_others_events() -> None:
    one, other = (given.recorded(1, **fact) for fact in (about("Instance Left"), between("Bulkhead Full")))
    assert (list(instances.keys(one)), list(instances.keys(other))) == (["payments/1"], [])
    assert (list(calls.keys(one)), list(calls.keys(other))) == ([], ["gateway/1 to payments"])
