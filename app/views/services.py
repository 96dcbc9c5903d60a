"""Services: instances, health, breakers and calls at the moment, as a map and as lists, and how an outage spread."""

import streamlit as st

from app import context, links, queries
from app.components import parts
from app.frames import services as frames
from app.panels import services as panels

place, at, look = links.here(), context.standing(), context.look()
models = queries.mapped(queries.models(context.VIEWER))
if models is None:
    parts.facts(frames.missing(), key="missing")
    st.stop()

found = queries.services(context.VIEWER, at, models)
if not found.known:
    parts.facts(frames.missing(), key="missing")
    st.stop()

parts.cards(frames.cards(found, look), key="numbers")
panels.drawn(found, look, place)
panels.lists(found, at, look, place)
