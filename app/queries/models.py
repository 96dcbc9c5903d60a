"""Read models: which there are, their rows at a moment, counts and sums, what changed, who was ever so.

Answers are cached by build and checkpoint: as long as neither moves, a question costs nothing the second time.
"""

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeVar

import streamlit as st

from app import narrowing
from app.answers import Standing, Viewer
from app.links import Place
from app.model_answers import (
    Build,
    ChangedKey,
    Compared,
    CurvePoint,
    FacetKind,
    Model,
    ModelCounts,
    ModelCurve,
    ModelPage,
    ModelRow,
    Move,
    Shown,
    Tally,
    WasEver,
    WasKey,
)
from app.queries import source
from app.queries.events import state_shown
from app.queries.overview import catalogue
from eventstore import Facet, Histories, Moment, Where, histories

PAGE = 50
BUCKETS = 160
OVERVIEW = 5

T = TypeVar("T")


class Asking(NamedTuple):
    """What every answer depends on, which makes it a cache's key."""

    url: str
    viewer: Viewer
    projection: str
    build: int
    checkpoint: int
    occurred: int | None
    known: int | None

    @property
    def moment(self) -> Moment:
        """The library's word for where the question stands."""
        return Moment(self.occurred, self.known)


def door() -> Histories:
    """The library's door to all read models."""
    return Histories(source.store(), source.projections())


def models(viewer: Viewer) -> tuple[Model, ...]:
    """The read models that the settings name, in their order, then those that only the store knows."""
    found: dict[str, list[histories.Build]] = {one.name: [] for one in source.projections()}
    for build in door().builds():
        found.setdefault(build.projection, []).append(build)
    named = {one.name: one.facets for one in source.projections()}
    return tuple(_model(viewer, name, builds, named.get(name, ())) for name, builds in found.items())


def _model(viewer: Viewer, name: str, builds: Sequence[histories.Build], named: Sequence[Facet]) -> Model:
    live = next((build for build in builds if build.state == "live"), None)
    facets = named if live is None else live.facets
    return Model(
        name,
        tuple(
            FacetKind(one.name, one.kind.value, one.counted, one.summed, hidden=_hidden(viewer, one)) for one in facets
        ),
        None if live is None else _build(live),
        tuple(_build(build) for build in builds if build is not live),
    )


def _hidden(viewer: Viewer, facet: Facet) -> bool:
    return not viewer.sees_clear and source.hides((facet.path or facet.name).split("."))


def _build(build: histories.Build) -> Build:
    return Build(
        number=build.number,
        state=build.state,
        code=build.code,
        position=build.position,
        failure=build.failure,
        stopped=build.stopped,
        created_at=build.created_at,
        updated_at=build.updated_at,
    )


def asking(viewer: Viewer, at: Standing, model: Model) -> Asking:
    """The question's part that all answers share. The model must have a live build."""
    build = model.build
    numbers = (0, 0) if build is None else (build.number, build.position)
    return Asking(source.loaded().database_url, viewer, model.name, *numbers, at.occurred, at.known)


def _facets(asked: Asking) -> dict[str, Facet]:
    found = next(build for build in door().builds() if build.number == asked.build)
    return {facet.name: facet for facet in found.facets if not _hidden(asked.viewer, facet)}


def conditions(facets: dict[str, Facet], text: str) -> tuple[Where, ...]:
    """The text's conditions, as the library takes them. Raises ValueError with what is wrong with it."""
    return tuple(_where(facets, one) for one in narrowing.parse(text))


def _where(facets: dict[str, Facet], one: Where) -> Where:
    facet = facets.get(one.facet)
    if facet is None:
        raise ValueError(f"There is no facet {one.facet}: there are {', '.join(facets) or 'none'}.")
    if one.value is not None:
        facet.column(one.value)
    return one


class Refused(NamedTuple):
    """A question that cannot be asked, and what is wrong with it."""

    text: str


def _answered(ask: Callable[[], T]) -> T | Refused:
    """Conditions are typed by people: what is wrong with them is told, not raised."""
    try:
        return ask()
    except ValueError as error:
        return Refused(str(error))


def rows(viewer: Viewer, at: Standing, model: Model, place: Place) -> ModelPage | Refused:
    """The keys that hold at the moment and fulfil the place's conditions, a page of them."""
    return _rows(asking(viewer, at, model), place.f, place.row)


@st.cache_data(show_spinner=False, max_entries=128)
def _rows(asked: Asking, text: str, after: str) -> ModelPage | Refused:
    def ask() -> ModelPage:
        facets = _facets(asked)
        found = door().page(
            asked.projection, asked.moment, where=conditions(facets, text), after=_place(after), limit=PAGE
        )
        made = tuple(ModelRow(
            row.key, _values(facets, row.facets), row.since, row.event_position, parked=row.parked is not None
        ) for row in found.rows)  # fmt: skip
        return ModelPage(made, _cursor(found.after), found.visited, found.complete, found.flat, found.checkpoint)

    return _answered(ask)


def _values(facets: dict[str, Facet], held: Any) -> dict[str, Shown]:
    return {name: facet.shown(held[name]) for name, facet in facets.items()}


