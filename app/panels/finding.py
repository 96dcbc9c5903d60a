"""Choosing a key: search by a part of its name, or take one that changed lately."""

import streamlit as st

from app import context, links, queries
from app.components import parts
from app.frames import keys as frames
from app.links import Place

FIELD = "find"


def title() -> None:
    """What this page is, where no key is chosen."""
    parts.facts({"title": "Time machine", "level": "h1", "note": "any thing as it was at any moment"}, key="title")


def field(place: Place) -> None:
    """The search field."""
    with st.container(key="search"):
        st.text_input(
            "Find an order, a payment, any stream",
            key=links.show(FIELD, place.q),
            on_change=_find,
            placeholder="find by id: order-1007, or a part of it",
            label_visibility="collapsed",
            width=420,
        )


def _find() -> None:
    """A whole name opens its key; a part of one lists what there is."""
    said, place = links.value(FIELD).strip(), links.here()
    exact = said and any(one.stream == said for one in queries.found(context.VIEWER, said))
    links.go(place.kept(k=said) if exact else place.but(q=said))


def listed(place: Place) -> None:
    """What the search found; without a search the orders that changed last."""
    category = "" if place.q else "order"
    found = queries.found(context.VIEWER, place.q, category) or (() if place.q else queries.found(context.VIEWER, ""))
    if not found:
        text = f"No stream has “{place.q}” in its name. Ids of events are found on the Events page."
        link = [{"text": "Look in Events", "href": place.kept(q=place.q).href("events")}]
        parts.facts(
            {"title": "Nothing found", "level": "h3", "text": text, "links": link, "look": "panel"}, key="none_found"
        )
        return
    opened = {one.stream: place.but(q="", k=one.stream, e="").href() for one in found}
    parts.rows(frames.streams(found, context.look(), opened), key="found", keyboard=True)


def no_such_key(key: str) -> None:
    """The link names a key without events; the nearest names are offered."""
    nearest = queries.found(context.VIEWER, key.rpartition("-")[2])
    text = f"No event belongs to {key}." + (
        " The nearest names:" if nearest else " Search for a part of its name above."
    )
    parts.facts({"title": "No such key", "text": text, "look": "panel"}, key="no_such_key")
    if nearest:
        place = links.here()
        opened = {one.stream: place.but(k=one.stream, e="").href() for one in nearest}
        parts.rows(frames.streams(nearest, context.look(), opened), key="nearest", keyboard=True)
