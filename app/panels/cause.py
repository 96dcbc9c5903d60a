"""Cause and effect of one event: the flow that it is part of, and what it did to each read model."""

import streamlit as st

from app import context, queries
from app.components import parts
from app.frames import cause as frames
from app.frames.tables import Look
from app.links import Place

HEIGHT = 480
"""How high each of the two grows before it scrolls, in pixels."""


def draw(position: int, place: Place, look: Look) -> None:
    """Both, side by side, for the event in view."""
    left, right = st.columns([2, 1], gap="small")
    with left:
        flow(position, place, look)
    with right:
        effects(position, place, look)


def flow(position: int, place: Place, look: Look, *, wide: bool = True) -> None:
    """The flow of the event as a tree of causes."""
    found = queries.event_flow(context.VIEWER, context.standing(), position)
    if found is not None:
        parts.facts(frames.flow_heading(found, place, wide=wide), key="flow_head")
        parts.rows(frames.flow(found, look, place, wide=wide), key="flow", height=HEIGHT)


def effects(position: int, place: Place, look: Look) -> None:
    """What the event did to each key of each read model."""
    found = queries.event_effects(context.VIEWER, context.standing(), position)
    if found is None:
        return
    parts.facts(frames.effects_heading(found), key="effects_head")
    table = frames.effects(found, look, place)
    if table.rows:
        parts.rows(table, key="effects", height=HEIGHT)
    parts.facts(frames.left_alone(found), key="left_alone")
