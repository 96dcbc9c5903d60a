"""Where one stands in a key's story, and the buttons that go a step back or on."""

import streamlit as st

from app import context, formats, links, travel
from app.answers import Step
from app.components import parts
from app.frames import keys as frames
from app.frames.tables import Look
from app.frames.travel import since
from app.key_story import KeyStory
from app.links import Place, number


def chosen(story: KeyStory, place: Place) -> Step | None:
    """The step in view: the link's event where it is visible, else the last; None before the first."""
    wanted = story.place(number(place.e))
    return story.steps[-1 if wanted is None else wanted] if story.until else None


def target(step: Step, place: Place) -> Place:
    """The place at that step: the event is open, the moment stays. Each view is a link."""
    return place.but(e=str(step.event.position), q="")


def draw(story: KeyStory, step: Step | None, place: Place, look: Look) -> None:
    """The key's heading, with how long its status has been so, and the way through its steps."""
    index = -1 if step is None else step.index
    word = frames.status_word(travel.status(story, index))
    so_long = since(travel.status_spell(story, index), context.standing().time)
    head, buttons = st.columns([3, 2], vertical_alignment="center")
    with head:
        parts.facts(frames.key_heading(story, step, look, word, so_long), key="key")
    with buttons, st.container(key="steps", horizontal=True, horizontal_alignment="right", gap="xsmall"):
        _button("First", "step_first", story.steps[0] if index > 0 else None, place)
        _button("← Back", "step_back", story.steps[index - 1] if index > 0 else None, place)
        _button("On →", "step_on", story.steps[index + 1] if index + 1 < story.until else None, place)
        _button("Last", "step_last", story.steps[-1] if index + 1 < story.until else None, place)
    if step is None:
        _before_it_began(story, place)


def _button(label: str, key: str, to: Step | None, place: Place) -> None:
    there = place if to is None else target(to, place)
    st.button(label, key=key, disabled=to is None, on_click=links.go, args=(there,))


def _before_it_began(story: KeyStory, place: Place) -> None:
    text = f"{story.key} had no events yet at this moment; {formats.plural(story.later, 'event')} came later."
    live = [{"text": "Go live", "href": place.but(t="", known="", e="").href()}]
    parts.facts({"title": "Not there yet", "text": text, "links": live, "look": "panel"}, key="not_yet")
