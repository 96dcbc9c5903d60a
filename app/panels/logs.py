"""The Logs page's filters, its list, which follows the log by itself, and one line beside its trace."""

import streamlit as st

from app import context, formats, links, queries
from app.answers import Stream
from app.components import parts
from app.frames import logs as frames
from app.frames.tables import Look
from app.links import Place
from app.panels import failures, filters

EVERY = 0.5
"""How often the list asks for new lines, in seconds: with what the way to the store takes, well below two."""

HEIGHT = 640
"""How high the list grows before it scrolls, in pixels: so new lines above do not move what somebody reads."""

LEVELS = ("debug", "info", "warning", "error", "critical")


def filter_by(place: Place, services: tuple[Stream, ...]) -> None:
    """Service, least level, text, trace, window: each writes its parameter and goes to the newest page."""
    columns = st.columns([3, 2, 4, 3, 4], gap="small", vertical_alignment="bottom")
    with columns[0]:
        names = tuple(sorted(one.stream for one in services))
        filters.choice("Service", "stream", place.stream, names, lambda one: one.removeprefix("log-"))
    with columns[1]:
        filters.choice("Level at least", "level", place.level, LEVELS)
    with columns[2], st.container(key="search"):
        filters.text("Text in the message", "q", place.q, "timed out")
    with columns[3]:
        filters.text("Trace", "trace", place.trace, "a correlation id, whole")
    with columns[4]:
        filters.window(place)


def paused(place: Place) -> str:
    """Why no new lines come by themselves; empty: they do."""
    if not place.live:
        return "a moment is chosen"
    if place.e:
        return "a line is open"
    return "not the newest page" if place.after or place.until else ""


def listed(place: Place, look: Look) -> None:
    """The page of lines. Where nothing pauses it, it is drawn again by itself."""
    st.fragment(_list)(place, look)


def _list(place: Place, look: Look) -> None:
    if not paused(place):
        parts.pulse(EVERY, key="pulse")
    with failures.told():
        context.begin()  # drawn again by itself, it stands at the log's new end
        page = queries.lines(context.VIEWER, context.standing(), place)
        parts.facts(frames.heading(page, look, place, paused(place)), key="lines_head")
        if page.lines:
            table = frames.lines(page, look, place, chosen=links.number(place.e))
            parts.rows(table, key="lines", keyboard=True, height=HEIGHT)
        else:
            _nothing(place)


NAMES = {"stream": "service", "level": "level", "q": "text", "trace": "trace", "w": "time", "t": "moment"}


def _nothing(place: Place) -> None:
    """Which filters emptied the list, each with a link that drops it."""
    active = {name: word for name, word in NAMES.items() if getattr(place, name)}
    if not active and not place.after:
        _none_yet()
        return
    dropped = [
        {"text": f"Drop {word}", "href": place.but(**{name: "", "after": "", "until": "", "e": ""}).href()}
        for name, word in active.items()
    ]
    text = f"No line here fits: {', '.join(active.values()) or 'there is none on this page'}."
    parts.facts({"title": "No lines here", "text": text, "links": dropped, "look": "panel"}, key="nothing")


def _none_yet() -> None:
    """How log lines come into a store."""
    text = (
        "A log line is an event of the category `log`: map the topic that your services' lines go to in the settings, "
        "as below, and ingest it. A line is JSON with time, level, message, and the trace that it was written in as "
        "`correlation_id`. `make shop` runs services whose sidecars ship their lines so: docs/shop.md."
    )
    mapping = '[topics.logs]\ncategory = "log"\ntype = []\ndefault_type = "Log Written"\nid = ["service"]\n'
    parts.facts({"title": "No log lines yet", "text": text, "look": "panel"}, key="no_lines")
    st.code(mapping + 'time = ["time"]\ncorrelation_id = ["correlation_id"]', language=None)


def opened(place: Place, position: int, look: Look) -> None:
    """The line at the position beside the events of its trace."""
    found = queries.line(context.VIEWER, context.standing(), position)
    if found is None:
        text = f"The log has no log line at position {formats.count(position)}."
        close = [{"text": "Close", "href": place.but(e="").href()}]
        parts.facts({"title": "No such line", "text": text, "links": close, "look": "panel"}, key="line")
        return
    parts.facts(frames.open_heading(found, look, place), key="line")
    st.code(frames.whole(found), language=None, wrap_lines=True)
    parts.facts(frames.trace_heading(found, place), key="trace_head")
    if found.beside:
        parts.rows(frames.trace(found, look, place), key="trace", height=HEIGHT)
