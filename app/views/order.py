"""Time machine: one key's story; stand at any step or time, see its state there, what made it so and when."""

import streamlit as st

from app import context, links, queries
from app.answers import Standing
from app.frames.tables import Look
from app.key_story import KeyStory
from app.links import Place
from app.panels import cause, failures, finding, stepping, travel
from app.panels import story as panel

place = links.here()
travel.fields(place)
if place.q or not place.k:
    finding.listed(place)
if not place.k:
    st.stop()


@st.fragment
def story_at(at: Standing) -> None:
    """The key's story. It runs alone where the hand comes to rest at another step: the rest of the page stays."""
    context.go_on(at)
    with failures.told():
        _story(at, links.here())


def _story(at: Standing, place: Place) -> None:
    with st.spinner("Reading the story …", show_time=True):
        story = queries.story(context.VIEWER, at, place.k, place.p)
    if story is None:
        return finding.no_such_key(place.k)
    return _shown(story, place, context.look())


def _shown(story: KeyStory, place: Place, look: Look) -> None:
    step = stepping.chosen(story, place)
    stepping.draw(story, step, place, look)
    if step is not None:
        travel.related(story, place, look)
        travel.answers(story, step, place, look)
    panel.draw(story, step, place)
    if step is not None:
        travel.panes(story, step, place, look)
        cause.draw(step.event_position, place, look)


story_at(context.standing())
