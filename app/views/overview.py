"""Overview: how much happened, when, and what happened last."""

import streamlit as st

from app import charts, context, links, queries
from app.components import parts
from app.frames import events as frames
from app.frames import numbers
from app.panels import failures

place, at, look = links.here(), context.standing(), context.look()
if not at.head:
    failures.no_events("No events yet", "The store is there, and empty. Fill it, or open another:")
    st.stop()

viewer, catalogue = context.VIEWER, context.catalogue()
curve = queries.curve(viewer, at, place.but(c="", type=""))
pulse = numbers.Pulse(
    catalogue, queries.happened(viewer, at), queries.last_hour(viewer, at), curve, queries.health(viewer)
)
parts.cards(numbers.overview(at, pulse, place, look), key="numbers")
read_models = queries.counted(viewer, at)
if read_models:
    parts.cards(numbers.read_models(read_models, place), key="read_models")

wide, side = st.columns([3, 2], gap="medium")
with wide:
    parts.facts(frames.curve_heading(place), key="over_time")
    if curve is not None:
        figure = charts.over_time(curve, look.palette, look.categories, catalogue.categories, at.occurred, height=300)
        st.plotly_chart(figure, key="curve", theme=None, config=charts.QUIET, on_select=links.brushed("curve"))
with side:
    parts.facts({"title": "Stories", "level": "h2", "note": "each opens at the moment it happened"}, key="stories_head")
    told = queries.stories(viewer, at)
    if told:
        parts.rows(frames.stories(told, place), key="stories")
    else:
        parts.facts({"text": "Stories are told by the shop of the seed: chronoscope seed", "look": "panel"}, key="none")

parts.facts({"title": "Newest events", "level": "h2", "note": "as the store learnt them"}, key="newest_head")
newest = queries.newest(viewer, at, 20)
opened = {event.position: place.kept(e=str(event.position)).href("events") for event in newest}
parts.rows(frames.events(newest, look, opened), key="newest", keyboard=True)
