"""Events: pages of the log, one event whole, counts over time."""

import dataclasses
from collections.abc import Sequence

from app import payload
from app.answers import Event, EventDetail, EventPage, Repeat, Source, Standing, Viewer
from app.links import Place, number
from app.queries import source
from app.queries.moments import moment
from eventstore import EventQuery, EventStore, OccurredSource, Origin, Raised, RecordedEvent, as_folded

PAGE = 50
NEIGHBOURS = 3

CLOCKS = {
    OccurredSource.PRODUCER: "the producer's clock",
    OccurredSource.KAFKA: "Kafka's timestamp, the producer stated none",
    OccurredSource.RECORDED: "when it was recorded, nobody stated a time",
    OccurredSource.CLOCK: "set to recorded_at, the claim was ahead of our clock",
    OccurredSource.WRITER: "raised to the stream's last, whose writer had seen it",
    OccurredSource.PARTITION: "raised by a small step, to the stream's last in this partition",
    OccurredSource.NO_ZONE: "the producer's clock, stated without a zone and read as UTC",
    OccurredSource.LEAP_SECOND: "the producer's clock, a leap second",
}


def page(viewer: Viewer, at: Standing, place: Place) -> EventPage:
    """The page of events that the place asks for, the newest first, as seen from the moment."""
    store, query = source.store(), asked(at, place)
    after, until = number(place.after), number(place.until)
    if after is not None:
        found = list(store.read_all(after=after, until=at.until, query=query, limit=PAGE + 1))
        shown = found[:PAGE][::-1]
        return EventPage(seen_all(viewer, shown), older=after > 0, newer=len(found) > PAGE)
    top = at.until if until is None else min(until, at.until)
    found = list(store.read_all(until=top, query=query, backwards=True, limit=PAGE + 1))
    return EventPage(seen_all(viewer, found[:PAGE]), older=len(found) > PAGE, newer=top < at.until)


def newest(viewer: Viewer, at: Standing, limit: int) -> tuple[Event, ...]:
    """The last events that can be seen from the moment, the newest first."""
    query = asked(at, Place())
    return seen_all(viewer, list(source.store().read_all(until=at.until, query=query, backwards=True, limit=limit)))


def asked(at: Standing, place: Place) -> EventQuery:
    """The filters of the place and the moment as one query."""
    since, before = place.window
    end = None if at.occurred is None else at.occurred + 1
    return EventQuery(
        categories=(place.c,) if place.c else (),
        types=(place.type,) if place.type else (),
        stream=place.stream or None,
        text=place.q or None,
        since=since,
        before=min((one for one in (before, end) if one is not None), default=None),
    )


def detail(viewer: Viewer, at: Standing, position: int) -> EventDetail | None:
    """One event with its surroundings; None where the log has no such position."""
    store = source.store()
    event = store.event(position)
    if event is None:
        return None
    folded = as_folded(source.projections(), for_folds(viewer, event))
    raised = isinstance(folded, Raised)
    return EventDetail(
        event=seen(viewer, event),
        folded=None if folded is None or raised else shown(viewer, str(folded)),
        folded_error=str(folded) if raised else None,
        source=_source(viewer, event, store.origin(position)),
        neighbours=seen_all(viewer, _neighbours(store, event)),
        tied=_tied(store, event),
        visible=moment(at).sees(event.occurred_at, event.commit_position),
    )


def _neighbours(store: EventStore, event: RecordedEvent) -> list[RecordedEvent]:
    after = max(0, event.version - 1 - NEIGHBOURS)
    return list(store.read_stream(event.stream, after=after, until=event.version + NEIGHBOURS))


def _tied(store: EventStore, event: RecordedEvent) -> int | None:
    """The event just before it in the stream, where both occurred at the same time."""
    query = EventQuery(stream=event.stream, since=event.occurred_at, before=event.occurred_at + 1)
    found = store.read_all(until=event.position - 1, query=query, backwards=True, limit=1)
    return next((one.position for one in found), None)


def seen_all(viewer: Viewer, events: Sequence[RecordedEvent]) -> tuple[Event, ...]:
    """The events as the viewer may see them."""
    return tuple(seen(viewer, event) for event in events)


def seen(viewer: Viewer, event: RecordedEvent) -> Event:
    """The event as the viewer may see it."""
    return Event(
        position=event.position,
        commit_position=event.commit_position,
        id=event.id,
        stream=event.stream,
        category=event.category,
        version=event.version,
        type=event.type,
        data=shown(viewer, event.data_text),
        metadata=shown(viewer, event.metadata_text),
        occurred_at=event.occurred_at,
        claimed_at=event.claimed_at,
        clock=CLOCKS[event.occurred_source],
        recorded_at=event.recorded_at,
        late=late(event),
        corrected=event.claimed_at is not None,
        correlation_id=event.correlation_id,
        causation_id=event.causation_id,
        content_hash=event.content_hash.hex(),
    )


def late(event: RecordedEvent) -> bool:
    """Whether it occurred before an event that its stream already had."""
    return event.occurred_at < event.stream_frontier


def one(viewer: Viewer, position: int) -> Event | None:
    """The event at the position as the viewer may see it; None beyond the end."""
    event = source.store().event(position)
    return None if event is None else seen(viewer, event)


def shown(viewer: Viewer, text: str) -> str:
    """The one masking function: JSON text as the viewer may see it."""
    return text if viewer.sees_clear else payload.masked(text, source.mask())


def state_shown(viewer: Viewer, text: str) -> str:
    """A stored state as the viewer may see it. It was folded from what events said in the clear."""
    return text if viewer.sees_clear else payload.masked(text, source.state_mask())


def error_shown(viewer: Viewer, text: str) -> str | None:
    """What a fold raised; None where a mask hides anything: it may quote the event."""
    return None if source.mask() and not viewer.sees_clear else text


def error_told(viewer: Viewer, text: str | None) -> str | None:
    """The same in words, also where it is hidden; None: nothing was raised."""
    return None if text is None else error_shown(viewer, text) or "hidden by the mask"


def for_folds(viewer: Viewer, event: RecordedEvent) -> RecordedEvent:
    """The event as a fold may see it on behalf of the viewer: what is masked cannot come out in a state or an error."""
    masked = {"data_text": shown(viewer, event.data_text), "metadata_text": shown(viewer, event.metadata_text)}
    return dataclasses.replace(event, **masked)  # type: ignore[arg-type]


def _source(viewer: Viewer, event: RecordedEvent, origin: Origin | None) -> Source | None:
    """Where the event came from, without its bytes where the mask hides anything: they hold it too."""
    if origin is None:
        return None
    hidden = any(shown(viewer, text) != text for text in (event.data_text, event.metadata_text))
    return Source(
        kind=origin.kind,
        topic=origin.topic,
        topic_id=origin.topic_id,
        partition=origin.partition,
        offset=origin.offset,
        timestamp=None if origin.timestamp is None else origin.timestamp * 1_000,
        key=None if hidden else origin.key,
        value=None if hidden else origin.value,
        headers=() if hidden else origin.headers,
        hidden=hidden,
        repeats=tuple(
            Repeat(one.topic, one.partition, one.offset, one.recorded_at)
            for one in source.store().repeats(event.position)
        ),
    )
