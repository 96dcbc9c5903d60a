"""The Events page's filters, its paging, and what it says when nothing is left."""

from collections.abc import Callable

import streamlit as st

from app import context, formats, links
from app.answers import Catalogue, Curve, EventPage, Standing
from app.components import parts
from app.links import Place

ALL = "all"
UNPAGED = {"after": "", "until": "", "e": ""}


def draw(place: Place, catalogue: Catalogue) -> None:
    """Category, type, stream, part of an id, window: each writes its parameter and goes to the newest page."""
    columns = st.columns([2, 3, 3, 3, 4], gap="small", vertical_alignment="bottom")
    with columns[0]:
        choice("Category", "c", place.c, catalogue.categories)
    with columns[1]:
        choice("Type", "type", place.type, catalogue.types(place.c))
    with columns[2]:
        text("Stream", "stream", place.stream, "order-1007 or order-10*")
    with columns[3], st.container(key="search"):
        text("Part of an id", "q", place.q, "id, stream, correlation")
    with columns[4]:
        window(place)


def choice(
    label: str, field: str, chosen: str, values: tuple[str, ...], named: Callable[[str], str] = str, none: str = ALL
) -> None:
    """One of the values or none of them, for a parameter of the address; `named` says how each is shown."""
    options = ["", *values, *([chosen] if chosen and chosen not in values else [])]
    key = links.show(f"filter_{field}", chosen)
    shown = {"": none}
    st.selectbox(
        label, options, key=key, on_change=_put, args=(field,), format_func=lambda one: shown.get(one) or named(one)
    )


def text(label: str, field: str, chosen: str, placeholder: str) -> None:
    """A text for a parameter of the address."""
    st.text_input(
        label, key=links.show(f"filter_{field}", chosen), on_change=_put, args=(field,), placeholder=placeholder
    )


def window(place: Place) -> None:
    """The window in time."""
    text("Time", "w", _window_words(place), "2026-03-01 ~ 2026-03-02 12:00")


def _window_words(place: Place) -> str:
    return " ~ ".join("" if side is None else _minute(side) for side in place.window) if place.w else ""


def _minute(micros: int) -> str:
    text = formats.naive_time(micros).removesuffix(".000000")
    return text.removesuffix(":00")


def _put(field: str) -> None:
    value = links.value(f"filter_{field}").strip()
    if field == "w" and value:
        since, _, before = value.partition("~")
        value = f"{since.strip()}~{before.strip()}"
    other = {"type": ""} if field == "c" else {}
    links.go(links.here().but(**{field: value}, **other, **UNPAGED))


def pager(place: Place, found: EventPage, curve: Curve | None) -> None:
    """How many events the window holds, and the way to the other pages."""
    to = {
        "Newest": place.but(after="", until="") if found.newer else None,
        "Newer": place.but(after=str(found.events[0].position), until="") if found.newer and found.events else None,
        "Older": place.but(after="", until=str(found.events[-1].position - 1))
        if found.older and found.events
        else None,
        "Oldest": place.but(after="0", until="") if found.older else None,
    }
    buttons = [{"text": text, "href": target.but(e="").href()} for text, target in to.items() if target is not None]
    title = "Events" if not found.events else _span(found)
    parts.facts({"title": title, "level": "h3", "note": _counted(place, curve), "links": buttons}, key="pager")


def _counted(place: Place, curve: Curve | None) -> str:
    """What the bars above count, where that is not what the list shows."""
    if curve is None:
        return ""
    if place.q or place.stream:
        return "the bars count every stream and id"
    beyond = ", before and after this moment" if place.occurred is not None else ""
    return f"{formats.plural(curve.total, 'event')} in this window{beyond}"


def _span(found: EventPage) -> str:
    first, last = found.events[0].position, found.events[-1].position
    return f"Positions {formats.count(first)} to {formats.count(last)}"


NAMES = {"c": "category", "type": "type", "stream": "stream", "q": "part of an id", "w": "time", "t": "moment"}


def nothing(place: Place, at: Standing, curve: Curve | None) -> None:
    """Which filters emptied the page, each with a link that drops it."""
    active = {name: word for name, word in NAMES.items() if getattr(place, name)}
    dropped = [
        {"text": f"Drop {word}", "href": place.but(**{name: "", "after": "", "until": ""}).href()}
        for name, word in active.items()
    ]
    counted = (
        ""
        if curve is None or not curve.total
        else f" {formats.plural(curve.total, 'event')} match without the text filters."
    )
    text = (
        f"0 of {formats.plural(at.until, 'event')} match: {', '.join(active.values()) or 'the log is empty'}.{counted}"
    )
    first = context.catalogue().first_at
    if at.occurred is not None and first is not None and at.occurred < first:
        text = f"This moment lies before history began: the first event occurred {formats.full_time(first)}."
        dropped = [
            {"text": "Go to the first event", "href": place.but(t=formats.iso_time(first), after="", until="").href()}
        ]
    parts.facts({"title": "No events here", "text": text, "links": dropped, "look": "panel"}, key="nothing")
