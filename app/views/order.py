"""Time machine: one key's story; stand at any step or time, see its state there and what that step changed."""

import streamlit as st

from app import context, links, payload, queries
from app.components import parts
from app.frames import keys as frames
from app.panels import finding, stepping

place, at, look = links.here(), context.standing(), context.look()
finding.draw(place)
if not place.k:
    st.stop()

story = queries.story(context.VIEWER, at, place.k, place.p)
if story is None:
    finding.no_such_key(place.k)
    st.stop()

number, step = stepping.chosen(story, place)
stepping.draw(story, number, step, place, look)
if step is None:
    st.stop()

before = story.steps[number - 1].state if number else None
changed = payload.changes(before, step.state)
past, state, change = st.columns([6, 6, 6], gap="small")
with past:
    parts.facts({"title": "Story", "level": "h2", "note": "in the order in which it happened"}, key="story_head")
    positions = {one.event.position: stepping.target(one, place).href() for one in story.steps}
    parts.rows(frames.timeline(story, step.event.position, look, positions), key="story", keyboard=True, height=560)
with state:
    parts.facts(frames.state_heading(step), key="state_head")
    parts.rows(frames.state(step, changed, look.palette), key="state", height=560)
with change:
    parts.facts(frames.change_heading(changed), key="change_head")
    parts.rows(frames.diff(changed, look.palette), key="diff")
    parts.facts(frames.event_card(step, place, look), key="set_by")
    st.code(payload.laid_out(step.event.data), language=None)
