"""Cause and effect: a flow as a tree of links, and what an event did to each key. Pure."""

from collections.abc import Iterator, Sequence
from typing import Any

from app import formats, payload
from app.answers import Event
from app.cause_answers import EventEffects, EventFlow, FlowRow, KeyEffect, ModelEffects
from app.frames.events import marks, place_after, place_before
from app.frames.keys import shown_value
from app.frames.tables import Cell, Column, Look, Row, Table, fact
from app.links import Place
from app.theme import ICONS, Palette, Tone, tone

LEAVES = 40
"""Of each key so many changed values are shown."""

WIDE = (
    Column("Event", "", link=True),
    Column("Stream", "18%", "mono"),
    Column("Told by", "12%"),
    Column("Occurred, UTC", "140px", "mono"),
    Column("After its cause", "156px"),
)
BESIDE = (Column("Event", "", link=True), Column("Stream", "32%", "mono"), Column("After its cause", "27%"))


def flow_heading(found: EventFlow, place: Place, *, wide: bool = True) -> dict[str, Any]:
    """How long and wide the flow is, and what of it is not shown; beside a list with the ids by which it is told."""
    about = f"{formats.plural(found.events, 'event')} in {formats.plural(found.streams, 'stream')}"
    said = [f"{about} over {formats.duration(found.span)}"]
    said += [f"{formats.plural(found.beyond, 'event')} beyond this moment left out"] if found.beyond else []
    said += ["the flow has more events than these: its first were read"] if found.more else []
    ids = (("flow", found.id), ("caused by", found.cause_id))
    items = [fact(label, id_, mono=True, copy=id_) for label, id_ in ids if id_ is not None and not wide]
    heading: dict[str, Any] = {"title": "Flow", "level": "h2", "note": ", ".join(said), "items": items}
    heading |= {"look": "list"} if items else {}
    if found.id is None:
        return {**heading, "text": "The event names no flow. These are its cause and what it caused."}
    return {**heading, "links": _lists(found.id, place)}


def _lists(flow_id: str, place: Place) -> list[dict[str, str]]:
    return [
        {"text": "List its events", "href": place.kept(q=flow_id).href("events")},
        {"text": "Its log lines", "href": place.kept(trace=flow_id).href("logs")},
    ]


def flow(found: EventFlow, look: Look, place: Place, *, wide: bool = True) -> Table:
    """The tree, a row for each event, behind its cause; rows lead to the event's step. Not wide: beside a list."""
    rows, following = list[Row](), 0
    for one in found.rows:
        rows += _left_out(one.number - following)
        rows.append(_row(one, found, look, place, wide=wide))
        following = one.number + 1
    return Table(
        "The flow, each event below its cause", WIDE if wide else BESIDE, (*rows, *_left_out(found.events - following))
    )


def _left_out(number: int) -> list[Row]:
    text = f"{formats.plural(number, 'event')} of the flow not shown"
    return [Row(f"left out {number}", (Cell(text, dim=True),), dim=True)] if number > 0 else []


def _row(one: FlowRow, found: EventFlow, look: Look, place: Place, *, wide: bool) -> Row:
    event, here = one.event, one.event.position == found.here
    stream = Cell(f"{formats.elided(event.stream, 26)} #{event.version}", title=f"{event.stream} #{event.version}")
    beside = (
        Cell(formats.elided(one.service, 24), title=one.service, dim=True),
        Cell(formats.short_time(event.occurred_at), title=formats.full_time(event.occurred_at)),
    )
    cells = (_event(one, look, here=here), stream, *(beside if wide else ()), _wait(one, found.span, look.palette))
    to = place.kept(k=event.stream, e=str(event.position), p=place.p if event.stream == place.k else "")
    return Row(str(event.position), cells, to.href("order"), selected=here)


def _event(one: FlowRow, look: Look, *, here: bool) -> Cell:
    event, meant = one.event, tone(one.event.type)
    said = [marks(event), "another flow" if one.foreign else "", "in view" if here else ""]
    return Cell(
        event.type,
        title=f"{event.type}, position {event.position:,}\n{formats.full_time(event.occurred_at)}",
        icon=ICONS[meant],
        tone=look.palette.tones[meant],
        mark=" · ".join(word for word in said if word),
        note=_why_on_top(one),
        lead=lead(one.alone, one.rails),
        spoken="" if one.above is None else f", level {one.depth + 1}, caused by {_named(one.above)}",
    )


def lead(alone: bool, rails: Sequence[bool]) -> str:  # noqa: FBT001 - two facts of an event
    """The signs of the event's branches; where they are more than are told, the outer ones are left out."""
    signs = "".join("|" if more else " " for more in rails)
    if alone or not signs:
        return signs + ("^" if alone else "")
    return signs[:-1] + ("+" if rails[-1] else "L")


def _named(event: Event) -> str:
    return f"{event.type} #{event.version}"


def _why_on_top(one: FlowRow) -> str:
    """Why an event that names a cause stands at the top."""
    cause = payload.visible(formats.elided(one.event.causation_id or "", 40))
    if one.elsewhere is not None:
        same = one.elsewhere.correlation_id == one.event.correlation_id
        where = "further on in this flow" if same else "in another flow"
        return f"caused by {_named(one.elsewhere)} of {formats.elided(one.elsewhere.stream)}, {where}"
    return {
        "missing": f"caused by {cause}: no event here, a command or one that never came",
        "beyond": f"caused by {cause}, which is beyond this moment",
        "ring": f"its causes lead round in a ring, back to itself, by way of {cause}",
    }.get(one.top, "")


