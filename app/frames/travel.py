"""A key's steps looked at together: blame, a field's history, when a condition held, two moments compared. Pure."""

import re
import shlex
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from app import formats, payload
from app.answers import Brief, Related, Rewrote, Spell, Spells, Step, Unread
from app.frames.events import at
from app.frames.keys import diff, shown_value, status_of
from app.frames.tables import Cell, Column, Look, Row, Table, badge
from app.key_story import KeyStory
from app.links import Place
from app.theme import ICONS, Palette, tone


def event_cell(event: Brief, look: Look) -> Cell:
    """An event with the icon and colour of what its type means."""
    meant = tone(event.type)
    title = f"{event.type} #{event.version}, position {event.position:,}\n{formats.full_time(event.occurred_at)}"
    return Cell(f"{event.type} #{event.version}", title=title, icon=ICONS[meant], tone=look.palette.tones[meant])


def lasted(spell: Spell, until: int | None) -> str:
    """How long it was so; up to the moment where it still is."""
    if spell.ended is not None:
        return formats.duration(spell.ended.since - spell.began.since)
    began = spell.began.since
    return f"{formats.duration(max(0, (began if until is None else until) - began))}, still so"


def _there(step: Step, place: Place) -> str:
    return place.but(e=str(step.event_position), q="").href()


def history(found: Spells, until: int | None, place: Place, look: Look) -> Table:
    """Every value that a path ever had; the one behind the steps up to the one in view is marked. Rows lead there."""
    columns = (
        Column("Value", "30%", "mono wrap"),
        Column("Set by", "", link=True),
        Column("Since, UTC", "142px", "mono"),
        Column("for", "150px", align="right"),
    )
    rows = tuple(
        Row(
            str(spell.began.event_position),
            (
                Cell(*shown_value(spell.text)) if spell.text is not None else Cell("not there", dim=True),
                event_cell(spell.began.event, look),
                Cell(formats.short_time(spell.began.since), title=formats.full_time(spell.began.since)),
                Cell(lasted(spell, until), dim=True),
            ),
            _there(spell.began, place),
            selected=spell is found.current,
        )
        for spell in found.shown
    )
    return Table(f"Every value of {place.path}", columns, rows)


def history_heading(found: Spells, place: Place) -> dict[str, Any]:
    """Which field, and how often it changed."""
    said = f"{formats.plural(found.count, 'value')}{_some(found)}" if found.count else "was never there"
    return {"title": payload.visible(place.path), "mono": True, "note": said, "links": [closing(place, "path")]}


def _some(found: Spells) -> str:
    """That not all are told, where it is so."""
    return f"; the {len(found.shown):,} around the step in view" if len(found.shown) < found.count else ""


def closing(place: Place, field: str) -> dict[str, str]:
    """The link that puts away what the address asks for."""
    return {"text": "Close", "href": place.but(**{field: ""}).href()}


def spells(found: Spells, until: int | None, place: Place, look: Look) -> Table:
    """When a condition held: each time with the events at its edges, which are links to their steps."""
    columns = (
        Column("From, UTC", "142px", "mono"),
        Column("made so by", "", link=True),
        Column("to, UTC", "142px", "mono"),
        Column("ended by", ""),
        Column("for", "150px", align="right"),
    )
    return Table(f"When {place.when} held", columns, tuple(_spell(one, until, place, look) for one in found.shown))


def _spell(spell: Spell, until: int | None, place: Place, look: Look) -> Row:
    began, ended = spell.began, spell.ended
    end = (Cell("at the moment", dim=True), Cell("still so", dim=True)) if ended is None else _end(ended, place, look)
    cells = (
        Cell(formats.short_time(began.since), title=formats.full_time(began.since)),
        event_cell(began.event, look),
        *end,
        Cell(lasted(spell, until).removesuffix(", still so"), dim=True),
    )
    return Row(str(began.event_position), cells, _there(began, place))


def _end(ended: Step, place: Place, look: Look) -> tuple[Cell, Cell]:
    linked = replace(event_cell(ended.event, look), href=_there(ended, place))
    return Cell(formats.short_time(ended.since), title=formats.full_time(ended.since)), linked


def spells_heading(found: Spells, place: Place) -> dict[str, Any]:
    """What was asked, and the answer in one line."""
    said = f"held {_times(found.count)}, {formats.duration(found.lasted)} in all{_some(found)}"
    note = said if found.count else "never held up to this moment"
    return {"title": payload.visible(place.when), "mono": True, "note": note, "links": [closing(place, "when")]}


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")


