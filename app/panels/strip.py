"""The moment strip on every page: which moment the viewer stands in, a field to go to another, the way back to live."""

import streamlit as st

from app import context, formats, links
from app.answers import Standing
from app.components import parts
from app.links import Place

FIELD = "moment"


def draw(place: Place) -> None:
    """The strip for this place; the moment is that of the run."""
    at = context.standing()
    parts.facts(_words(at), key="strip_live" if at.live else "strip_past")
    field(place)
    if not place.live:
        st.button("Live", key="live", on_click=_live)


def _words(at: Standing) -> dict[str, object]:
    """The moment and its badge. A pause sign and words, not the colour alone, say that this is the past."""
    tones = context.palette()
    title = "no events yet" if at.time is None else formats.plain_time(at.time)
    if at.live:
        badge = {"text": "Live", "icon": "●", "tone": tones.accent}
    elif at.known is None:
        badge = {"text": "Past", "icon": "◀", "tone": tones.before}
    else:
        badge = {"text": f"As we knew it at #{at.known:,}", "icon": "◀", "tone": tones.before}
    return {"title": title, "level": "h3", "badges": [badge], "look": "strip"}


def field(place: Place) -> None:
    """The field that goes to a moment; on its own where the store does not answer."""
    shown = place.t or (f"#{place.known}" if place.known else "")
    st.text_input(
        "Go to time or position",
        key=links.show(FIELD, shown),
        on_change=_go,
        placeholder="go to time or #position",
        label_visibility="collapsed",
        width=180,
        help="A time in UTC such as 2026-03-01 14:05, or #8412 for what was known at that position",
    )


def _go() -> None:
    """Into the address: `#8412` moves what was known, anything else when it happened; empty goes live."""
    typed, place = links.value(FIELD).strip(), links.here()
    if not typed:
        return _live()
    if typed.removeprefix("#").replace(",", "").isdigit():
        return links.go(place.but(known=typed.removeprefix("#").replace(",", ""), after="", until=""))
    try:
        time = formats.iso_time(formats.parse_time(typed))
    except ValueError:
        time = typed  # the page says that it cannot be read
    return links.go(place.but(t=time, after="", until=""))


def _live() -> None:
    links.go(links.here().but(t="", known="", after="", until=""))
