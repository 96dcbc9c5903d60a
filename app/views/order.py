"""Time machine: one key's story; stand at any step or time, see its state there, what made it so and when."""

import streamlit as st

from app import context, links, queries
from app.panels import cause, finding, stepping, travel
from app.panels import story as panel

place, at, look = links.here(), context.standing(), context.look()
travel.fields(place)
if place.q or not place.k:
    finding.listed(place)
if not place.k:
    st.stop()

with st.spinner("Reading the story …", show_time=True):
    story = queries.story(context.VIEWER, at, place.k, place.p)
if story is None:
    finding.no_such_key(place.k)
    st.stop()

step = stepping.chosen(story, place)
stepping.draw(story, step, place, look)
if step is not None:
    travel.related(story, place, look)
    travel.answers(story, step, place, look)
panel.draw(story, step, place)
if step is not None:
    travel.panes(story, step, place, look)
    cause.draw(step.event_position, place, look)
