"""What has to do with a key's story: other keys of its events and flows, and what a late event rewrote."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from app.answers import KeyStory, Related, Rewrote, Standing, Step, Viewer
from app.queries import source
from app.queries.events import for_folds, state_shown
from app.queries.models import door, models
from app.queries.moments import moment
from app.queries.orders import story
from eventstore import Histories, NotProjected, Projection, Raised, RecordedEvent, attempt

LAST = 20
"""Of so many of a story's last events other keys are looked for."""

FLOWS = 3
FLOW = 60
MOST = 8
"""So many related keys are told."""


def related(viewer: Viewer, at: Standing, told: KeyStory) -> tuple[Related, ...]:
    """Other keys that the story's last events, and the flows they are part of, belong to; those that held anything."""
    ready = {model.name for model in models(viewer) if model.build is not None}
    projections = [one for one in source.projections() if one.name in ready]
    events = [for_folds(viewer, event) for event in _around(at, told)]
    places = dict[str, str]()
    for name, key in _keys(projections, events):
        places.setdefault(key, name)  # the first read model in the settings' order knows most of its own keys
    places.pop(told.key, None)
    return _standing(viewer, at, list(places.items())[: 3 * MOST])[:MOST]


def _around(at: Standing, told: KeyStory) -> Iterator[RecordedEvent]:
    """The story's last events and those of their flows that can be seen from the moment."""
    last = told.steps[-LAST:]
    yield from source.store().events_at([step.event_position for step in last]).values()
    flows = dict.fromkeys(step.event.correlation_id for step in reversed(last) if step.event.correlation_id)
    for flow in list(flows)[:FLOWS]:
        for event in source.store().flow(flow, limit=FLOW):
            if moment(at).sees(event.occurred_at, event.commit_position):
                yield event


def _keys(projections: Iterable[Projection], events: Iterable[RecordedEvent]) -> Iterator[tuple[str, str]]:
    """Each projection and key that an event belongs to; where its routing raises, it belongs to none."""
    told = list(events)
    for one in projections:
        for event in told:
            keys = attempt(_listed, one, event)
            yield from ((one.name, key) for key in (() if isinstance(keys, Raised) else keys))


def _listed(projection: Projection, event: RecordedEvent) -> tuple[str, ...]:
    return tuple(projection.keys(event))


def _standing(viewer: Viewer, at: Standing, places: Iterable[tuple[str, str]]) -> tuple[Related, ...]:
    histories = door()
    found = [(name, key, _state(histories, at, name, key)) for key, name in places]
    return tuple(Related(name, key, state_shown(viewer, text)) for name, key, text in found if text is not None)


def _state(histories: Histories, at: Standing, name: str, key: str) -> str | None:
    try:
        return histories.as_of(name, key, moment(at)).state
    except NotProjected:  # an older belief of a long key, whose code is not at hand
        return None


def rewrote(viewer: Viewer, at: Standing, told: KeyStory, step: Step) -> Rewrote:
    """What was believed of the story before the event came, and from then on."""
    commit = step.event.commit_position
    before, after = (
        story(viewer, replace(at, known=known), told.key, told.projection) for known in (commit - 1, commit)
    )
    behind = _behind(after, step)
    known = tuple(one.event for one in behind if one.event_position < step.event_position)
    return Rewrote(_last(before), _last(after), known)


def _behind(told: KeyStory | None, step: Step) -> tuple[Step, ...]:
    steps = () if told is None else told.steps
    place = [one.event_position for one in steps].index(step.event_position) if steps else 0
    return steps[place + 1 :]


def _last(told: KeyStory | None) -> str | None:
    return told.steps[-1].state if told is not None and told.steps else None
