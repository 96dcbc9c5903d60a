"""Service logs: what each service wrote in each hour, counted by level; of the lines themselves the last few.

A service's whole log would be one key with a state for every line, without an end. An hour of it stays small.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from eventstore.core.event import RecordedEvent
from eventstore.core.facet import Facet, Kind
from eventstore.core.log_line import CATEGORY, LEVELS, level_of, message_of, service_of
from eventstore.core.payload import body
from eventstore.core.projection import Projection, State
from eventstore.core.times import format_time

LAST_LINES, LONGEST_LINE = 5, 200
STATUS = ("quiet", "quiet", "warnings", "errors", "critical")


def hour_of(event: RecordedEvent) -> str:
    """The hour in which it happened, UTC: 2026-03-01T12."""
    return format_time(event.occurred_at)[:13]


def service_and_hour(event: RecordedEvent) -> Iterator[str]:
    """The service's hour that the line belongs to: payment-service/2026-03-01T12."""
    if event.category == CATEGORY:
        yield f"{service_of(event)}/{hour_of(event)}"


service_logs = Projection(
    "service_logs",
    keys=service_and_hour,
    facets=[
        Facet("status", counted=True),
        Facet("service", counted=True),
        Facet("lines", Kind.INTEGER, summed=True),
        Facet("warnings", Kind.INTEGER, "levels.warning", summed=True),
        Facet("errors", Kind.INTEGER, summed=True),
        Facet("slowest_ms", Kind.INTEGER),
        Facet("hour", Kind.TIME),
    ],
)


@service_logs.on("Log Written")
def written(state: State, event: RecordedEvent) -> State:
    """The service wrote a line."""
    data = body(event)
    level = level_of(event)
    levels = {**state.get("levels", {}), level: state.get("levels", {}).get(level, 0) + 1}
    line = {"at": format_time(event.occurred_at), "level": level, "message": message_of(event)[:LONGEST_LINE]}
    return {
        **state,
        "service": service_of(event),
        "hour": f"{hour_of(event)}:00:00Z",
        "lines": state.get("lines", 0) + 1,
        "errors": levels.get("error", 0) + levels.get("critical", 0),
        "levels": levels,
        "status": STATUS[max(LEVELS.get(one, 0) for one in levels)],
        **slowest(state, data),
        "last": [*state.get("last", ()), line][-LAST_LINES:],
    }


def slowest(state: State, data: Mapping[str, Any]) -> dict[str, int]:
    """The longest time that a line of the hour tells, in milliseconds."""
    took, before = data.get("duration_ms"), state.get("slowest_ms")
    if type(took) is not int:
        return {}
    return {"slowest_ms": took if before is None else max(before, took)}
