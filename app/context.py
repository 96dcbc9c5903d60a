"""What every part of one page run shares: the viewer, where the viewer stands, how things look. Asked once a run."""

import threading

import streamlit as st

from app import links, queries, theme
from app.answers import Catalogue, Standing, Viewer
from app.frames.tables import Look

VIEWER = Viewer()

_run = threading.local()
"""Streamlit gives each run a thread of its own."""


def begin() -> None:
    """Resolve where the viewer stands, once: all parts of the run answer at the same moment and the same head."""
    _run.standing = None
    _run.standing = queries.standing(VIEWER, links.here())


def go_on(at: Standing) -> None:
    """In a part of the page that runs alone: it stands where the rest of the page was drawn."""
    _run.standing = at


def standing() -> Standing:
    """Where the viewer stands in this run."""
    held: Standing = _run.standing
    return held


def catalogue() -> Catalogue:
    """What the store holds."""
    return queries.catalogue(VIEWER, standing())


def palette() -> theme.Palette:
    """The colours of the browser's theme."""
    return theme.palette(st.context.theme.type)


def look() -> Look:
    """The colours of this page, one for each category."""
    return Look.of(palette(), catalogue().categories)