def _cursor(place: histories.Place | None) -> str:
    """Where a page goes on, as a link carries it."""
    return "" if place is None else json.dumps(list(place), separators=(",", ":"), ensure_ascii=False)


def _place(text: str) -> histories.Place | None:
    """The place of a link; None where it has none, or none that can be read."""
    try:
        since, position, key = json.loads(text)
    except (ValueError, TypeError):
        return None
    return histories.Place(int(since), int(position), str(key)) if isinstance(since, int) else None


def counted(viewer: Viewer, at: Standing) -> tuple[tuple[Model, ModelCounts], ...]:
    """The first read models that were projected, each with its keys by the first facet that is counted."""
    ready = [model for model in models(viewer) if model.build is not None][:OVERVIEW]
    return tuple((model, counts(viewer, at, model, next(iter(model.counted), None))) for model in ready)


def counts(viewer: Viewer, at: Standing, model: Model, by: str | None) -> ModelCounts:
    """How many keys hold each value at the moment."""
    return _counts(asking(viewer, at, model), by)


@st.cache_data(show_spinner=False, max_entries=256)
def _counts(asked: Asking, by: str | None) -> ModelCounts:
    found = door().count(asked.projection, asked.moment, by=by)
    tallies = tuple(map(partial(_tally, _facets(asked)), found.tallies))
    return ModelCounts(by, tallies, found.complete, found.flat, found.checkpoint)


def _tally(facets: dict[str, Facet], tally: histories.Tally) -> Tally:
    sums = {name: facets[name].shown(total) for name, total in tally.sums.items() if name in facets}
    return Tally(tally.value, tally.keys, sums)


def model_curve(viewer: Viewer, at: Standing, model: Model, place: Place, by: str | None) -> ModelCurve | None:
    """Counts and sums over the place's window, else over all of history; None where there is none."""
    span, (since, before) = catalogue(viewer, at), place.window
    if span.first_at is None or span.last_at is None:
        return None
    since = span.first_at if since is None else since
    before = max(span.last_at + 1, at.occurred or 0) if before is None else before
    asked = asking(viewer, at, model)._replace(occurred=None)  # all of it is drawn, the moment is a rule in it
    return _curve(asked, by, since, max(before, since + 1))


@st.cache_data(show_spinner=False, max_entries=64)
def _curve(asked: Asking, by: str | None, since: int, before: int) -> ModelCurve:
    found = door().curve(asked.projection, by, since, before, buckets=BUCKETS, known=asked.known)
    told = partial(_tally, _facets(asked))
    points = tuple(CurvePoint(point.at, tuple(map(told, point.tallies.values()))) for point in found.points)
    return ModelCurve(by, tuple(found.values), points, since, before, found.flat, found.checkpoint)


def compared(viewer: Viewer, at: Standing, model: Model, place: Place, by: str | None) -> Compared:
    """What changed between the place's second moment and where the viewer stands, whichever comes first."""
    other = place.compared or 0
    earlier = other if at.occurred is None else min(other, at.occurred)
    later = None if at.occurred is None else max(other, at.occurred)
    return _compared(asking(viewer, at, model)._replace(occurred=later), earlier, by, place.move, place.row)


@st.cache_data(show_spinner=False, max_entries=64)
def _compared(asked: Asking, first: int, by: str | None, move: str, after: str) -> Compared:
    behind = histories.Behind(_move(move), after, PAGE)
    found = door().between(
        asked.projection, Moment(first, asked.known), asked.moment, by=by, behind=behind
    )  # fmt: skip
    return Compared(
        by,
        first,
        asked.occurred,
        tuple(Move(*one) for one in found.moves),
        tuple(_changed(asked.viewer, row) for row in found.rows),
        found.after or "",
        found.complete,
        found.flat,
        found.checkpoint,
    )


def _move(text: str) -> tuple[str | None, str | None] | None:
    """The chosen move of a link: a list of two values in JSON; None: all."""
    try:
        before, after = json.loads(text)
    except (ValueError, TypeError):
        return None
    return (before, after) if all(one is None or isinstance(one, str) for one in (before, after)) else None


def _changed(viewer: Viewer, row: histories.Changed) -> ChangedKey:
    first, second = (None if one is None else one.state for one in (row.first, row.second))
    last = row.second or row.first
    return ChangedKey(
        row.key,
        None if first is None else state_shown(viewer, first),
        None if second is None else state_shown(viewer, second),
        None if last is None else last.event_position,
    )


def ever(viewer: Viewer, at: Standing, model: Model, place: Place) -> WasEver | Refused:
    """The keys that ever fulfilled the place's conditions, up to the moment."""
    return _ever(asking(viewer, at, model), place.f, place.row)


@st.cache_data(show_spinner=False, max_entries=64)
def _ever(asked: Asking, text: str, after: str) -> WasEver | Refused:
    def ask() -> WasEver:
        where = conditions(_facets(asked), text)
        found = door().ever(asked.projection, where, asked.moment, after=_place(after), limit=PAGE)
        keys = tuple(WasKey(one.key, tuple((was.since, was.until) for was in one.intervals)) for one in found.found)
        return WasEver(keys, _cursor(found.after), found.visited, found.complete, found.checkpoint)

    return _answered(ask)
