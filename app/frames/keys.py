"""One key: its story, its state, what a step changed. Pure."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from app import formats, payload
from app.answers import Step, Stream
from app.frames.events import at, jumps, plain
from app.frames.tables import Cell, Column, Look, Row, Table, badge, fact
from app.key_story import KeyStory
from app.links import Place
from app.theme import Palette

DIFFERENCES = 500
"""So many differing values are listed; the files that are taken along have all."""

SAID = 2_000
"""So many characters of a value stand in a cell."""


def diff(changed: Sequence[payload.Change], palette: Palette, caption: str) -> Table:
    """Changes as rows: sign, path, before, after."""
    columns = (
        Column("", "34px"),
        Column("Path", "30%", "mono"),
        Column("Before", "", "mono"),
        Column("After", "", "mono"),
    )
    rest = len(changed) - DIFFERENCES
    more = (Cell(""), Cell(formats.plural(rest, "more value"), dim=True), Cell(""), Cell(""))
    rows = [_diff_row(change, palette) for change in changed[:DIFFERENCES]]
    return Table(caption, columns, (*rows, Row("(more)", more)) if rest > 0 else tuple(rows))


def _diff_row(change: payload.Change, palette: Palette) -> Row:
    sign = "+" if change.before is None else "-" if change.after is None else "~"
    word = {"+": "added", "-": "removed", "~": "changed"}[sign]
    cells = (
        Cell(sign, title=word),
        Cell(change.name),
        Cell(*shown_value(change.before), tint=palette.before if change.before is not None else ""),
        Cell(*shown_value(change.after), tint=palette.after if change.after is not None else ""),
    )
    return Row(change.name, cells)


def shown_value(text: str | None) -> tuple[str, str]:
    """A value for a cell, and for the tooltip; the middle of a very long one left out."""
    if text is None:
        return "", "not there"
    some = formats.elided(text, SAID)
    return payload.visible(plain(some)), payload.visible(some)


def status_of(state: str | None) -> str:
    """The state's own word for where the key stands; empty where it has none."""
    value = None if state is None else json.loads(state)
    return status_word(json.dumps(value.get("status")) if isinstance(value, dict) else None)


def status_word(text: str | None) -> str:
    """The same from the JSON text of the state's status."""
    value = None if text is None else json.loads(text)
    return value if isinstance(value, str) else ""


def key_heading(story: KeyStory, step: Step | None, look: Look, word: str = "", since: str = "") -> dict[str, Any]:
    """Which key, its status here and `since` when, how far its story goes."""
    badges = [badge(word, word, look)] if word else []
    if step is not None and not step.held:
        badges = [badge("holds nothing", "deleted", look)]
    if step is not None and step.parked:
        badges.append(badge("parked", "failed", look))
    seen = formats.plural(story.until, "event")
    later = f", {formats.count(story.later)} beyond this moment" if story.later else ""
    said = " · ".join(part for part in (since, f"{seen}{later}", story.note) if part)
    return {"title": story.key, "mono": True, "level": "h1", "badges": badges, "note": said}


def event_card(step: Step, before: Step | None, place: Place, look: Look) -> dict[str, Any]:
    """The event of this step, in short, with the way to its page, and just before and behind it."""
    event = step.event
    links = [
        *jumps(event, tied(step, before), place),
        {"text": "As known then", "href": place.but(known=str(event.commit_position)).href()},
        {"text": "Compare", "href": place.but(t2=at(event)).href()},
        {"text": "Open event", "href": place.kept(e=str(event.position)).href("events")},
    ]
    late = [badge("late", "waiting", look)] if event.late else []
    items = [
        fact("occurred", formats.plain_time(event.occurred_at)),
        fact("recorded", formats.plain_time(event.recorded_at)),
        fact("position", formats.count(event.position)),
    ]
    title = f"by {event.type} #{event.version}"
    made = {"title": title, "level": "h3", "badges": late, "links": links, "items": items, "look": "panel list"}
    return made if step.error is None else {**made, "text": f"The fold could not take this event: {step.error}"}


def tied(step: Step, before: Step | None) -> int | None:
    """The event of the step before, where both occurred at the same time."""
    return before.event_position if before is not None and before.since == step.since else None


def streams(found: Sequence[Stream], look: Look, links: Mapping[str, str]) -> Table:
    """Keys to choose from, the ones that changed last first."""
    columns = (
        Column("Stream", "", "mono", link=True),
        Column("Category", "18%"),
        Column("Events", "90px", "mono", "right"),
        Column("First, UTC", "210px", "mono"),
        Column("Last, UTC", "210px", "mono"),
    )
    rows = tuple(
        Row(
            one.stream,
            (
                Cell(one.stream, dot=look.hue(one.category)),
                Cell(one.category),
                Cell(formats.count(one.version)),
                Cell(f"{formats.day(one.first_at)[4:]} {formats.clock_time(one.first_at)[:8]}", dim=True),
                Cell(f"{formats.day(one.last_at)[4:]} {formats.clock_time(one.last_at)[:8]}", dim=True),
            ),
            links[one.stream],
        )
        for one in found
    )
    return Table("Streams", columns, rows)
