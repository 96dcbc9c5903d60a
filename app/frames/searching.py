"""When a condition held, over all keys of a read model: the times of each key, and how far the search came. Pure."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from app import formats, payload
from app.answers import KeySpans, Search, Span, Standing
from app.frames.models import link, story_of
from app.frames.tables import Cell, Column, Look, Row, Table
from app.frames.travel import closing, event_cell
from app.links import Place
from app.model_answers import Model


def heading(found: Search, at: Standing, place: Place) -> dict[str, Any]:
    """What was asked, of how many keys it held, and the ways on."""
    links = [
        link("First page", place.but(row="")) if place.row else None,
        link("Go on", place.but(row=found.after)) if found.after else None,
    ]
    return {
        "title": payload.visible(place.when),
        "level": "h2",
        "mono": True,
        "note": _note(found, at),
        "links": [*filter(None, links), closing(place.but(row=""), "when")],
    }


def _note(found: Search, at: Standing) -> str:
    until = "now" if at.time is None or at.live else formats.plain_time(at.time)
    keys = formats.plural(found.searched.found, "key") if found.searched.found else "no key"
    so_far = " so far" if found.after else ""
    return f"held of {keys}{so_far}, at any time up to {until}; {_searched(found)}"


def _searched(found: Search) -> str:
    """How far the search came."""
    searched = found.searched
    if found.narrowed is not None:
        so_far = f"{searched.keys:,} of " if found.after else "all "
        return f"searched {so_far}{formats.plural(found.narrowed, 'key')} that an index names"
    if found.after:
        return f"searched {searched.rows:,} of at most {found.stored:,} states, {searched.keys:,} keys"
    return f"searched all {searched.keys:,} keys, {searched.rows:,} states"


def caveats(model: Model, place: Place) -> list[str]:
    """What is no part of the answer, in words."""
    where = [f"The conditions {payload.visible(place.f)} are no part of this question: add them to it with `and`."]
    hidden = [f"Hidden by the mask, so not found out here: {', '.join(model.hidden)}."]
    return (where if place.f else []) + (hidden if model.hidden else [])


def nothing(found: Search, model: Model, place: Place) -> dict[str, Any]:
    """Nothing was found, yet or at all."""
    if found.after:
        text = "Of none of the keys that were searched did it hold. Go on searches those that follow."
        links = [link("Go on", place.but(row=found.after))]
        return {"title": "Nothing found so far", "text": text, "links": links, "look": "panel"}
    facets = ", ".join(facet.name for facet in model.shown)
    text = f"It held of no key of {model.name} up to this moment. Facets of {model.name}: {facets}."
    return {"title": "It never held", "text": text, "look": "panel"}


def spans(model: Model, found: Search, at: Standing, place: Place, look: Look) -> Table:
    """The times of each key with the events at their edges; a row leads to the story when it began, an end to its."""
    columns = (
        Column("Key", "20%", "mono", link=True),
        Column("From, UTC", "150px", "mono"),
        Column("made so by", ""),
        Column("to, UTC", "150px", "mono"),
        Column("ended by", ""),
        Column("for", "120px", align="right"),
    )
    rows = [row for one in found.found for row in _rows(model, one, at, place, look)]
    return Table(f"When {place.when} held", columns, tuple(rows))


def _rows(model: Model, one: KeySpans, at: Standing, place: Place, look: Look) -> Iterator[Row]:
    for number, span in enumerate(one.spans):
        href = _there(model, one.key, span.since, place)
        name = Cell(formats.elided(one.key, 36), title=one.key, dim=number > 0)
        yield Row(f"{one.key} {number}", (name, *_cells(model, one.key, span, at, place, look)), href)
    if one.times > len(one.spans):
        more = formats.plural(one.times - len(one.spans), "more time")
        name = Cell(formats.elided(one.key, 36), title=one.key, dim=True)
        cells = (name, Cell(more, title=f"{more}: the story tells all", dim=True), *[Cell("")] * 4)
        yield Row(f"{one.key} more", cells, story_of(model, one.key, place, when=place.when))


def _cells(model: Model, key: str, span: Span, at: Standing, place: Place, look: Look) -> Iterator[Cell]:
    yield Cell(formats.short_time(span.since), title=formats.full_time(span.since))
    yield event_cell(span.began, look)
    if span.until is None or span.ended is None:
        lasted = None if at.time is None else max(0, at.time - span.since)
        yield Cell("at the moment", dim=True)
        yield Cell("still so", dim=True)
        yield Cell(formats.MISSING if lasted is None else formats.duration(lasted), dim=True)
        return
    yield Cell(formats.short_time(span.until), title=formats.full_time(span.until))
    yield replace(event_cell(span.ended, look), href=_there(model, key, span.until, place))
    yield Cell(formats.duration(span.until - span.since))


def _there(model: Model, key: str, time: int, place: Place) -> str:
    """The story at that time, with the condition."""
    return story_of(model, key, place, when=place.when, t=formats.iso_time(time))
