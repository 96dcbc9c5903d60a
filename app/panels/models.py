"""The Read models page: what is chosen, its curves, its keys, two moments compared, who was ever so."""

from collections.abc import Sequence
from contextlib import suppress

import plotly.graph_objects as go
import streamlit as st

from app import charts, context, formats, links, queries
from app.answers import Standing, Unread
from app.components import parts
from app.frames import comparing, numbers, searching, travel
from app.frames import models as frames
from app.frames.tables import Look
from app.links import Place
from app.model_answers import Model, ModelCounts, ModelCurve
from app.theme import colours

NEW = {"row": "", "move": ""}
"""What a new question leaves behind: the page within its answer."""

FRESH = {**NEW, "f": "", "by": "", "sum": "", "ever": "", "when": ""}
"""What another read model leaves behind."""


def chosen(models: Sequence[Model], place: Place) -> Model | None:
    """The read model of the address, else the first that was projected, else the first."""
    named = [model for model in models if model.name == place.p]
    ready = [model for model in models if model.build is not None]
    return next(iter([*named, *ready, *models]), None)


def choices(model: Model, models: Sequence[Model], place: Place) -> tuple[str | None, str]:
    """The fields that choose; by which facet keys are counted, and which is summed ('': none)."""
    by = place.by if place.by in model.counted else next(iter(model.counted), None)
    summed = place.sum if place.sum in model.summed else next(iter(model.summed), "")
    columns = st.columns([3, 2, 2, 4, 4, 3], gap="small", vertical_alignment="bottom")
    with columns[0]:
        _choice("Read model", "p", model.name, [one.name for one in models])
    with columns[1]:
        _choice("Count by", "by", by, model.counted)
    with columns[2]:
        _choice("Sum", "sum", summed or None, model.summed)
    with columns[3], st.container(key="search"):
        _text("Where", "f", place.f, "status = paid and total > 100")
    with columns[4]:
        _text("When exactly?", "when", place.when, "total < 0 or status = lost")
    with columns[5]:
        _text("Compare with", "t2", place.t2, "2026-03-01 14:05")
    return by, summed


def _choice(label: str, field: str, value: str | None, options: Sequence[str]) -> None:
    if not options:
        st.selectbox(label, ["-"], key=f"model_no_{field}", disabled=True)
        return
    key = links.show(f"model_{field}", value or options[0])
    st.selectbox(label, options, key=key, on_change=_put, args=(field,))


def _text(label: str, field: str, value: str, placeholder: str) -> None:
    key = links.show(f"model_{field}", value)
    st.text_input(label, key=key, on_change=_put, args=(field,), placeholder=placeholder)


def _put(field: str) -> None:
    typed = links.value(f"model_{field}").strip()
    if field == "t2" and typed:
        with suppress(ValueError):  # the page says that it cannot be read
            typed = formats.iso_time(formats.parse_time(typed))
    links.go(links.here().but(**{**(FRESH if field == "p" else NEW), field: typed}))


def hues(curve: ModelCurve | None, look: Look) -> dict[str, str]:
    """A colour for each value, in the order in which they first appeared; grey where there are too many."""
    return {} if curve is None else colours(look.palette, frames.coloured(curve))


def curves(curve: ModelCurve | None, found: ModelCounts, summed: str, at: Standing, place: Place, look: Look) -> None:
    """Keys by value now, over time, and a sum over time; a click goes there, a brush compares two."""
    by_value = hues(curve, look)
    values, counted, *total = st.columns([11, 16, 13] if summed else [11, 29], gap="small")
    with values:
        parts.rows(frames.tallies(found, by_value, summed, look, place), key="tallies", height=262)
    if curve is None:
        return
    shown = frames.drawn(curve, place)
    rules = comparing.rules(at, place)
    with counted:
        parts.facts({"title": "Keys over time", "level": "h3", "note": "click to travel there"}, key="counted_head")
        _drawn(charts.states_over_time(shown, look.palette, by_value, rules, height=230), "counted", place)
    if summed:
        with total[0]:
            parts.facts(
                {"title": f"Sum of {summed}", "level": "h3", "note": "drag to compare two moments"}, key="total_head"
            )
            _drawn(charts.sum_over_time(shown, summed, look.palette, rules, height=230), "total", place)


def _drawn(figure: go.Figure, name: str, place: Place) -> None:
    """A selection belongs to its place: the next one begins without it."""
    key = f"{name}_{place.p}_{place.t}_{place.t2}"
    st.plotly_chart(figure, key=key, theme=None, config=charts.QUIET, on_select=links.travelled(key))


def listed(model: Model, found: ModelCounts, at: Standing, place: Place, look: Look) -> None:
    """The keys that hold at the moment."""
    page = queries.rows(context.VIEWER, at, model, place)
    if isinstance(page, queries.Refused):
        parts.facts(frames.refused(page.text, model, place), key="refused")
        return
    parts.facts(frames.page_heading(page, found, place), key="page_head")
    told(frames.caveats(model, [page, found]))
    if page.rows:
        parts.rows(frames.rows(model, page, look, place), key="models", keyboard=True)
    else:
        parts.facts(frames.nothing(model, found, at, context.catalogue().first_at, place), key="nothing")


def ever(model: Model, at: Standing, place: Place, look: Look) -> None:
    """The keys that were ever so."""
    found = queries.ever(context.VIEWER, at, model, place)
    if isinstance(found, queries.Refused):
        parts.facts(frames.refused(found.text, model, place), key="refused")
        return
    parts.facts(frames.ever_heading(found, at, place), key="ever_head")
    told(frames.caveats(model, [found]))
    parts.rows(frames.ever(model, found, look, place), key="ever", keyboard=True)


def when(model: Model, at: Standing, place: Place, look: Look) -> None:
    """When a condition held, of which keys."""
    found = queries.when(context.VIEWER, at, model, place)
    if isinstance(found, Unread):
        parts.facts(travel.unread(found, place, "when"), key="when_unread")
        st.code(found.marked, language=None)
        return
    parts.facts(searching.heading(found, at, place), key="when_head")
    told(searching.caveats(model, place))
    if found.found:
        parts.rows(searching.spans(model, found, at, place, look), key="when", keyboard=True)
    else:
        parts.facts(searching.nothing(found, model, place), key="when_nothing")


def compare(model: Model, by: str | None, at: Standing, place: Place, look: Look) -> None:
    """What changed between two moments: numbers, the matrix, the keys behind a number."""
    found = queries.compared(context.VIEWER, at, model, place, by)
    parts.facts(comparing.compared_heading(found, place), key="compared_head")
    parts.cards(numbers.compared(found), key="compared_numbers")
    told(frames.caveats(model, [found]))
    left, right = st.columns([9, 10], gap="medium")
    with left:
        parts.facts(
            {"title": "From value to value", "level": "h2", "note": "a number opens its keys"}, key="matrix_head"
        )
        parts.rows(comparing.matrix(found, look, place), key="matrix")
    with right:
        parts.facts(comparing.behind_heading(found, place), key="behind_head")
        parts.rows(comparing.changed(model, found, place), key="behind", keyboard=True)


def told(caveats: Sequence[str]) -> None:
    """What an answer leaves out, a line each."""
    for number, text in enumerate(caveats):
        parts.facts({"text": text}, key=f"caveat_{number}")