def unread(found: Unread, place: Place, field: str) -> dict[str, Any]:
    """What cannot be understood, and what would be right."""
    title = "This condition cannot be read" if field == "when" else "This path cannot be read"
    text = f"At the mark: {found.problem}."
    return {"title": title, "level": "h3", "text": text, "look": "alarm", "links": [closing(place, field)]}


def since(spell: Spell | None, until: int | None) -> str:
    """For how long the status has been what it is at the step in view; empty where there is none."""
    return "" if spell is None else f"for {lasted(spell, until)}".replace(", still so", " so far")


def related(found: Sequence[Related], place: Place, look: Look) -> dict[str, Any]:
    """Other keys of the story's events and flows, each with its status at the moment; they are links."""
    chips = [
        {
            **badge(f"{one.key} {word}".strip(), word, look),
            "href": place.kept(k=one.key, p=one.projection, when="").href(),
            "title": f"{one.key} in {one.projection}",
        }
        for one in found
        for word in [status_of(one.state)]
    ]
    return {"title": "Related", "level": "h3", "badges": chips}


def rewrote(found: Rewrote, step: Step, changed: Sequence[payload.Change]) -> str:
    """What a late event did when it came, in words."""
    late = formats.duration(step.event.recorded_at - step.event.occurred_at)
    known = ", ".join(f"{event.type} #{event.version}" for event in found.known)
    others = found.count - len(found.known)
    more = f" and {others:,} more" if others else ""
    behind = f", when {known}{more} {'were' if found.count > 1 else 'was'} known" if known else ""
    return f"It came {late} after it happened{behind}. {_rewritten(changed)}"


def _rewritten(changed: Sequence[payload.Change]) -> str:
    said = [f"{one.name} {_word(one.before)} → {_word(one.after)}" for one in changed[:3]]
    more = f" and {len(changed) - 3:,} more" if len(changed) > 3 else ""
    return f"It rewrote the state: {', '.join(said)}{more}." if said else "The state stayed what it was."


def _word(text: str | None) -> str:
    return "(not there)" if text is None else formats.elided(shown_value(text)[0], 40)


def compared_heading(
    changed: Sequence[payload.Change], between: int, told: int, place: Place, step: Step
) -> dict[str, Any]:
    """Which two moments, how much differs, and how many events lie between, of which so many are told."""
    some = f"; the first {told:,} are told" if told < between else ""
    sides = sorted((place.compared or 0, step.since))
    differs = f"{formats.plural(len(changed), 'value')} differ" if changed else "nothing differs"
    note = f"{differs}, {formats.plural(between, 'event')} between{some}"
    title = " to ".join(formats.plain_time(side) for side in sides)
    return {"title": title, "level": "h2", "note": note, "links": [closing(place, "t2")]}


def compared(changed: Sequence[payload.Change], palette: Palette) -> Table:
    """What differs between two moments."""
    return diff(changed, palette, "What differs between the two moments")


def between(found: Sequence[Step], place: Place, look: Look) -> Table:
    """The events between two moments; each leads to its step."""
    columns = (
        Column("Event between", "", link=True),
        Column("UTC", "142px", "mono"),
        Column("Position", "90px", "mono", "right"),
    )
    rows = tuple(
        Row(
            str(step.event_position),
            (
                event_cell(step.event, look),
                Cell(formats.short_time(step.since), title=formats.full_time(step.since)),
                Cell(formats.count(step.event_position), dim=True),
            ),
            _there(step, place),
        )
        for step in found
    )
    return Table("Events between the two moments", columns, rows)


def taking(story: KeyStory, step: Step, place: Place) -> dict[str, Any]:
    """The story up to the step in view as files, and the command that writes the same test."""
    here = place if step.index == story.until - 1 else place.but(t=at(step.event))
    asked = Place(t=here.t, known=here.known, k=story.key, p=story.projection).href("reproduce")
    forms = (("py", "Test for pytest"), ("jsonl", "JSON Lines"), ("json", "State"))
    files = [{"text": text, "href": f"{asked}&as={form}"} for form, text in forms]
    text = (
        "This story up to the step in view. The test replays it, asserts the state as it was seen, and passes as it is."
    )
    return {
        "title": "Take it with you",
        "level": "h3",
        "text": text,
        "downloads": files,
        "commands": [_command(story, here)],
        "look": "panel",
    }


def _command(story: KeyStory, here: Place) -> str:
    name = re.sub(r"[^0-9A-Za-z]+", "_", story.key).strip("_").lower() or "story"
    words = ["chronoscope", "reproduce", story.projection, story.key, "--to", f"test_{name}.py"]
    words += ["--at", here.t] if here.occurred is not None else []
    words += ["--known", here.known] if here.known_position is not None else []
    return shlex.join(words)
