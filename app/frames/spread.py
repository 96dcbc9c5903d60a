"""How an outage spread: trouble and its end, event by event. Pure."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from app import formats, payload
from app.answers import Event
from app.frames.services import story_of
from app.frames.tables import Cell, Column, Look, Row, Table, toned
from app.links import Place
from app.service_answers import TROUBLE, Spread

SHOWN, NEXT = 100, 12
"""So many events are listed up to the moment, and behind it."""

COLUMNS = (
    Column("Event", "200px", link=True),
    Column("Of", "", "mono"),
    Column("UTC", "88px", "mono", "right"),
    Column("After", "98px", "mono", "right"),
    Column("", "92px"),
)


def spread(found: Spread, look: Look, place: Place) -> Table:
    """Trouble and its end in order of time; a row leads to the moment of its event, from where one walks on."""
    before = [one for one in found.before if _concerns(one, place.service)]
    after = [one for one in found.after if _concerns(one, place.service)]
    shown, gaps, lines = [*before[-SHOWN:], *after[:NEXT]], _gaps([*before, *after]), _lines(before[-SHOWN:], after)
    here = before[-1] if before else None
    return Table(
        "How it spread",
        COLUMNS,
        tuple(_row(one, gaps, lines.get(one.position, ""), look, place, selected=one is here) for one in shown),
    )


def _concerned(event: Event) -> str:
    return event.stream.removeprefix(f"{event.category}-")


def _concerns(event: Event, name: str) -> bool:
    """Whether the event is about the service: one of its instances, or calls to it or from it."""
    instance, _, callee = _concerned(event).partition(" to ")
    return name in ("", instance.rpartition("/")[0], callee)


def _gaps(events: Sequence[Event]) -> Mapping[int, int]:
    """How long after the one before it each occurred, by position."""
    return {one.position: one.occurred_at - before.occurred_at for before, one in pairwise(events)}


def _lines(before: Sequence[Event], after: Sequence[Event]) -> dict[int, str]:
    """The lines above events, by position: where a day begins, and where the moment is."""
    days = [(one.position, formats.day(one.occurred_at)) for one in (*before, *after)]
    lines = {days[0][0]: days[0][1]} if days else {}
    lines |= {here[0]: here[1] for (_, earlier), here in pairwise(days) if earlier != here[1]}
    if not after:
        return lines
    first = after[0].position
    return lines | {first: ", ".join(["behind this moment", *([lines[first]] if first in lines else [])])}


def _row(event: Event, gaps: Mapping[int, int], line: str, look: Look, place: Place, *, selected: bool) -> Row:
    key, gap, time = _concerned(event), gaps.get(event.position), formats.iso_time(event.occurred_at)
    told, model = toned(event.type, TROUBLE[event.type], look), "calls" if " to " in key else "instances"
    seen, earlier = payload.visible(key), formats.iso_time(event.occurred_at - 1)
    cells = (
        Cell(told["text"], icon=told["icon"], tone=told["tone"]),
        Cell(
            formats.elided(seen, 34), title=f"{seen} in the Time machine", href=story_of(model, key, place.but(t=time))
        ),
        Cell(formats.clock_time(event.occurred_at)[:8], title=formats.full_time(event.occurred_at), dim=True),
        Cell(formats.MISSING if gap is None else formats.duration(gap), dim=gap is None),
        Cell("Just before", title=f"Just before {event.type} of {seen}", kind="go", href=place.but(t=earlier).href()),
    )
    return Row(str(event.position), cells, place.but(t=time).href(), line, selected=selected)
