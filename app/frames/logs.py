"""Log lines as tables, and one line beside the events of its trace. Pure."""

from typing import Any

from app import formats, payload
from app.answers import Event
from app.frames.events import marks, plain, time_cell
from app.frames.tables import Cell, Column, Look, Row, Table, fact, toned
from app.links import Place
from app.log_answers import Beside, LogLine, LogPage, OpenLine
from app.theme import Tone

LEVELS = {
    "critical": ("‼", Tone.FAILED),
    "error": ("✕", Tone.FAILED),
    "warning": ("▲", Tone.WAITING),
    "notice": ("●", Tone.ACTIVE),
    "info": ("○", Tone.UNKNOWN),
    "debug": ("·", Tone.UNKNOWN),
    "other": ("?", Tone.UNKNOWN),
}
"""The icon and the tone of each level: colour is never alone."""

TINTED = ("critical", "error", "warning")

WIDE = (
    Column("Written, UTC", "116px", "mono"),
    Column("Level", "92px"),
    Column("Service", "164px", "mono"),
    Column("Message", "", "mono", link=True),
    Column("Trace", "132px", "mono go"),
)
BESIDE = (*WIDE[:2], Column("Service", "128px", "mono"), WIDE[3])
TRACE = (
    Column("UTC", "112px", "mono"),
    Column("After", "104px", "mono", "right"),
    Column("Event or line", "", link=True),
    Column("Told by", "20%"),
    Column("", "72px", "go"),
)

MESSAGE = 20_000
"""Of an open line's message so many characters are shown; the event has it all."""
FIELDS, VALUE = 12, 200


def lines(page: LogPage, look: Look, place: Place, *, chosen: int | None) -> Table:
    """A page of lines by day, the newest first. With one chosen it stands beside that one, and is narrower."""
    rows, last = [], ""
    for line in page.lines:
        day = formats.day(line.occurred_at)
        rows.append(_row(line, look, place, day if day != last else "", chosen))
        last = day
    return Table("Log lines", WIDE if chosen is None else BESIDE, tuple(rows), dense=True)


def _row(line: LogLine, look: Look, place: Place, separator: str, chosen: int | None) -> Row:
    who = payload.visible(written_by(line))
    cells = (
        Cell(formats.clock_time(line.occurred_at), title=formats.full_time(line.occurred_at)),
        level(line, look),
        Cell(formats.elided(who, 22 if chosen is None else 16), title=who, dim=True),
        message(line),
        *(() if chosen is not None else (_trace(line, place),)),
    )
    href = place.but(e=str(line.position)).href()
    return Row(str(line.position), cells, href, separator, selected=line.position == chosen)


def written_by(line: LogLine) -> str:
    """The service, and which of its instances, where the line says so."""
    return f"{line.service}/{line.instance}" if line.instance else line.service


def level(line: LogLine, look: Look) -> Cell:
    """The level's icon and word, tinted where something went wrong."""
    icon, meant = LEVELS[line.level]
    shade = look.palette.tones[meant]
    return Cell(line.level, icon=icon, tone=shade, tint=shade if line.level in TINTED else "")


def message(line: LogLine) -> Cell:
    """The text in one line, as it was written."""
    text, rest = payload.visible(line.message), line.length - len(line.message)
    mark = f"{formats.short(line.length)} characters" if rest else ""
    return Cell(text.replace("\n", " ↵ ") + ("…" if rest else "") or "(no text)", title=text, mark=mark)


def _trace(line: LogLine, place: Place) -> Cell:
    if line.trace is None:
        return Cell(formats.MISSING, title="written in no trace", dim=True)
    to = place.but(trace=line.trace, after="", until="", e="")
    shown = payload.visible(line.trace)
    return Cell(formats.elided(shown, 13), href=to.href(), title=f"Lines of trace {shown}")


def heading(page: LogPage, look: Look, place: Place, paused: str) -> dict[str, Any]:
    """Whether new lines come by themselves, else why not; how far a search looked; the way to the other pages."""
    badge = toned("paused", Tone.WAITING, look) if paused else toned("live", Tone.ACTIVE, look)
    said = [f"{formats.plural(len(page.lines), 'line')}, the newest first", paused or "new ones come by themselves"]
    title = {"title": "Log lines", "level": "h3", "badges": [badge]}
    return {**title, "note": " · ".join((*said, *_looked(page))), "links": _pages(page, place)}


def _looked(page: LogPage) -> list[str]:
    if page.stopped_at is None:
        return []
    where = formats.plain_time(page.stopped_at)
    return [f"looked through {formats.plural(page.looked, 'line')}, as far as {where}, and stopped there"]


def _pages(page: LogPage, place: Place) -> list[dict[str, str]]:
    first, last = (page.lines[0].position, page.lines[-1].position) if page.lines else (0, 0)
    to = {
        "Newest": place.but(after="", until="") if page.newer else None,
        "Newer": place.but(after=str(first), until="") if page.newer and first else None,
        "Older": place.but(after="", until=str(last - 1)) if page.older and last and page.stopped is None else None,
        "Oldest": place.but(after="0", until="") if page.older else None,
        "Look further": _further(page, place),
    }
    return [{"text": text, "href": target.but(e="").href()} for text, target in to.items() if target is not None]


