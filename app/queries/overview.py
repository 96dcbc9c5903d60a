"""The whole store: what kinds of events there are, counts over time, and stories worth standing in."""

from typing import Any

import streamlit as st

from app.answers import Catalogue, Count, Curve, Kind, Standing, Story, Viewer
from app.links import Place
from app.queries import source
from eventstore import EventQuery, curves
from seed.standing import stories_in

MINUTE = 60_000_000
STEPS = tuple(minutes * MINUTE for minutes in (10, 60, 360, 1_440, 10_080, 40_320))
BARS = 240
STORIES = 3
HOUR = 60 * MINUTE


def catalogue(viewer: Viewer, at: Standing) -> Catalogue:
    """What the store holds."""
    return _catalogue(source.loaded().database_url, viewer, at.head)


@st.cache_data(show_spinner=False, max_entries=8)
def _catalogue(url: str, viewer: Viewer, head: int) -> Catalogue:  # noqa: ARG001 - all three are the cache's key
    store = source.store()
    totals = curves.totals(store)
    firsts = {
        category: next(store.read_all(query=EventQuery(categories=(category,)), limit=1)).position
        for category in {kind.category for kind in totals.kinds}
    }
    kinds = tuple(Kind(kind.category, kind.type, kind.events) for kind in totals.kinds)
    return Catalogue(
        tuple(sorted(firsts, key=firsts.__getitem__)), kinds, totals.events, totals.first_at, totals.last_at
    )


def curve(viewer: Viewer, at: Standing, place: Place, *, by: str = "category") -> Curve | None:
    """Events over time in the place's window, split by category or type; None where nothing is counted yet.

    Counts know neither streams nor ids, so those filters do not narrow it.
    """
    span = catalogue(viewer, at)
    if span.first_at is None or span.last_at is None:
        return None
    since, before = place.window
    since = span.first_at if since is None else since
    before = max(span.last_at + 1, at.occurred or 0) if before is None else before
    bucket = next((step for step in STEPS if (before - since) // step <= BARS), STEPS[-1])
    since, before = since - since % bucket, before + -before % bucket
    url = source.loaded().database_url
    counts = _counts(url, viewer, at.head, since=since, before=max(before, since + bucket), bucket=bucket, by=by)
    kept = tuple(count for count in counts if _asked(count, span, place, by))
    return Curve(kept, bucket, since, max(before, since + bucket))


@st.cache_data(show_spinner=False, max_entries=64)
def _counts(url: str, viewer: Viewer, head: int, **span: Any) -> tuple[Count, ...]:  # noqa: ARG001 - the cache's key
    found = curves.event_counts(source.store(), span["since"], span["before"], bucket=span["bucket"], by=span["by"])
    return tuple(Count(one.bucket, one.value, one.events) for one in found)


def _asked(count: Count, span: Catalogue, place: Place, by: str) -> bool:
    if by == "category":
        return not place.c or count.value == place.c
    return count.value in span.types(place.c) and place.type in ("", count.value)


def stories(viewer: Viewer, at: Standing) -> tuple[Story, ...]:
    """The best of the stories that the seed planted in this store; none where something else fills it."""
    return _stories(source.loaded().database_url, viewer, at.head)[:STORIES]


@st.cache_data(show_spinner=False, max_entries=4)
def _stories(url: str, viewer: Viewer, head: int) -> tuple[Story, ...]:  # noqa: ARG001 - all three are the cache's key
    return tuple(Story(told.title, told.sentence, told.stream, told.at) for told in stories_in(source.store()))


def last_hour(viewer: Viewer, at: Standing) -> int:  # noqa: ARG001 - every question takes the viewer
    """How many events occurred in the hour that ends at the moment."""
    end = 0 if at.time is None else at.time + 1
    found = curves.event_counts(source.store(), end - HOUR, end, bucket=HOUR, by="category")
    return sum(count.events for count in found)


def happened(viewer: Viewer, at: Standing) -> int:
    """How many events there are as seen from the moment. Counts know the latest belief only, positions any."""
    span = catalogue(viewer, at)
    if at.occurred is None or at.known is not None or span.first_at is None:
        return at.until
    width = STEPS[-1]
    found = curves.event_counts(source.store(), span.first_at, at.occurred + 1, bucket=width, by="category")
    return sum(count.events for count in found)
