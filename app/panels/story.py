"""The story of a key with the state at the step in view: a browser part that asks for its steps itself."""

import streamlit as st

from app import context, links, theme
from app.answers import Step
from app.components import parts
from app.key_story import KeyStory
from app.links import Place

STORY = "story"


def draw(story: KeyStory, step: Step | None, place: Place) -> None:
    """The story at this step, None: before its first. Moves are local, where they come to rest goes to the address."""
    parts.story(_told(story, step, place), key=STORY, on_settled=_settle)


def _told(story: KeyStory, step: Step | None, place: Place) -> dict[str, object]:
    """What the part needs to know: the steps it fetches itself. `at` is the step in view, `e` what the address says."""
    at, palette = context.standing(), context.palette()
    last = step is None or step.index == story.until - 1
    colours = ("page", "panel", "ink", "muted", "line", "accent", "before", "after")
    tones = palette.tones
    return {
        "base": f"/{st.get_option('server.baseUrlPath').strip('/')}".rstrip("/"),
        "key": story.key,
        "projection": story.projection,
        "known": at.known,
        "head": at.head,
        "occurred": place.occurred,
        "at": -1 if step is None else step.index,
        "e": None if step is None or last else step.event_position,
        "path": place.path,
        "tones": {
            "words": theme.meanings(),
            "looks": {one.value: [theme.ICONS[one], tones[one]] for one in theme.Tone},
        },
        "colours": {name: getattr(palette, name) for name in colours} | {"failed": tones[theme.Tone.FAILED]},
    }


def _settle() -> None:
    """One history entry for the step where the hand came to rest; the last one up to the moment needs no name."""
    position = links.told(STORY, "settled").get("e")
    e = str(position) if isinstance(position, int) else ""
    links.go(links.here().but(e=e))
