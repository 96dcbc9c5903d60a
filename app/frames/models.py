"""Read models: rows, tallies, what changed, who was ever so, as tables and facts. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from app import formats, narrowing, payload
from app.answers import Standing
from app.frames.tables import Cell, Column, Look, Row, Table, badge
from app.links import Place
from app.model_answers import (
    Compared,
    FacetKind,
    Model,
    ModelCounts,
    ModelCurve,
    ModelPage,
    ModelRow,
    Shown,
    Tally,
    WasEver,
    WasKey,
)
from app.theme import ICONS, tone

STATUS = "status"
"""The facet whose values are shown with the icon and colour of what they mean."""

NONE_OF_IT = "(none)"
"""How a value is called that the state does not have."""

_WIDTHS = {"decimal": "104px", "integer": "88px", "number": "96px", "time": "136px"}
MOST_COLUMNS = 9


def value_text(value: Shown, kind: str) -> str:
    """A facet's value as people read it."""
    if value is None:
        return formats.MISSING
    if kind == "time" and isinstance(value, int):
        return formats.short_time(value)
    if isinstance(value, int | Decimal) and kind in ("integer", "decimal"):
        return f"{value:,}"
    return payload.visible(str(value))


def value_cell(value: Shown, facet: FacetKind, look: Look) -> Cell:
    """A facet's value; a status with its icon, a time in full on hovering."""
    text = value_text(value, facet.kind)
    title = formats.full_time(value) if facet.kind == "time" and isinstance(value, int) else text
    if facet.name == STATUS and value is not None:
        meant = tone(str(value))
        return Cell(text, title=title, icon=ICONS[meant], tone=look.palette.tones[meant])
    return Cell(text, title=title, dim=value is None)


def columns(facets: Sequence[FacetKind]) -> tuple[Column, ...]:
    """Key, a column for each facet, when the key changed last."""
    made = [
        Column(
            facet.name.replace("_", " "),
            _WIDTHS.get(facet.kind, "128px" if facet.name == STATUS else ""),
            "mono" if facet.kind in _WIDTHS else "",
            "right" if facet.kind in _WIDTHS else "",
        )
        for facet in facets
    ]
    return (Column("Key", "17%", "mono", link=True), *made, Column("changed, UTC", "136px", "mono", "right"))


def rows(model: Model, page: ModelPage, look: Look, place: Place) -> Table:
    """The keys of a page; each leads to its story."""
    facets = model.shown[:MOST_COLUMNS]
    made = tuple(_row(model, one, facets, look, place) for one in page.rows)
    return Table(f"Keys of {model.name}", columns(facets), made)


def _row(model: Model, one: ModelRow, facets: Sequence[FacetKind], look: Look, place: Place) -> Row:
    cells = (
        Cell(formats.elided(one.key, 40), title=one.key, mark="parked" if one.parked else ""),
        *(value_cell(one.values.get(facet.name), facet, look) for facet in facets),
        Cell(formats.short_time(one.since), title=formats.full_time(one.since), dim=True),
    )
    return Row(one.key, cells, story_of(model, one.key, place))


def story_of(model: Model, key: str, place: Place, **more: str) -> str:
    """The link to a key's story in this read model, at the moment."""
    return place.kept(k=key, p=model.name, **more).href("order")


def tallies(found: ModelCounts, hues: Mapping[str, str], sum_of: str, look: Look, place: Place) -> Table:
    """Keys by value, with the colour of the value in the curve; a row asks for its keys alone."""
    by = found.by or ""
    held = {tally.value: tally for tally in found.tallies}
    listed = [*found.tallies, *(Tally(value, 0, {}) for value in hues if value not in held)]
    summed = (Column(sum_of.replace("_", " "), "92px", "mono", "right"),) if sum_of else ()
    head = (Column(by.replace("_", " ") or "all", "", link=True), Column("keys", "60px", "mono", "right"), *summed)
    return Table(
        f"Keys by {by or 'nothing'}", head, tuple(_tally(one, by, hues, sum_of, look, place) for one in listed)
    )


