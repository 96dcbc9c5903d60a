"""Events and one event whole, as tables and facts. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app import formats, payload
from app.answers import Brief, Event, EventDetail, Story
from app.frames.tables import Cell, Column, Look, Row, Table, badge, fact
from app.links import Place

SUMMARY = 160


def summary(event: Event) -> str:
    """The first values of the payload in one line."""
    try:
        parts = [f"{payload.written(leaf.path)} {plain(leaf.text)}" for leaf in payload.leaves(event.data)[:6]]
    except ValueError:
        return payload.visible(event.data[:SUMMARY])
    line = payload.visible("  ".join(parts)).replace("\n", " ")
    return line if len(line) <= SUMMARY else f"{line[:SUMMARY]}…"


def plain(text: str) -> str:
    """A value without the quotes of a plain string."""
    plain = text.startswith('"') and "\\" not in text and text != '""'
    return text[1:-1] if plain else text


def marks(event: Brief) -> str:
    """What is unusual about the event, in one word each."""
    return " · ".join(word for word, holds in (("late", event.late), ("corrected", event.corrected)) if holds)


def time_cell(event: Brief) -> Cell:
    """When it happened; on hovering, in full and when it was recorded."""
    hover = f"{formats.full_time(event.occurred_at)}\nrecorded {formats.full_time(event.recorded_at)}"
    return Cell(formats.clock_time(event.occurred_at), title=hover)


def _type_cell(event: Event, look: Look) -> Cell:
    return Cell(event.type, dot=look.hue(event.category), title=f"{event.type} ({event.category})", mark=marks(event))


WIDE = (
    Column("Occurred, UTC", "124px", "mono"),
    Column("Type", "22%", link=True),
    Column("Stream", "20%", "mono"),
    Column("Payload", "", "mono"),
    Column("Position", "104px", "mono", "right"),
)
BESIDE = (Column("UTC", "116px", "mono"), Column("Type", "", link=True), Column("Stream", "36%", "mono"))


def events(
    shown: Sequence[Event], look: Look, links: Mapping[int, str], *, chosen: int | None = None, wide: bool = True
) -> Table:
    """A list of events by day; `links` holds the address behind each position. Not wide: beside an open event."""
    rows, last = [], ""
    for event in shown:
        day = formats.day(event.occurred_at)
        cells: tuple[Cell, ...] = (
            time_cell(event),
            _type_cell(event, look),
            Cell(formats.elided(event.stream, 30), title=event.stream),
        )
        if wide:
            cells += (Cell(summary(event), dim=True), Cell(formats.count(event.position), dim=True))
        separator = day if day != last else ""
        rows.append(
            Row(str(event.position), cells, links[event.position], separator, selected=event.position == chosen)
        )
        last = day
    return Table("Events", WIDE if wide else BESIDE, tuple(rows))


def narrow(shown: Iterable[Event], look: Look, links: Mapping[int, str], caption: str, chosen: int = 0) -> Table:
    """Events where there is little room: time, type, stream and version."""
    columns = (
        Column("", "176px", "mono"),
        Column("", "", link=True),
        Column("", "38%", "mono"),
    )
    rows = tuple(
        Row(
            str(event.position),
            (
                Cell(
                    f"{formats.short_day(event.occurred_at)} {formats.clock_time(event.occurred_at)}",
                    title=formats.full_time(event.occurred_at),
                ),
                _type_cell(event, look),
                Cell(f"{formats.elided(event.stream, 26)} #{event.version}", title=f"{event.stream} #{event.version}"),
            ),
            links[event.position],
            selected=event.position == chosen,
        )
        for event in shown
    )
    return Table(caption, columns, rows)


def event_heading(detail: EventDetail, look: Look, place: Place) -> dict[str, Any]:
    """What an event is: type, both times, place in its stream and in the store."""
    event = detail.event
    delay = formats.duration(event.recorded_at - event.occurred_at)
    items = [
        fact(
            "stream",
            event.stream,
            mono=True,
            copy=event.stream,
            href=place.kept(k=event.stream, t=at(event)).href("order"),
        ),
        fact("version", formats.count(event.version)),
        fact("occurred", formats.full_time(event.occurred_at), note=event.clock),
        fact("recorded", formats.full_time(event.recorded_at), note=f"{delay} later"),
        fact("position", formats.count(event.position), note=f"commit {formats.count(event.commit_position)}"),
        fact("category", event.category),
        fact("id", event.id, mono=True, copy=event.id),
    ]
    if event.claimed_at is not None:
        items.insert(3, fact("claimed", formats.full_time(event.claimed_at), note="by the producer, changed"))
    badges = [] if detail.visible else [badge("outside this moment", "waiting", look)]
    badges += [badge("late", "waiting", look)] if event.late else []
    links = [
        {"text": "Stand here", "href": place.kept(t=at(event), k=event.stream, e=str(event.position)).href("order")},
        {"text": "Close", "href": place.but(e="").href()},
    ]
    return {
        "title": event.type,
        "dot": look.hue(event.category),
        "badges": badges,
        "links": links,
        "items": items,
        "look": "list",
    }


def at(event: Brief) -> str:
    """The event's time, as links carry it."""
    return formats.iso_time(event.occurred_at)


def origin(detail: EventDetail) -> dict[str, Any]:
    """Where the event came from."""
    source = detail.source
    if source is None:
        return {"text": "No message: a writer appended this event itself."}
    items = [
        fact("topic", source.topic, mono=True, note=f"by {source.kind}"),
        fact("partition", formats.count(source.partition)),
        fact("offset", formats.count(source.offset)),
        fact("timestamp", formats.full_time(source.timestamp)),
        fact("topic id", source.topic_id or formats.MISSING, mono=True),
        fact("sha256", detail.event.content_hash, mono=True, copy=detail.event.content_hash),
    ]
    items += [fact(f"header {name}", _header(value), mono=True) for name, value in source.headers]
    hidden = "The bytes hold a value that you may not see: they are left out." if source.hidden else ""
    return {"items": items, "text": hidden, "look": "list"}


def _header(value: bytes | None) -> str:
    if value is None:
        return "null"
    return payload.as_text(value) or f"0x{value.hex()}"


def why(detail: EventDetail) -> dict[str, Any]:
    """The flow that an event belongs to and what it says caused it."""
    event = detail.event
    flow = formats.plural(detail.flow, "event") if event.correlation_id else formats.MISSING
    cause = event.causation_id or formats.MISSING
    missing = "not an event here: a command, or one that never came" if event.causation_id and not detail.cause else ""
    items = [
        fact("flow", event.correlation_id or formats.MISSING, mono=True, note=flow if event.correlation_id else ""),
        fact("caused by", cause, mono=True, note=missing),
    ]
    return {"items": items, "look": "list"}


def stories(told: Sequence[Story], place: Place) -> Table:
    """Stories with links to the moment at which each is best seen."""
    columns = (Column("", "", "wrap", link=True),)
    rows = tuple(
        Row(
            story.key,
            (Cell(story.title, note=story.text),),
            place.kept(k=story.key, t=formats.iso_time(story.at)).href("order"),
        )
        for story in told
    )
    return Table("Stories", columns, rows)


def curve_heading(place: Place) -> dict[str, Any]:
    """What the curve shows, and the way back from a window to the whole history."""
    heading: dict[str, Any] = {
        "title": "Events over time",
        "level": "h2",
        "note": "by category; drag to choose a window",
    }
    if not place.w:
        return heading
    links = [
        {"text": "Events of this window", "href": place.kept(w=place.w).href("events")},
        {"text": "Whole history", "href": place.but(w="").href()},
    ]
    return {**heading, "links": links}
