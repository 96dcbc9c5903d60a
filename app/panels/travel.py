"""Questions to one key's whole story: a field's history, when a condition held, two moments compared."""

from contextlib import suppress

import streamlit as st

from app import context, formats, links, payload, queries, travel
from app.answers import Spells, Step, Unread
from app.components import parts
from app.frames import keys as frames
from app.frames import travel as travel_frames
from app.frames.tables import Look
from app.key_story import KeyStory
from app.links import Place
from app.panels import finding

ANSWER = 216
"""How high an answer grows before it scrolls."""

BETWEEN = 100
"""Of the events between two moments the first so many are told."""


def fields(place: Place) -> None:
    """The fields of the page: which key, and what is asked of it."""
    if not place.k:
        finding.title()
        return finding.field(place)
    find, when, other = st.columns([5, 8, 5], gap="small")
    with find:
        finding.field(place)
    with when:
        _field("When exactly?", "when", place.when, 'when exactly?  status = "paid"   total < 0   carrier is nothing')
    with other:
        _field("Compare with", "t2", place.t2, "compare with: 2026-03-01 14:05")
    return None


def _field(label: str, name: str, value: str, placeholder: str) -> None:
    key = links.show(f"key_{name}", value)
    st.text_input(label, key=key, on_change=_put, args=(name,), placeholder=placeholder, label_visibility="collapsed")


def _put(name: str) -> None:
    typed = links.value(f"key_{name}").strip()
    if name == "t2" and typed:
        with suppress(ValueError):  # the page says that it cannot be read
            typed = formats.iso_time(formats.parse_time(typed))
    links.go(links.here().but(**{name: typed}))


def answers(story: KeyStory, step: Step, place: Place, look: Look) -> None:
    """What the address asks of the story beside its states."""
    until = context.standing().time
    if place.when:
        _when(travel.spells(story, place.when, step.index, until), until, place, look)
    if place.compared is not None:
        _compared(story, step, place, look)
    if place.path:
        _history(travel.history(story, place.path, step.index), until, place, look)


def _when(found: Spells | Unread, until: int | None, place: Place, look: Look) -> None:
    if isinstance(found, Unread):
        return _unread(found, place, "when")
    parts.facts(travel_frames.spells_heading(found, place), key="when_head")
    if found.count:
        parts.rows(travel_frames.spells(found, until, place, look), key="when", height=ANSWER)
    return None


def _history(found: Spells | Unread, until: int | None, place: Place, look: Look) -> None:
    if isinstance(found, Unread):
        return _unread(found, place, "path")
    parts.facts(travel_frames.history_heading(found, place), key="path_head")
    if found.count:
        parts.rows(travel_frames.history(found, until, place, look), key="path", height=ANSWER)
    return None


def _unread(found: Unread, place: Place, field: str) -> None:
    parts.facts(travel_frames.unread(found, place, field), key=f"{field}_unread")
    st.code(found.marked, language=None)


def _compared(story: KeyStory, step: Step, place: Place, look: Look) -> None:
    """The step in view beside the second moment, the earlier one first."""
    whole = story.whole
    first, second = sorted((step.index + 1, min(story.known, whole.until(place.compared))))
    changed = travel.compared(story, first, second)
    between = [whole.step(index) for index in range(first, min(second, first + BETWEEN))]
    heading = travel_frames.compared_heading(changed, second - first, len(between), place, step)
    parts.facts(heading, key="compared_head")
    left, right = st.columns([11, 9], gap="small")
    with left:
        parts.rows(travel_frames.compared(changed, look.palette), key="compared", height=ANSWER)
    with right:
        parts.rows(travel_frames.between(between, place, look), key="between", height=ANSWER)


def related(story: KeyStory, place: Place, look: Look) -> None:
    """Chips of the keys that have to do with this one."""
    found = queries.related(context.VIEWER, context.standing(), story)
    if found:
        parts.facts(travel_frames.related(found, place, look), key="related")


def panes(story: KeyStory, step: Step, place: Place, look: Look) -> None:
    """Of the step in view: its event, what a late one rewrote, its payload, what can be taken along of the story."""
    event, sent, taking = st.columns(3, gap="small")
    with event:
        before = story.steps[step.index - 1] if step.index else None
        parts.facts(frames.event_card(step, before, place, look), key="set_by")
        if step.event.late:
            came = queries.rewrote(context.VIEWER, context.standing(), story, step)
            text = travel_frames.rewrote(came, step, payload.changes(came.before, came.after))
            parts.facts({"title": "Late", "level": "h3", "text": text, "look": "panel"}, key="late")
    whole = queries.event(context.VIEWER, step.event_position)
    if whole is not None:
        sent.container(key="sent").code(payload.laid_out(whole.data), language=None)
    with taking:
        parts.facts(travel_frames.taking(story, step, place), key="taking")
