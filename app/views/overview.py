"""Overview: how much happened, when, and what happened last."""

import streamlit as st

from app import charts, context, links, queries
from app.components import parts
from app.frames import events as frames
from app.frames import numbers
from app.panels import failures

place, at, look = links.here(), context.standing(), context.look()
catalogue = context.catalogue()
if not at.head:
    failures.no_events("No events yet", "The store is there, and empty. Three ways to fill it or to open another:")
    st.stop()

health = queries.health(context.VIEWER)
last_hour = queries.last_hour(context.VIEWER, at)
curve = queries.curve(context.VIEWER, at, place.but(c="", type=""))
parts.cards(numbers.overview(at, catalogue, health, curve, last_hour, place, look), key="numbers")

wide, side = st.columns([3, 2], gap="medium")
with wide:
    parts.facts(
        {"title": "Events over time", "level": "h2", "note": "by category; drag to read a window"}, key="over_time"
    )
    if curve is not None:
        figure = charts.over_time(curve, look.palette, look.categories, catalogue.categories, at.occurred, height=300)
        st.plotly_chart(
            figure, key="curve", theme=None, config={"displayModeBar": False}, on_select=links.brushed("curve")
        )
with side:
    parts.facts({"title": "Stories", "level": "h2", "note": "stand where it happened"}, key="stories_head")
    parts.rows(frames.stories(queries.stories(context.VIEWER, at), place), key="stories")

parts.facts({"title": "Newest events", "level": "h2"}, key="newest_head")
newest = queries.newest(context.VIEWER, at, 20)
opened = {event.position: place.kept(e=str(event.position)).href("events") for event in newest}
parts.rows(frames.events(newest, look, opened), key="newest", keyboard=True)