def _tally(one: Tally, by: str, hues: Mapping[str, str], sum_of: str, look: Look, place: Place) -> Row:
    meant = tone(one.value)
    icon, colour = (ICONS[meant], look.palette.tones[meant]) if by == STATUS else ("", "")
    word = payload.visible(one.value) or (NONE_OF_IT if by else "every key")
    cells = [
        Cell(word, dot=hues.get(one.value, look.palette.muted), title=word, icon=icon, tone=colour),
        Cell(formats.count(one.keys), dim=not one.keys),
    ]
    if sum_of:
        total = one.sums.get(sum_of, 0)
        cells.append(Cell(formats.fitting(total, 9), title=f"{total:,}", dim=not total))
    if not by:
        return Row("all", tuple(cells))
    value = one.value or None
    chosen = any((one.facet, one.operator, one.value) == (by, "=", value) for one in asked(place))
    target = place.but(f=narrowing.toggled(place.f, by, value), row="").href()
    return Row(one.value or NONE_OF_IT, tuple(cells), target, selected=chosen)


MOST_DRAWN = 8
"""So many values have a colour of their own; a curve draws the others together."""

OTHERS = "all others"


def coloured(curve: ModelCurve) -> list[str]:
    """The curve's values, those that most keys ever held at once before the others."""
    peaks = Counter[str]()
    for point in curve.points:
        for tally in point.tallies:
            peaks[tally.value] = max(peaks[tally.value], tally.keys)
    most = {value for value, _ in peaks.most_common(MOST_DRAWN)}
    return sorted(curve.values, key=lambda value: value not in most)


def drawn(curve: ModelCurve, place: Place) -> ModelCurve:
    """What is drawn: the values that the conditions name, else those that have a colour, and all others as one."""
    named = {one.value or "" for one in asked(place) if one.facet == curve.by and one.operator == "="} & {*curve.values}
    if named:
        points = tuple(replace(one, tallies=tuple(t for t in one.tallies if t.value in named)) for one in curve.points)
        return replace(curve, values=tuple(value for value in curve.values if value in named), points=points)
    own = coloured(curve)[:MOST_DRAWN]
    if len(own) == len(curve.values):
        return curve
    points = tuple(replace(point, tallies=_gathered(point.tallies, own)) for point in curve.points)
    return replace(curve, values=(OTHERS, *own), points=points)


def _gathered(tallies: Sequence[Tally], own: Sequence[str]) -> tuple[Tally, ...]:
    """The tallies, those without a colour as one."""
    others = [tally for tally in tallies if tally.value not in own]
    sums = {name: sum((tally.sums[name] for tally in others), start=0) for name in (others[0].sums if others else ())}
    gathered = Tally(OTHERS, sum(tally.keys for tally in others), sums)
    return (gathered, *(tally for tally in tallies if tally.value in own))


def asked(place: Place) -> tuple[Any, ...]:
    """The place's conditions; none where they cannot be read."""
    try:
        return narrowing.parse(place.f)
    except ValueError:
        return ()


def page_heading(page: ModelPage, counts: ModelCounts, place: Place) -> dict[str, Any]:
    """How many keys there are, and the ways on: the next page, who was ever so, another moment."""
    links = [
        link("First page", place.but(row="")) if place.row else None,
        link("Next page", place.but(row=page.after)) if page.after else None,
        link("Was ever so", place.but(ever="1", row="")) if place.f else None,
        link("Drop conditions", place.but(f="", row="")) if place.f else None,
    ]
    shown = formats.plural(len(page.rows), "key")
    title = f"{shown} of {formats.count(counts.keys)}" if (page.after or place.row) and not place.f else shown
    note = "the last changed first" + (f"; where {payload.visible(place.f)}" if place.f else "")
    return {"title": title, "level": "h2", "note": note, "links": [link for link in links if link]}


def link(text: str, target: Place) -> dict[str, str]:
    """A button that leads to the place."""
    return {"text": text, "href": target.href()}


