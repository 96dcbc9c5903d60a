"""Where one stands in a key's story: the step in view, its status, and what is unusual about the key at the moment."""

from typing import Any

from app import context, formats, queries, travel, unusual
from app.answers import Spell, Step
from app.components import parts
from app.frames import keys as frames
from app.frames import verdict
from app.frames.tables import Look
from app.frames.travel import since
from app.key_story import KeyStory
from app.links import Place, number

LAST = 20
"""A late event is told while it is among so many last ones."""


def chosen(story: KeyStory, place: Place) -> Step | None:
    """The step in view: the link's event where it is visible, else the last; None before the first."""
    wanted = story.place(number(place.e))
    return story.steps[-1 if wanted is None else wanted] if story.until else None


def draw(story: KeyStory, step: Step | None, place: Place, look: Look) -> None:
    """The key's heading, with how long its status has been so, and what is unusual at the moment."""
    if step is None:
        parts.facts(frames.key_heading(story, step, look), key="key")
        return _before_it_began(story, place)
    judged, last = unusual.judged(_facts(story)), story.steps[-1]
    report = verdict.report(_heading(story, last, look), judged, _seen(place))
    parts.facts({**verdict.strip(_heading(story, step, look), judged, place), "report": report}, key="key")
    return None


def _heading(story: KeyStory, step: Step, look: Look) -> dict[str, Any]:
    word, spell = _status(story, step.index)
    so_long = since(spell, context.standing().time)
    usually = verdict.usually(_usual(story, word)) if so_long else ""
    return frames.key_heading(story, step, look, word, f"{so_long}{usually}")


def _seen(place: Place) -> Place:
    """Where the viewer stands, on both clocks, also where that is live: whoever gets the link sees the same."""
    at = context.standing()
    return place.but(t=formats.iso_time(at.time or 0), known=str(at.until), e="")


def _before_it_began(story: KeyStory, place: Place) -> None:
    text = f"{story.key} had no events yet at this moment; {formats.plural(story.later, 'event')} came later."
    live = [{"text": "Go live", "href": place.but(t="", known="", e="").href()}]
    parts.facts({"title": "Not there yet", "text": text, "links": live, "look": "panel"}, key="not_yet")


def _status(story: KeyStory, index: int) -> tuple[str, Spell | None]:
    return frames.status_word(travel.status(story, index)), travel.status_spell(story, index)


def _usual(story: KeyStory, status: str) -> unusual.Usual | None:
    return queries.usual(context.VIEWER, context.standing(), story.projection, status)


def _facts(story: KeyStory) -> unusual.Facts:
    """What the checks look at, at the last step up to the moment: stepping through the story changes none of it."""
    viewer, at = context.VIEWER, context.standing()
    status, spell = _status(story, story.until - 1)
    related = queries.related(viewer, at, story)
    return unusual.Facts(
        status=status,
        age=None if spell is None or at.time is None else at.time - spell.began.since,
        usual=_usual(story, status),
        parked=story.steps[-1].parked,
        stopped=story.stopped,
        letters=queries.naming(viewer, at, story),
        last=min(story.highest, at.until),
        read=queries.read(viewer, story.projection),
        related=tuple((one.projection, one.key, frames.status_of(one.state)) for one in related),
        late=story.last_late(LAST),
    )
