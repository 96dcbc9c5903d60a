"""A key's steps looked at together: blame, a field's history, when a condition held, two moments compared. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from app import formats, payload
from app.answers import Event, Spell, Step, Unread
from app.frames.keys import shown_value
from app.frames.tables import Cell, Column, Look, Row, Table
from app.links import Place
from app.theme import ICONS, Palette, tone

WHOLE = "(whole)"
"""How the path of a state is written that is one value."""


def minute(micros: int) -> str:
    """`1 Mar 14:05:09`: where a column holds day and time."""
    return f"{formats.short_day(micros)} {formats.clock_time(micros)[:8]}"


def state(step: Step, blame: Mapping[str, Step], place: Place, palette: Palette) -> Table:
    """The state's values by path, each with the event that made it so; those of this step are marked.

    A row leads to that event's step, its path to every value that the path ever had.
    """
    columns = (Column("Path", "34%", "mono"), Column("Value", "", "mono wrap"), Column("Set by", "36%", link=True))
    rows = tuple(
        _leaf(leaf, blame.get(payload.written(leaf.path)), step, place, palette)
        for leaf in (payload.leaves(step.state) if step.state is not None else [])
    )
    return Table("State", columns, rows)


def _leaf(leaf: payload.Leaf, by: Step | None, step: Step, place: Place, palette: Palette) -> Row:
    path, here = payload.written(leaf.path), by is not None and by.event_position == step.event_position
    href = "" if path == WHOLE else place.but(path="" if path == place.path else path).href()
    cells = (
        Cell(path, title=f"Every value that {path} ever had" if href else path, kind="label", href=href),
        Cell(*shown_value(leaf.text), tint=palette.after if here else ""),
        Cell("") if by is None else _setter(by.event, "here" if here else ""),
    )
    to = "" if by is None else place.but(e=str(by.event_position), q="").href()
    return Row(path, cells, to, edge=palette.accent if here else "", selected=path == place.path)


def _setter(event: Event, mark: str) -> Cell:
    title = f"{event.type} #{event.version}, position {event.position:,}\n{formats.full_time(event.occurred_at)}"
    return Cell(f"{event.type} #{event.version}", title=title, mark=mark, dim=not mark)


def event_cell(event: Event, look: Look) -> Cell:
    """An event with the icon and colour of what its type means."""
    meant = tone(event.type)
    title = f"{event.type} #{event.version}, position {event.position:,}\n{formats.full_time(event.occurred_at)}"
    return Cell(f"{event.type} #{event.version}", title=title, icon=ICONS[meant], tone=look.palette.tones[meant])


def lasted(spell: Spell, until: int | None) -> str:
    """How long it was so; up to the moment where it still is."""
    if spell.ended is not None:
        return formats.duration(spell.ended.since - spell.began.since)
    return "still so" if until is None or until < spell.began.since else _so_far(until - spell.began.since)


def _so_far(micros: int) -> str:
    return f"{formats.duration(micros)}, still so"


def _there(step: Step, place: Place) -> str:
    return place.but(e=str(step.event_position), q="").href()


def history(found: Sequence[Spell], by_then: Sequence[Step], until: int | None, place: Place, look: Look) -> Table:
    """Every value that a path ever had; the one behind the steps up to the one in view is marked. Rows lead there."""
    columns = (
        Column("Value", "30%", "mono wrap"),
        Column("Set by", "", link=True),
        Column("Since, UTC", "142px", "mono"),
        Column("for", "150px", align="right"),
    )
    current = _current(found, by_then)
    rows = tuple(
        Row(
            str(spell.began.event_position),
            (
                Cell(*shown_value(spell.text)) if spell.text is not None else Cell("not there", dim=True),
                event_cell(spell.began.event, look),
                Cell(minute(spell.began.since), title=formats.full_time(spell.began.since)),
                Cell(lasted(spell, until), dim=True),
            ),
            _there(spell.began, place),
            selected=spell is current,
        )
        for spell in found
    )
    return Table(f"Every value of {place.path}", columns, rows)


def _current(found: Sequence[Spell], steps: Sequence[Step]) -> Spell | None:
    """The last that began by then."""
    by_then = {step.event_position for step in steps}
    return next((spell for spell in reversed(found) if spell.began.event_position in by_then), None)


def history_heading(found: Sequence[Spell], place: Place) -> dict[str, Any]:
    """Which field, and how often it changed."""
    said = formats.plural(len(found), "value") if found else "was never there"
    return {"title": payload.visible(place.path), "mono": True, "note": said, "links": [closing(place, "path")]}


def closing(place: Place, field: str) -> dict[str, str]:
    """The link that puts away what the address asks for."""
    return {"text": "Close", "href": place.but(**{field: ""}).href()}


def spells(found: Sequence[Spell], until: int | None, place: Place, look: Look) -> Table:
    """When a condition held: each time with the events at its edges, which are links to their steps."""
    columns = (
        Column("From, UTC", "142px", "mono"),
        Column("made so by", "", link=True),
        Column("to, UTC", "142px", "mono"),
        Column("ended by", ""),
        Column("for", "150px", align="right"),
    )
    return Table(f"When {place.when} held", columns, tuple(_spell(one, until, place, look) for one in found))


def _spell(spell: Spell, until: int | None, place: Place, look: Look) -> Row:
    began, ended = spell.began, spell.ended
    end = (Cell("at the moment", dim=True), Cell("still so", dim=True)) if ended is None else _end(ended, place, look)
    cells = (
        Cell(minute(began.since), title=formats.full_time(began.since)),
        event_cell(began.event, look),
        *end,
        Cell(lasted(spell, until).removesuffix(", still so"), dim=True),
    )
    return Row(str(began.event_position), cells, _there(began, place))


def _end(ended: Step, place: Place, look: Look) -> tuple[Cell, Cell]:
    cell = event_cell(ended.event, look)
    linked = Cell(cell.text, title=cell.title, icon=cell.icon, tone=cell.tone, href=_there(ended, place))
    return Cell(minute(ended.since), title=formats.full_time(ended.since)), linked


def spells_heading(found: Sequence[Spell], until: int | None, place: Place) -> dict[str, Any]:
    """What was asked, and the answer in one line."""
    ends = [(one.began.since, until if one.ended is None else one.ended.since) for one in found]
    total = sum(max(0, end - since) for since, end in ends if end is not None)
    said = f"held {_times(len(found))}, {formats.duration(total)} in all" if found else "never held up to this moment"
    return {"title": payload.visible(place.when), "mono": True, "note": said, "links": [closing(place, "when")]}


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")


def unread(found: Unread, place: Place, field: str) -> dict[str, Any]:
    """What cannot be understood, and what would be right."""
    title = "This condition cannot be read" if field == "when" else "This path cannot be read"
    text = f"At the mark: {found.problem}."
    return {"title": title, "level": "h3", "text": text, "look": "alarm", "links": [closing(place, field)]}
