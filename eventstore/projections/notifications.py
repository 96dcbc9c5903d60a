"""Notifications: which mail or text went to whom, from the events of its own stream."""

from eventstore.core.event import TOMBSTONE, RecordedEvent
from eventstore.core.facet import Facet, Kind
from eventstore.core.payload import body
from eventstore.core.projection import Projection, State, streams_of
from eventstore.core.times import format_time

notifications = Projection(
    "notifications",
    keys=streams_of("notification"),
    facets=[
        Facet("status", counted=True),
        Facet("template", counted=True),
        Facet("sent", Kind.INTEGER, summed=True),
        Facet("customer_id"),
        Facet("to"),
        Facet("sent_at", Kind.TIME),
    ],
)


@notifications.on("Email Sent", "SMS Sent")
def sent(state: State, event: RecordedEvent) -> State:
    """It went out. A second time counts, so that it shows."""
    times = {"sent": state.get("sent", 0) + 1, "sent_at": format_time(event.occurred_at)}
    return {**state, **body(event), "status": "sent" if times["sent"] == 1 else "sent again", **times}


@notifications.on(TOMBSTONE)
def deleted(_: State, __: RecordedEvent) -> None:
    """The mail was deleted at its source."""
