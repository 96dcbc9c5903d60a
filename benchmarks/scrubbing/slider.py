"""The plain page beside which ours stands: a slider over the same story, its state folded on the server at each move.

`streamlit run slider.py -- sqlite:///FILE.db KEY`
"""

import sys

import streamlit as st

from eventstore import EventStore, RecordedEvent, load, replay

url, key = sys.argv[1:]


@st.cache_resource  # noqa: TID251 - as such a page does; it is none of the dashboard's
def told() -> list[RecordedEvent]:
    """The story's events, read once."""
    with EventStore.open(url) as store:
        return list(store.read_stream(key))


events = told()
at = st.slider("Step", 1, len(events), len(events))
[projection] = load(["eventstore.projections.automatic"])
st.json(replay(projection, events[:at]) or {})
st.text(f"step {at}")
