"""The Services page: the map, the chosen service, how an outage spread, instances and calls."""

import streamlit as st

from app import context, queries
from app.answers import Standing
from app.components import parts
from app.frames import services as frames
from app.frames import spread as spreading
from app.frames.tables import Look
from app.links import Place
from app.service_answers import Services


def drawn(found: Services, look: Look, place: Place) -> None:
    """The map, and below it the chosen service."""
    parts.service_map(frames.map_of(found, look, place), key="map")
    if not found.complete:
        text = "There are more instances or calls than are read here: the map and the lists are not all of it."
        parts.facts({"text": text}, key="bound")
    if place.service:
        told = frames.service(found, look, place) if place.service in found.known else frames.unknown(found, place)
        parts.facts(told, key="service")


def spread(at: Standing, look: Look, place: Place) -> None:
    """The trouble around the moment, each with the way to just before it."""
    note = f"the last {spreading.SHOWN} up to this moment, the next {spreading.NEXT}; a row goes to its moment"
    parts.facts({"title": "How it spread", "level": "h2", "note": note}, key="spread_head")
    table = spreading.spread(queries.spread(context.VIEWER, at), look, place)
    if table.rows:
        parts.rows(table, key="spread", keyboard=True, height=430)
    else:
        parts.facts({"text": "No trouble was told up to this moment.", "look": "panel"}, key="no_spread")


def lists(found: Services, at: Standing, look: Look, place: Place) -> None:
    """How it spread beside the instances, then the calls."""
    instances, calls = frames.narrowed(found, place.service)
    left, right = st.columns([6, 5], gap="medium")
    with left:
        spread(at, look, place)
    with right:
        parts.facts({"title": "Instances", "level": "h2"}, key="instances_head")
        parts.rows(frames.instances(instances, look, place), key="instances", height=430)
    parts.facts({"title": "Calls", "level": "h2", "note": "counted from the beginning"}, key="calls_head")
    parts.rows(frames.calls(calls, look, place), key="calls", height=430)
