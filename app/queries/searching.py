"""When a condition held, over all keys of a read model; told of what the viewer may see."""

import json
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

import streamlit as st

from app.answers import Event, KeySpans, Search, Searched, Span, Standing, Unread, Viewer
from app.links import Place
from app.model_answers import Model
from app.queries import source
from app.queries.events import seen, state_shown
from app.queries.models import PAGE, Asking, asking, door
from eventstore import BadCondition, Condition, Held, histories, parse_condition
from eventstore.clock import elapsed

SECONDS = 1.5
"""So long a page searches, if it is not full before."""

TIMES = 5
"""So many times of one key are told; its story tells all."""


def when(viewer: Viewer, at: Standing, model: Model, place: Place) -> Search | Unread:
    """When the place's condition held up to the moment, key by key from where its page begins."""
    return _when(asking(viewer, at, model), model.hidden, place.when, place.row)


@st.cache_data(show_spinner=False, max_entries=64)
def _when(asked: Asking, hidden: tuple[str, ...], text: str, begin: str) -> Search | Unread:
    try:
        condition = parse_condition(text)
    except BadCondition as error:
        return Unread(error.marked, error.problem)
    answers = list(_answers(asked, hidden, condition, _read(begin)))
    found = [one for answer in answers for one in answer.found]
    events = _edges(asked.viewer, [held for one in found for held in one.held[:TIMES]])
    last, before = answers[-1], _read(begin).searched
    searched = Searched(
        before.keys + sum(answer.keys for answer in answers),
        before.rows + sum(answer.rows for answer in answers),
        before.found + len(found),
    )
    return Search(
        tuple(_told(one, events) for one in found),
        "" if last.after is None else json.dumps([last.after, searched.keys, searched.rows, searched.found]),
        searched,
        last.narrowed,
        last.stored,
        last.checkpoint,
    )


def _answers(asked: Asking, hidden: tuple[str, ...], condition: Condition, begin: "Begin") -> Iterator[histories.When]:
    """Answers until the page is full, the time is over, or all was looked at."""
    end, after, found = elapsed() + SECONDS, begin.after, 0
    ask = partial(door().when, asked.projection, condition, asked.moment, seen=_sight(asked.viewer, hidden))
    while True:
        answer = ask(after=after, limit=PAGE - found)
        yield answer
        after, found = answer.after, found + len(answer.found)
        if after is None or found >= PAGE or elapsed() > end:
            return


def _sight(viewer: Viewer, hidden: tuple[str, ...]) -> histories.Seen:
    """What the viewer may see of states."""
    if viewer.sees_clear or not source.state_mask():
        return histories.Seen()
    return histories.Seen(partial(state_shown, viewer), hidden)


def _edges(viewer: Viewer, spans: Sequence[Held]) -> dict[int, Event]:
    """The events at the edges, by position."""
    positions = {edge for one in spans for edge in (one.began_by, one.ended_by) if edge is not None}
    return {position: seen(viewer, event) for position, event in source.store().events_at(sorted(positions)).items()}


def _told(one: histories.HeldKey, events: dict[int, Event]) -> KeySpans:
    spans = tuple(
        Span(held.since, held.until, events[held.began_by], None if held.ended_by is None else events[held.ended_by])
        for held in one.held[:TIMES]
    )
    return KeySpans(one.key, len(one.held), spans)


class Begin(NamedTuple):
    """Where a page begins, and what the pages before it searched."""

    after: str | None = None
    searched: Searched = Searched()


def _read(text: str) -> Begin:
    """What a link says; the first page where it has nothing, or nothing that can be read."""
    try:
        after, *numbers = json.loads(text)
        return Begin(str(after), Searched(*map(int, numbers)))
    except (ValueError, TypeError):
        return Begin()
