"""Two moments of a read model compared: the moments, the matrix of values, the keys behind a number. Pure."""

import json
from collections.abc import Mapping
from typing import Any

from app import formats, payload
from app.answers import Standing
from app.frames.models import NONE_OF_IT, STATUS, link, story_of
from app.frames.tables import Cell, Column, Look, Row, Table
from app.links import Place
from app.model_answers import ChangedKey, Compared, Model
from app.theme import ICONS, tone

MOST_PATHS = 3


def rules(at: Standing, place: Place) -> tuple[int | None, int | None]:
    """The moments that a curve marks: where the viewer stands, live only beside another; and that other."""
    return None if at.live and place.compared is None else at.time, place.compared


def compared_heading(found: Compared, place: Place) -> dict[str, Any]:
    """Which two moments are compared."""
    later = "live" if found.second is None else formats.plain_time(found.second)
    return {
        "title": "What changed",
        "level": "h2",
        "note": f"from {formats.plain_time(found.first)} to {later}",
        "links": [link("End comparison", place.but(t2="", move="", row=""))],
    }


def _word(value: str | None, side: str) -> str:
    if value is None:
        return {"before": "(new)", "after": "(gone)"}[side]
    return payload.visible(value) or NONE_OF_IT


def matrix(found: Compared, look: Look, place: Place) -> Table:
    """Values before down, values after across; each number opens the keys behind it."""
    numbers = {(move.before, move.after): move.keys for move in found.moves}
    befores, afters = (list(dict.fromkeys(side)) for side in zip(*numbers, strict=True)) if numbers else ([], [])
    head = (
        Column("from ↓ to →", "136px", link=True),
        *(Column(_word(value, "after"), "", "mono", "right") for value in afters),
    )
    made = tuple(
        Row(
            _word(before, "before"),
            (_named(before, found, look), *(_number(numbers, before, after, look, place) for after in afters)),
        )
        for before in befores
    )
    return Table("Keys that changed, by value before and after", head, made)


def _named(value: str | None, found: Compared, look: Look) -> Cell:
    word = _word(value, "before")
    if found.by != STATUS or not value:
        return Cell(word, dim=value is None)
    meant = tone(value)
    return Cell(word, icon=ICONS[meant], tone=look.palette.tones[meant])


def _number(
    numbers: Mapping[tuple[str | None, str | None], int],
    before: str | None,
    after: str | None,
    look: Look,
    place: Place,
) -> Cell:
    keys = numbers.get((before, after))
    if keys is None:
        return Cell("·", title="no key", dim=True)
    move = json.dumps([before, after], ensure_ascii=False)
    title = f"{formats.plural(keys, 'key')}: {_word(before, 'before')} to {_word(after, 'after')}"
    tint = look.palette.accent if place.move == move else ""
    chosen = "" if place.move == move else move
    return Cell(formats.count(keys), title=title, tint=tint, href=place.but(move=chosen, row="").href())


def behind_heading(found: Compared, place: Place) -> dict[str, Any]:
    """Which keys are listed below the matrix, and the way to the rest."""
    note = "all that differ"
    if place.move:
        before, after = json.loads(place.move) if readable(place.move) else (None, None)
        note = f"{_word(before, 'before')} to {_word(after, 'after')}"
    links = [
        link("All that differ", place.but(move="", row="")) if place.move else None,
        link("First page", place.but(row="")) if place.row else None,
        link("Next page", place.but(row=found.after)) if found.after else None,
    ]
    return {"title": "Keys", "level": "h2", "note": note, "links": [link for link in links if link]}


def readable(move: str) -> bool:
    """Whether a link's move is two values."""
    try:
        return len(json.loads(move)) == 2
    except (ValueError, TypeError):
        return False


def changed(model: Model, found: Compared, place: Place) -> Table:
    """The keys behind a number: what each was, what it became."""
    head = (
        Column("Key", "30%", "mono", link=True),
        Column("What changed", "", "mono"),
        Column("", "76px", "", "right"),
    )
    made = tuple(_changed(model, one, place) for one in found.rows)
    return Table("Keys that changed", head, made)


def _changed(model: Model, one: ChangedKey, place: Place) -> Row:
    moved = payload.changes(one.first, one.second)
    sign = "appeared" if one.first is None else "gone" if one.second is None else formats.plural(len(moved), "value")
    first = sorted(moved, key=lambda change: change.name != STATUS)[:MOST_PATHS]
    told = " · ".join(f"{change.name} {_side(change.before)} → {_side(change.after)}" for change in first)
    rest = len(moved) - MOST_PATHS
    text = told + (f" · {rest} more" if rest > 0 else "")
    cells = (Cell(formats.elided(one.key, 36), title=one.key), Cell(text, title=text), Cell(sign, dim=True))
    return Row(one.key, cells, story_of(model, one.key, place))


def _side(text: str | None) -> str:
    return formats.MISSING if text is None else payload.visible(text).strip('"')
