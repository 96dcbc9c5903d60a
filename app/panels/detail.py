"""One event whole, beside the list: payload, where it came from, why it happened, its neighbours."""

import streamlit as st

from app import context, formats, payload, queries
from app.answers import Event, EventDetail
from app.components import parts
from app.frames import events as frames
from app.links import Place
from app.panels import cause


def draw(place: Place, position: int) -> None:
    """The event at the position."""
    found = queries.detail(context.VIEWER, context.standing(), position)
    if found is None:
        text = (
            f"The log has no position {formats.count(position)}; it ends at {formats.count(context.standing().head)}."
        )
        close = [{"text": "Close", "href": place.but(e="").href()}]
        parts.facts({"title": "No such event", "text": text, "links": close, "look": "panel"}, key="event")
        return
    parts.facts(frames.event_heading(found, context.look(), place), key="event")
    data, effects, why, origin, stream = st.tabs(["Data", "Effects", "Why", "Origin", "Stream"])
    with data:
        _data(found)
    with effects:
        cause.effects(position, place, context.look())
    with why:
        cause.flow(position, place, context.look(), wide=False)
    with origin:
        _origin(found)
    with stream:
        _rows("Neighbours in the stream", found.neighbours, place, found)


def _data(found: EventDetail) -> None:
    st.code(payload.laid_out(found.event.data), language=None, wrap_lines=True)
    if found.folded is not None:
        note = "in today's shape, by an upcaster; the stored event stays as it is"
        parts.facts({"title": "As folded", "level": "h3", "note": note}, key="folded_head")
        st.code(payload.laid_out(found.folded), language=None, wrap_lines=True)
    if found.folded_error is not None:
        parts.facts({"title": "Cannot be folded", "text": found.folded_error}, key="folded_error")
    if found.event.metadata != "{}":
        parts.facts({"title": "Metadata", "level": "h3"}, key="metadata_head")
        st.code(payload.laid_out(found.event.metadata), language=None, wrap_lines=True)


def _rows(title: str, events: tuple[Event, ...], place: Place, found: EventDetail) -> None:
    word = title.partition(" ")[0].lower()
    parts.facts({"title": title, "level": "h3"}, key=f"{word}_head")
    opened = {event.position: place.but(e=str(event.position)).href() for event in events}
    table = frames.narrow(events, context.look(), opened, title, chosen=found.event.position)
    parts.rows(table, key=f"{word}_rows")


def _origin(found: EventDetail) -> None:
    parts.facts(frames.origin(found), key="origin")
    if found.source is not None and not found.source.hidden:
        raw(found.source.key, "Key")
        raw(found.source.value, "Value")


def raw(content: bytes | None, title: str) -> None:
    """Bytes as they came: the text where they are text, and in hex."""
    note = "null" if content is None else formats.size(len(content))
    word = title.lower()
    parts.facts({"title": title, "level": "h3", "note": note}, key=f"{word}_head")
    if not content:
        return
    text = payload.as_text(content)
    if text is not None:
        st.code(text, language=None, wrap_lines=True)
    st.code(payload.hex_lines(content), language=None, height=180 if len(content) > 96 else "content")
