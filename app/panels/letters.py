"""Dead letters on the Health page: by reason, then one by one, then one whole."""

from app import context, links, queries
from app.components import parts
from app.frames import health as frames
from app.health_answers import Health
from app.links import Place
from app.panels.detail import raw


def draw(place: Place, found: Health) -> None:
    """The reasons; below them what the address has opened."""
    parts.facts({"title": "Dead letters", "level": "h2"}, key="letters_head")
    if not found.reasons:
        text = "None. Messages that cannot become events are kept here, byte for byte, with the reason."
        parts.facts({"text": text, "look": "panel"}, key="no_letters")
        return
    look = context.look()
    by_reason = {one.reason: place.but(reason=one.reason, n="").href() for one in found.reasons}
    parts.rows(frames.reasons(found, look, by_reason, place.reason), key="reasons", keyboard=not place.reason)
    if place.reason:
        listed = queries.dead_letters(context.VIEWER, place.reason)
        by_number = {one.number: place.but(n=str(one.number)).href() for one in listed}
        parts.rows(frames.letters(listed, by_number, links.number(place.n)), key="letters", keyboard=True, height=300)
    number = links.number(place.n)
    one = queries.dead_letter(context.VIEWER, number) if number is not None else None
    if one is not None:
        parts.facts(frames.letter(one), key="letter")
        if one.value is not None:
            raw(one.value, "Value")
    elif place.n:
        parts.facts({"text": f"There is no dead letter {place.n}.", "look": "panel"}, key="no_letter")


def losses(found: Health) -> None:
    """What can no longer be read, where there is any."""
    if found.losses:
        parts.facts({"title": "Losses", "level": "h2"}, key="losses_head")
        parts.rows(frames.losses(found), key="losses")