def _further(page: LogPage, place: Place) -> Place | None:
    """On from where the search stopped, in the direction in which it went."""
    if page.stopped is None:
        return None
    return place.but(after=str(page.stopped)) if place.after else place.but(until=str(page.stopped - 1))


def open_heading(found: OpenLine, look: Look, place: Place) -> dict[str, Any]:
    """Who wrote the line, when, in which trace, and what else it says."""
    line, (icon, meant) = found.line, LEVELS[found.line.level]
    badges = [{"text": line.level, "icon": icon, "tone": look.palette.tones[meant]}]
    badges += [] if found.visible else [toned("outside this moment", Tone.WAITING, look)]
    items = [
        fact("written", formats.full_time(line.occurred_at)),
        fact("trace", line.trace, mono=True, copy=line.trace, href=place.but(trace=line.trace, e="").href())
        if line.trace is not None
        else fact("trace", "none", note="the line was written in no trace"),
        *_fields(found.event),
    ]
    links = [
        {"text": "The event", "href": place.kept(e=str(line.position)).href("events")},
        {"text": "This moment", "href": place.but(t=formats.iso_time(line.occurred_at), after="", until="").href()},
        {"text": "Close", "href": place.but(e="").href()},
    ]
    return {"title": written_by(line), "badges": badges, "links": links, "items": items, "look": "list"}


TOLD = ("time", "service", "instance", "level", "message", "msg", "correlation_id", "id")
"""What of a line the heading says already."""


def _fields(event: Event) -> list[dict[str, Any]]:
    """What else the line says, value by value."""
    if len(event.data) > MESSAGE:
        return []
    others = [leaf for leaf in payload.leaves(event.data) if payload.written(leaf.path) not in TOLD]
    return [
        fact(payload.visible(payload.written(leaf.path)), payload.visible(plain(leaf.text)[:VALUE]), mono=True)
        for leaf in others[:FIELDS]
    ]


def whole(found: OpenLine) -> str:
    """The message as it was written; where it is very long its beginning, and how much is left out."""
    rest = len(found.message) - MESSAGE
    left_out = f"\n… {rest:,} more characters: the event has them all" if rest > 0 else ""
    return payload.visible(found.message[:MESSAGE]) + left_out


def trace_heading(found: OpenLine, place: Place) -> dict[str, Any]:
    """How many events and lines the trace has around the line, and where to see all."""
    title = {"title": "Its trace", "level": "h3"}
    if found.line.trace is None:
        return {**title, "text": "The line names no trace (correlation_id), so nothing stands beside it."}
    said = sum(one.line is not None for one in found.beside)
    events, said_by = formats.plural(len(found.beside) - said, "event"), formats.plural(said, "line")
    about = f"{events} and {said_by}, in the order of time"
    more = [f"more {word}" for word, holds in (("before", found.more_before), ("after", found.more_after)) if holds]
    links = [
        {"text": "Its lines", "href": place.but(trace=found.line.trace, e="", after="", until="").href()},
        {"text": "Its events", "href": place.kept(q=found.line.trace).href("events")},
    ]
    return {**title, "note": ", ".join((about, *more)), "links": links}


def trace(found: OpenLine, look: Look, place: Place) -> Table:
    """The events and lines of the trace; a row opens the event's detail, or the line here."""
    rows, last = [], ""
    for one in found.beside:
        day = formats.day(one.event.occurred_at)
        rows.append(_beside(one, look, place, day if day != last else "", here=found.line.position))
        last = day
    return Table("Events and lines of the trace", TRACE, tuple(rows), dense=True)


def _beside(one: Beside, look: Look, place: Place, separator: str, *, here: int) -> Row:
    event, own = one.event, one.event.position == here
    e = str(event.position)
    opened = place.kept(e=e).href("events") if one.line is None else place.but(e=e).href()
    cells = (
        time_cell(event),
        Cell("" if one.gap is None else f"+{formats.duration(one.gap)}", title="after the one above", dim=True),
        _what(one, look, own=own),
        Cell(formats.elided(payload.visible(one.service), 15), title=payload.visible(one.service), dim=True),
        _moment(event, place),
    )
    return Row(str(event.position), cells, opened, separator, selected=own)


def _what(one: Beside, look: Look, *, own: bool) -> Cell:
    if one.line is None:
        event = one.event
        return Cell(event.type, dot=look.hue(event.category), title=f"{event.type} ({event.stream})", mark=marks(event))
    icon, meant = LEVELS[one.line.level]
    text = payload.visible(one.line.message)
    shown = text.replace("\n", " ↵ ") or "(no text)"
    shade, spoken = look.palette.tones[meant], ", this line" if own else ""
    return Cell(shown, title=f"{one.line.level}\n{text}", icon=icon, tone=shade, kind="mono", spoken=spoken)


def _moment(event: Event, place: Place) -> Cell:
    to = place.kept(k=event.stream, t=formats.iso_time(event.occurred_at), e=str(event.position), p="")
    return Cell("moment", href=to.href("order"), title=f"Time machine: {event.stream} at {event.type}")
