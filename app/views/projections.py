"""Projections: how far each read model has come, what went wrong in it, and the command that mends it."""

import streamlit as st

from app import context, links, queries
from app.components import parts
from app.frames import projections as frames
from app.panels import failures
from app.panels import projections as panels

place, at, look = links.here(), context.standing(), context.look()
courses = queries.courses(context.VIEWER, at)
if not courses:
    failures.no_models()
    st.stop()

parts.facts(frames.heading(courses, at), key="title")
course = panels.chosen(courses, place)
parts.rows(frames.courses(courses, course, look, place), key="courses", keyboard=True)
panels.draw(course, at, place, look)
