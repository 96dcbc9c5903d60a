"""Whether a key is as it should be: how far its read model has read, and how long others keep its status."""

import streamlit as st

from app.answers import Standing, Viewer
from app.model_answers import Model, Read
from app.queries import source
from app.queries.models import door, models
from app.unusual import Usual
from app.unusual import usual as usual_of
from eventstore import Moment

STATUS = "status"
"""The facet that says where a key stands."""

GRAIN = 600_000_000
"""What is usual is asked anew every ten minutes of the moment, in microseconds, and as often while time goes on."""


def read(viewer: Viewer, name: str) -> Read | None:
    """How far a read model has read; None where there is none of that name."""
    model = _model(viewer, name)
    return None if model is None or model.build is None else Read(name, model.build.position)


def usual(viewer: Viewer, at: Standing, name: str, status: str) -> Usual | None:
    """How long keys of a read model usually have the status, as it was known at the moment.

    None where too few had it, where the read model does not count statuses, or a mask hides them.
    """
    model = _model(viewer, name)
    if not status or model is None or model.build is None or STATUS not in model.counted:
        return None
    until = (at.time or 0) // GRAIN * GRAIN
    return _usual(source.loaded().database_url, name, model.build.number, status, Moment(until, at.known))


@st.cache_data(show_spinner=False, max_entries=256, ttl=GRAIN // 1_000_000)
def _usual(url: str, name: str, build: int, status: str, until: Moment) -> Usual | None:  # noqa: ARG001 - the cache's key
    return usual_of(door().lasting(name, STATUS, status, until), until.occurred or 0)


def _model(viewer: Viewer, name: str) -> Model | None:
    return next((one for one in models(viewer) if one.name == name), None)
