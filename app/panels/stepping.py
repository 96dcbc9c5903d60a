"""Where one stands in a key's story, and the buttons that go a step back or on."""

from app import context, formats, travel
from app.answers import KeyStory, Step, Unread
from app.components import parts
from app.frames import keys as frames
from app.frames.tables import Look
from app.frames.travel import since
from app.links import Place, number


def chosen(story: KeyStory, place: Place) -> tuple[int, Step | None]:
    """The step in view: the link's event where it is visible, else the last; its index, and none before the first."""
    wanted = number(place.e)
    for index, step in enumerate(story.steps):
        if step.event.position == wanted:
            return index, step
    last = len(story.steps) - 1
    return last, story.steps[last] if story.steps else None


def draw(story: KeyStory, index: int, step: Step | None, place: Place, look: Look) -> None:
    """The key's heading, with how long its status has been so."""
    status = travel.history(story.steps, "status")
    so_long = "" if isinstance(status, Unread) else since(status, story.steps[: index + 1], context.standing().time)
    parts.facts(frames.key_heading(story, step, look, so_long), key="key")
    if step is None:
        _before_it_began(story, place)


def _before_it_began(story: KeyStory, place: Place) -> None:
    text = f"{story.key} had no events yet at this moment; {formats.plural(story.later, 'event')} came later."
    live = [{"text": "Go live", "href": place.but(t="", known="", e="").href()}]
    parts.facts({"title": "Not there yet", "text": text, "links": live, "look": "panel"}, key="not_yet")
