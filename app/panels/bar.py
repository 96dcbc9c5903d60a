"""The moment bar on every page: where the viewer stands on both clocks, the scrubber, a field to go elsewhere, live."""

import streamlit as st

from app import context, formats, links, queries, typed
from app.answers import Standing
from app.components import parts
from app.links import Place

FIELD, BAR = "moment", "moment_bar"

PLACES = {"after": "", "until": ""}
"""What another moment leaves behind: the page within the list."""


def draw(place: Place, page: str) -> None:
    """The bar for this place; the moment is that of the run. On the page of one key, steps are those of its stream."""
    at = context.standing()
    if at.head:
        parts.moment(_told(at, place, page), key=BAR, on_settled=_settle)


def _told(at: Standing, place: Place, page: str) -> dict[str, object]:
    """What the bar needs to know; times are microseconds. Counts it fetches itself, so this stays small."""
    catalogue, palette, (since, before) = context.catalogue(), context.palette(), place.window
    colours = ("page", "panel", "ink", "muted", "line", "accent")
    return {
        "base": f"/{st.get_option('server.baseUrlPath').strip('/')}".rstrip("/"),
        "occurred": place.occurred,
        "time": at.time,
        "known": at.known,
        "knownAt": at.known_at,
        "frontier": at.frontier,
        "head": at.head,
        "headAt": at.head_at,
        "first": catalogue.first_at,
        "last": catalogue.last_at,
        "window": None if since is None and before is None else [since, before],
        "pinned": place.compared,
        "key": place.k if page == "order" else "",
        "page": page,
        "hues": [[name, context.look().hue(name)] for name in catalogue.categories],
        "colours": {name: getattr(palette, name) for name in colours} | {"past": palette.before},
    }


def _settle() -> None:
    """One history entry for what the bar came to rest at: `t`, `known` or `knownAt`, `w`, `t2`; None goes back."""
    told, place = links.told(BAR, "settled"), links.here()
    changed: dict[str, str] = {name: _time(told[name]) for name in ("t", "t2") if name in told}
    if "known" in told:
        changed["known"] = "" if told["known"] is None else str(_number(told["known"]))
    if "knownAt" in told:
        changed["known"] = str(queries.commit_at(context.VIEWER, _number(told["knownAt"])))
    if "w" in told:
        sides = told["w"]
        changed["w"] = links.window(*map(_number, sides)) if isinstance(sides, list) and len(sides) == 2 else ""
    moved = changed.keys() & {"t", "known"}
    left = (PLACES | ({"e": ""} if told.get("page") == "order" else {})) if moved else {}
    links.go(place.but(**changed, **left))


def _number(value: object) -> int:
    """Raises TypeError for what no browser of ours sends."""
    if isinstance(value, int | float):
        return int(value)
    raise TypeError(type(value))


def _time(value: object) -> str:
    return "" if value is None else formats.iso_time(_number(value))


def field(place: Place) -> None:
    """The field that goes to a moment, and the way back to live."""
    shown = place.t or (f"#{place.known}" if place.known else "")
    st.text_input(
        "Go to time or position",
        key=links.show(FIELD, shown),
        on_change=_go,
        placeholder="go to time or #position",
        label_visibility="collapsed",
        width=220,
        help="A time in UTC: 2026-03-01 14:05, yesterday 14:30, 2 h ago. #8412 is what was known at that position",
    )
    st.button("Live", key="live", on_click=_live, disabled=place.live, help="Back to live (n)")


def _go() -> None:
    """Into the address: `#8412` moves what was known, anything else when it happened; empty goes live."""
    said, place = links.value(FIELD).strip(), links.here()
    try:
        found = typed.moment(said, queries.now())
    except ValueError:
        return links.go(place.but(t=said, **PLACES))  # the page says that it cannot be read
    if isinstance(found, typed.Live):
        return _live()
    if isinstance(found, typed.Position):
        return links.go(place.but(known=str(found.position), **PLACES))
    return links.go(place.but(t=formats.iso_time(found.at), **PLACES))


def _live() -> None:
    links.go(links.here().but(t="", known="", **PLACES))