def caveats(model: Model, found: Sequence[ModelPage | ModelCounts | Compared | WasEver]) -> list[str]:
    """What an answer leaves out, in words."""
    said = []
    if not all(getattr(one, "flat", True) for one in found):
        said.append(
            "As it was known then: exact, but stored rows were looked through, which takes longer as history grows."
        )
    for one in found:
        if not one.complete:
            bound = f" of {formats.count(one.visited)} rows" if isinstance(one, ModelPage | WasEver) else ""
            said.append(f"It stopped at its bound{bound}: more may follow; go on, or narrow the question.")
    if model.build and model.build.stopped:
        names = ", ".join(model.build.stopped)
        said.append(f"{names} took on more than 50 values, so keys are not counted by it any more.")
    if model.hidden:
        said.append(f"Hidden by the mask: {', '.join(model.hidden)}.")
    return said


def never_projected(model: Model) -> dict[str, Any]:
    """A read model without a build."""
    text = f"No build of {model.name} answers yet. Bring every read model level with the log:"
    return {"title": "Not projected yet", "text": text, "commands": ["chronoscope project"], "look": "panel"}


def nothing(model: Model, counts: ModelCounts, at: Standing, first_at: int | None, place: Place) -> dict[str, Any]:
    """Why a page is empty, and the way out."""
    links = [link("Drop conditions", place.but(f="", row=""))] if place.f else []
    text = f"0 of {formats.plural(counts.keys, 'key')} fulfil the conditions." if place.f else "No key held anything."
    if first_at is not None and at.occurred is not None and at.occurred < first_at:
        text = f"This moment lies before history began: the first event occurred {formats.full_time(first_at)}."
        links = [link("Go to the first event", place.but(t=formats.iso_time(first_at), row=""))]
    return {"title": f"No keys of {model.name} here", "text": text, "links": links, "look": "panel"}


def refused(text: str, model: Model, place: Place) -> dict[str, Any]:
    """Conditions that cannot be asked."""
    facets = ", ".join(facet.name for facet in model.shown)
    return {
        "title": "These conditions cannot be asked",
        "text": f"{payload.visible(text)} Facets of {model.name}: {facets}.",
        "links": [link("Drop conditions", place.but(f="", row=""))],
        "look": "panel",
    }


def ever_heading(found: WasEver, at: Standing, place: Place) -> dict[str, Any]:
    """Which question is answered, and the way back to who is so now."""
    links = [
        link("Only those that are so at this moment", place.but(ever="", row="")),
        *([link("First page", place.but(row=""))] if place.row else []),
        *([link("Next page", place.but(row=found.after))] if found.after else []),
    ]
    until = "now" if at.time is None or at.live else formats.plain_time(at.time)
    note = f"where {payload.visible(place.f) or 'anything held'}, at any time up to {until}"
    return {
        "title": f"Was ever so: {formats.plural(len(found.found), 'key')}",
        "level": "h2",
        "note": note,
        "links": links,
    }


def ever(model: Model, found: WasEver, look: Look, place: Place) -> Table:
    """Keys that were ever so: since when, how long, how often, and whether they still are."""
    head = (
        Column("Key", "26%", "mono", link=True),
        Column("At the moment", "168px"),
        Column("Times", "70px", "mono", "right"),
        Column("First, UTC", "150px", "mono", "right"),
        Column("Last, UTC", "150px", "mono", "right"),
        Column("The last lasted", "130px", "mono", "right"),
        Column("Intervals", "", "mono"),
    )
    return Table("Keys that were ever so", head, tuple(_was(model, one, look, place) for one in found.found))


def _was(model: Model, one: WasKey, look: Look, place: Place) -> Row:
    (first, _), (since, until) = one.intervals[0], one.intervals[-1]
    told = badge("still so" if until is None else "not any more", "active" if until is None else "", look)
    spans = [f"{formats.short_time(a)} to {'now' if b is None else formats.short_time(b)}" for a, b in one.intervals]
    cells = (
        Cell(formats.elided(one.key, 36), title=one.key),
        Cell(told["text"], icon=told["icon"], tone=told["tone"]),
        Cell(formats.count(len(one.intervals))),
        Cell(formats.short_time(first), title=formats.full_time(first), dim=True),
        Cell(formats.short_time(since), title=formats.full_time(since), dim=True),
        Cell(formats.MISSING if until is None else formats.duration(until - since)),
        Cell("; ".join(spans), title="\n".join(spans), dim=True),
    )
    return Row(one.key, cells, story_of(model, one.key, place))
