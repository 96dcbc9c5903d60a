"""Cause and effect: the flow of an event as a tree of causes, and what the event did to each read model."""

from collections.abc import Iterator, Mapping

from app.answers import Event, Standing, Viewer
from app.cause_answers import EventEffects, EventFlow, FlowRow, KeyEffect, ModelEffects
from app.queries import source
from app.queries.events import error_told, for_folds, seen, state_shown
from app.queries.models import door
from app.queries.moments import moment
from eventstore import Flow, Projection, Raised, RecordedEvent, Top, attempt, decode, flow
from eventstore.histories import Effect, Effects, Outcome, Stored

SHOWN = 60
"""Of a flow so many events are shown, those around the one in view."""


def event_flow(viewer: Viewer, at: Standing, position: int) -> EventFlow | None:
    """The flow of the event at the position, with its cause and its effects in other flows; None: no such event."""
    store = source.store()
    event = store.event(position)
    if event is None:
        return None
    own, more = store.around(event)
    found = flow(own, moment(at))
    rows = tuple(_rows(viewer, at, found, event))
    return EventFlow(
        here=position,
        id=event.correlation_id,
        cause_id=event.causation_id,
        rows=rows,
        events=len(found.events),
        beyond=found.beyond,
        streams=len(found.streams),
        span=found.span,
        more=more,
    )


def _rows(viewer: Viewer, at: Standing, found: Flow, event: RecordedEvent) -> Iterator[FlowRow]:
    store, part = source.store(), found.around(event.position, SHOWN)
    topics = store.topics([one.event.position for one in part])
    missing = [one.event.causation_id or "" for one in part if one.top is Top.MISSING]
    elsewhere = store.events_by_id(missing) if missing else {}
    for one in part:
        other = elsewhere.get(one.event.causation_id or "")
        hidden = other is not None and not moment(at).sees(other.occurred_at, other.commit_position)
        yield FlowRow(
            event=(shown := seen(viewer, one.event)),
            number=one.number,
            above=None if one.cause is None else seen(viewer, found.events[one.cause].event),
            elsewhere=None if other is None or hidden else seen(viewer, other),
            top=Top.BEYOND.value if hidden else "" if one.top is None else one.top.value,
            wait=one.wait,
            long=one.long,
            depth=one.depth,
            alone=one.alone,
            rails=one.rails,
            service=service(shown, topics),
            foreign=one.event.correlation_id != event.correlation_id,
        )


def service(event: Event, topics: Mapping[int, str]) -> str:
    """Who told the event, as far as known."""
    said = decode(event.metadata)
    named = [said.get(name) for name in ("service", "source")] if isinstance(said, dict) else []
    return next((one for one in named if isinstance(one, str) and one), topics.get(event.position, event.category))


def event_effects(viewer: Viewer, at: Standing, position: int) -> EventEffects | None:
    """What the event did in each read model, as believed at the moment; None: there is no such event."""
    event = source.store().event(position)
    if event is None:
        return None
    shown = seen(viewer, event)
    if not moment(at).sees(event.occurred_at, event.commit_position):
        return EventEffects(shown, None)
    open_ = {one.name: _open_keys(one, for_folds(viewer, event)) for one in source.projections()}
    told = [_model(viewer, event, one, open_.get(one.projection, ())) for one in door().effects(event, at.known)]
    return EventEffects(shown, tuple(told))


def _open_keys(projection: Projection, event: RecordedEvent) -> tuple[str, ...]:
    """The keys that the event names also where the mask hides what it hides: those do not tell it."""
    keys = attempt(_listed, projection, event)
    return () if isinstance(keys, Raised) else keys


def _listed(projection: Projection, event: RecordedEvent) -> tuple[str, ...]:
    return tuple(projection.keys(event))


def _model(viewer: Viewer, event: RecordedEvent, found: Effects, open_: tuple[str, ...]) -> ModelEffects:
    keys = tuple(_key(viewer, event, one, hidden=one.key not in open_) for one in found.effects)
    return ModelEffects(found.projection, keys, found.left_out, _why(viewer, found))


def _why(viewer: Viewer, found: Effects) -> str:
    """In words why the event did nothing there; "" where it did."""
    if found.outcome is Outcome.FOLDED:
        return ""
    if found.outcome is Outcome.WAITING:
        return f"not applied yet (checkpoint {found.checkpoint or 0:,})"
    error = error_told(viewer, found.error)
    return found.outcome.value if error is None else f"{found.outcome.value}: {error}"


def _key(viewer: Viewer, event: RecordedEvent, found: Effect, *, hidden: bool) -> KeyEffect:
    before, after = found.before, found.after
    return KeyEffect(
        key=None if hidden else found.key,
        did=found.did.value,
        before=_state(viewer, before),
        after=_state(viewer, after),
        tied=before.event_position if before is not None and before.since == event.occurred_at else None,
        error=None if after is None else error_told(viewer, after.error),
        parked=None if after is None else after.parked,
        rewrote=found.rewrote,
    )


def _state(viewer: Viewer, row: Stored | None) -> str | None:
    return None if row is None or row.state is None else state_shown(viewer, row.state)