def _wait(one: FlowRow, span: int, palette: Palette) -> Cell:
    if one.wait is None or one.above is None:
        return Cell("")
    title = f"{formats.duration(one.wait)} after {_named(one.above)}"
    if one.wait < 0:
        return Cell(formats.duration(one.wait), title=f"{title}: it occurred before its cause", mark="before its cause")
    title += ": more than half of the flow's time" if one.long else ""
    shade = palette.tones[Tone.WAITING] if one.long else palette.accent
    bar = one.wait / span if span else 0.0
    return Cell(formats.duration(one.wait), title=title, mark="long" if one.long else "", tone=shade, bar=bar)


DID = {
    "began": (Tone.DONE, "the key begins"),
    "changed": (Tone.ACTIVE, "changed"),
    "removed": (Tone.UNDONE, "the key holds nothing any more"),
    "nothing": (Tone.UNKNOWN, "changed nothing"),
    "parked": (Tone.FAILED, "parked: the fold could not take it"),
    "waits": (Tone.WAITING, "waits"),
    "unknown": (
        Tone.FAILED,
        "no state behind it: other code made this read model, or it drifted; `chronoscope verify` tells",
    ),
}


def effects_heading(found: EventEffects) -> dict[str, Any]:
    """On how many keys the event had an effect."""
    heading: dict[str, Any] = {"title": "Effects", "level": "h2"}
    if found.models is None:
        return {**heading, "text": "None yet: the event is beyond this moment."}
    keys = sum(len(model.keys) + model.left_out for model in found.models)
    models = sum(bool(model.keys) for model in found.models)
    note = f"on {formats.plural(keys, 'key')} of {formats.plural(models, 'read model')}" if keys else "on no read model"
    return {**heading, "note": note}


def left_alone(found: EventEffects) -> dict[str, Any]:
    """The read models that the event did nothing in, by why, and the keys that are not shown."""
    return {"text": "\n".join(_left_alone(found.models or ()))}


def _left_alone(models: Sequence[ModelEffects]) -> Iterator[str]:
    whys = dict.fromkeys(model.why for model in models if model.why)
    for why in whys:
        yield f"{', '.join(model.projection for model in models if model.why == why)}: {why}"
    for model in models:
        if model.left_out:
            yield f"{model.projection}: {formats.plural(model.left_out, 'more key')} not shown"


def effects(found: EventEffects, look: Look, place: Place) -> Table:
    """Each key with what the event changed in it, before and after; it leads to just after the event."""
    columns = (
        Column("Key and values", "", "wrap", link=True),
        Column("Before", "30%", "mono"),
        Column("After", "30%", "mono"),
    )
    rows = [
        row
        for model in found.models or ()
        for one in model.keys
        for row in _key(found.event, model.projection, one, look, place)
    ]
    return Table("What the event did to each read model", columns, tuple(rows))


def _key(event: Event, projection: str, one: KeyEffect, look: Look, place: Place) -> Iterator[Row]:
    changed = payload.changes(one.before, one.after) if one.did in ("began", "changed", "removed") else ()
    meant, _ = DID[one.did]
    name = "a key that is hidden" if one.key is None else payload.visible(one.key)
    note = f"{projection}: {_did(one, len(changed))}"
    head = Cell(name, icon=ICONS[meant], tone=look.palette.tones[meant], note=note)
    id_ = f"{projection}/{name}"
    if one.key is None:
        yield Row(id_, (head, Cell(""), Cell("")))
    else:
        there = place.kept(k=one.key, p=projection)
        before, after = place_before(event, one.tied, there).href("order"), place_after(event, there).href("order")
        links = (
            Cell("Just before", title=f"{name} in {projection} just before", kind="go", href=before),
            Cell("Just after", title=f"{name} in {projection} just after", kind="go", href=after),
        )
        yield Row(id_, (head, *links), after)
    yield from _leaves(id_, changed, look.palette)


def _did(one: KeyEffect, changed: int) -> str:
    """In words what became of the key, the fold's error, and of later states where the event came late."""
    _, word = DID[one.did]
    if one.did == "changed":
        word = f"changed {formats.plural(changed, 'value')}" if changed else "changed what the mask hides"
    if one.did == "waits":
        word = f"waits: the key is parked since the event at position {formats.count(one.parked)}"
    said = f"{word}: {payload.visible(one.error)}" if one.error else word
    if one.rewrote is None:
        return f"{said}; it keeps its latest belief only, so what a late event rewrote is not known"
    late = f"; it came late: the states behind {formats.plural(one.rewrote, 'later event')} were rewritten"
    return said + (late if one.rewrote else "")


def _leaves(key: str, changed: Sequence[payload.Change], palette: Palette) -> Iterator[Row]:
    for change in changed[:LEAVES]:
        sign = {"added": "+", "removed": "-", "changed": "~"}[change.kind]
        cells = (
            Cell(f"{sign} {change.name}", title=f"{change.kind}: {change.name}", kind="mono inner"),
            Cell(*shown_value(change.before), tint="" if change.before is None else palette.before),
            Cell(*shown_value(change.after), tint="" if change.after is None else palette.after),
        )
        yield Row(f"{key}/{change.name}", cells)
    rest = len(changed) - LEAVES
    if rest > 0:
        yield Row(f"{key}/rest", (Cell(formats.plural(rest, "more value"), dim=True, kind="inner"), Cell(""), Cell("")))
