"""What has to do with a key's story: other keys of its events and flows, and what a late event rewrote."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import streamlit as st

from app.answers import Related, Rewrote, Standing, Step, Viewer
from app.key_story import KeyStory
from app.queries import source
from app.queries.events import for_folds, state_shown
from app.queries.models import door, models
from app.queries.moments import moment
from app.queries.orders import story
from eventstore import Moment, NotProjected, Projection, Raised, RecordedEvent, attempt, text_at

LAST = 20
"""Of so many of a story's last events other keys are looked for."""

FLOWS = 3
FLOW = 60
MOST = 8
"""So many related keys are told."""

NAMED = 3
"""Of the events behind a late one so many are named."""


def related(viewer: Viewer, at: Standing, told: KeyStory) -> tuple[Related, ...]:
    """Other keys that the story's last events, and the flows they are part of, belong to; those that held anything."""
    builds = tuple((model.name, model.build.position) for model in models(viewer) if model.build is not None)
    last = tuple(step.event_position for step in told.steps[-LAST:])
    return _related(source.loaded().database_url, viewer, told.key, builds, (last, moment(at)))


@st.cache_data(show_spinner=False, max_entries=256)
def _related(
    url: str,  # noqa: ARG001 - part of the cache's key
    viewer: Viewer,
    key: str,
    builds: tuple[tuple[str, int], ...],
    asked: tuple[tuple[int, ...], Moment],
) -> tuple[Related, ...]:
    ready = {name for name, _ in builds}
    projections = [one for one in source.projections() if one.name in ready]
    events = [for_folds(viewer, event) for event in _around(*asked)]
    places = dict[str, str]()
    for name, other in _keys(projections, events):
        places.setdefault(other, name)  # the first read model in the settings' order knows most of its own keys
    places.pop(key, None)
    return _standing(viewer, asked[1], list(places.items())[: 3 * MOST])[:MOST]


def _around(last: Sequence[int], at: Moment) -> Iterator[RecordedEvent]:
    """The story's last events and those of their flows that can be seen from the moment."""
    events = source.store().events_at(last)
    yield from events.values()
    flows = dict.fromkeys(events[position].correlation_id for position in reversed(last))
    for flow in [flow for flow in flows if flow][:FLOWS]:
        for event in source.store().flow(flow, limit=FLOW):
            if at.sees(event.occurred_at, event.commit_position):
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


def _standing(viewer: Viewer, at: Moment, places: Iterable[tuple[str, str]]) -> tuple[Related, ...]:
    found = [(name, key, _state(at, name, key)) for key, name in places]
    return tuple(Related(name, key, state_shown(viewer, text)) for name, key, text in found if text is not None)


def _state(at: Moment, name: str, key: str) -> str | None:
    try:
        return door().as_of(name, key, at).state
    except NotProjected:  # an older belief of a long key, whose code is not at hand
        return None


def rewrote(viewer: Viewer, at: Standing, told: KeyStory, step: Step) -> Rewrote:
    """What was believed of the story before the event came, and from then on."""
    commit = step.event.commit_position
    before, after = (_believed(viewer, replace(at, known=known), told) for known in (commit - 1, commit))
    behind = range(step.index + 1, told.until)
    position, commits = told.whole.position, told.whole.commit
    known = [index for index in behind if position[index] < step.event_position and commits[index] <= commit]
    return Rewrote(before, after, tuple(told.whole.step(index).event for index in known[:NAMED]), len(known))


def _believed(viewer: Viewer, at: Standing, told: KeyStory) -> str | None:
    """The key's state as it was known then, as the viewer may see it."""
    if told.projection in told.models:
        text = _state(moment(at), told.projection, told.key)
        return None if text is None else state_shown(viewer, text)
    found = story(viewer, at, told.key, told.projection)
    return None if found is None or not found.until else text_at(found.whole.deltas, (), found.until - 1)
