"""Where one stands in a key's story, and the buttons that go a step back or on."""

from app import context, formats, travel
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


def draw(story: KeyStory, step: Step | None, place: Place, look: Look) -> None:
    """The key's heading, with how long its status has been so."""
    index = -1 if step is None else step.index
    word = frames.status_word(travel.status(story, index))
    so_long = since(travel.status_spell(story, index), context.standing().time)
    parts.facts(frames.key_heading(story, step, look, word, so_long), key="key")
    if step is None:
        _before_it_began(story, place)


def _before_it_began(story: KeyStory, place: Place) -> None:
    text = f"{story.key} had no events yet at this moment; {formats.plural(story.later, 'event')} came later."
    live = [{"text": "Go live", "href": place.but(t="", known="", e="").href()}]
    parts.facts({"title": "Not there yet", "text": text, "links": live, "look": "panel"}, key="not_yet")
