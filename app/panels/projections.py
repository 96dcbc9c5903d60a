"""One read model on the Projections page: its builds, its proof, parked keys, unrouted events."""

from collections.abc import Sequence

import streamlit as st

from app import context, queries
from app.answers import Standing
from app.components import parts
from app.frames import projections as frames
from app.frames.tables import Look
from app.links import Place
from app.model_answers import Course


def chosen(courses: Sequence[Course], place: Place) -> Course:
    """The one that the address names, else the one that needs looking at most, else the first."""
    named = [course for course in courses if course.model.name == place.p]
    ailing = [course for course in courses if frames.ails(course)]
    return next(iter([*named, *ailing, *courses]))


def draw(course: Course, at: Standing, place: Place, look: Look) -> None:
    """The chosen one in full."""
    left, right = st.columns([9, 10], gap="medium")
    with left:
        parts.facts(frames.about(course, look, place), key="about")
        if course.model.build is not None:
            parts.facts({"title": "Builds", "level": "h3"}, key="builds_head")
            parts.rows(frames.builds(course, at, look), key="builds")
    with right:
        _troubles(course, place, look)


def _troubles(course: Course, place: Place, look: Look) -> None:
    name = course.model.name
    parts.facts(frames.parked_heading(course), key="parked_head")
    if course.parked:
        found = queries.parked(context.VIEWER, name)
        parts.rows(frames.parked(course.model, found, look, place), key="parked", height=300)
    parts.facts(frames.unrouted_heading(course), key="unrouted_head")
    if course.unrouted:
        parts.rows(frames.unrouted(queries.unrouted(context.VIEWER, name), place), key="unrouted", height=300)
    if course.proof is not None and course.proof.drifts:
        parts.facts(
            {"title": "Drifted keys", "level": "h2", "note": "stored is not what a replay gives"}, key="drifts_head"
        )
        parts.rows(frames.drifts(course.model, course.proof, place), key="drifts", height=300)
