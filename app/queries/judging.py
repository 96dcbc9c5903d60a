"""Whether a key is as it should be: whether its read model knows all of it, how long others have its status."""

from array import array
from itertools import accumulate

import streamlit as st

from app.answers import Standing, Viewer
from app.key_story import KeyStory
from app.model_answers import Behind
from app.queries import source
from app.queries.models import door, models
from eventstore import Moment

STATUS = "status"
"""The facet that says where a key stands."""

GRAIN = 600_000_000
"""What is usual is asked anew every ten minutes of the moment, in microseconds, and as often while time goes on."""


def behind(viewer: Viewer, at: Standing, told: KeyStory) -> Behind | None:
    """The read model that tells the story, where it has not come to the last event of it that is known."""
    model = next((one for one in models(viewer) if one.name == told.projection), None)
    if model is None or model.build is None or model.name not in told.models:
        return None
    highest = told.whole.remembered("highest", lambda: array("q", accumulate(told.whole.position, max)))
    checkpoint = model.build.position
    return Behind(model.name, checkpoint) if checkpoint < min(highest[told.until - 1], at.until) else None


def lasting(viewer: Viewer, at: Standing, name: str, status: str) -> tuple[tuple[tuple[int, int | None], ...], int]:
    """The times in which keys of a read model had the status, the newest, and up to when they were looked at.

    An end of None: it goes on then. None of them where the read model does not count statuses, or a mask hides them.
    """
    until = (at.time or 0) // GRAIN * GRAIN
    model = next((one for one in models(viewer) if one.name == name), None)
    if not status or model is None or model.build is None or STATUS not in model.counted:
        return (), until
    return _lasting(source.loaded().database_url, name, model.build.number, status, Moment(until, at.known)), until


@st.cache_data(show_spinner=False, max_entries=256, ttl=GRAIN // 1_000_000)
def _lasting(url: str, name: str, build: int, status: str, until: Moment) -> tuple[tuple[int, int | None], ...]:  # noqa: ARG001 - the cache's key
    return tuple((one.since, one.until) for one in door().lasting(name, STATUS, status, until))
