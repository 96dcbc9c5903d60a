"""Each message is judged alone: it brings a new event, repeats a known one, or contradicts it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from eventstore.core import canonical
from eventstore.core.canonical import Json
from eventstore.core.event import NewEvent
from eventstore.envelopes import tracing
from eventstore.envelopes.message import Record
from eventstore.errors import Unreadable
from eventstore.writing import Limits, Writer, prepared

CONFLICT = "same id, other content"
"""The reason of a dead letter whose id belongs to an event that says something else."""


class Opened(NamedTuple):
    """A record, and the event that it carries."""

    record: Record
    event: NewEvent


class Dead(NamedTuple):
    """A record that could not become an event, and why."""

    record: Record
    why: Unreadable


class Verdicts(NamedTuple):
    """What a batch holds.

    A repeated record stands beside the position of the event that it repeats, or beside its place in `new`.
    """

    new: list[Opened]
    repeated: list[tuple[Record, int]]
    repeated_here: list[tuple[Record, int]]
    dead: list[Dead]


def judge(writer: Writer, opened: list[Opened]) -> Verdicts:
    """Sort the batch by what the store knows, and by what stands earlier in the batch."""
    ids = [one.event.id for one in opened]
    known = writer.known(ids)
    if not known and len(set(ids)) == len(ids):
        return Verdicts(opened, [], [], [])
    return _one_by_one(writer, opened, known)


def _one_by_one(writer: Writer, opened: list[Opened], known: Mapping[str, tuple[int, bytes]]) -> Verdicts:
    found = Verdicts([], [], [], [])
    places: dict[str, int] = {}
    for one in opened:
        if one.event.id in known:
            _against_stored(writer, one, *known[one.event.id], found)
        elif one.event.id in places:
            _against_batch(one, places[one.event.id], found)
        else:
            places[one.event.id] = len(found.new)
            found.new.append(one)
    return found


def _against_stored(writer: Writer, one: Opened, position: int, stored: bytes, found: Verdicts) -> None:
    if content(one.event) == stored or _same(one.event, _metadata(writer, position), stored):
        found.repeated.append((one.record, position))
    else:
        found.dead.append(_conflict(one, f"the event at position {position}"))


def _against_batch(one: Opened, place: int, found: Verdicts) -> None:
    record, event = found.new[place]
    if _same(one.event, str(event.metadata), content(event)):
        found.repeated_here.append((one.record, place))
    else:
        found.dead.append(_conflict(one, f"the message at {_place(record)}"))


def content(event: NewEvent) -> bytes:
    """The content hash that the store would keep for the event."""
    return prepared([event], Limits())[0][3]


def _same(event: NewEvent, metadata: str, stored: bytes) -> bool:
    """Whether the event says what is stored, but for the trace: a repetition may have travelled on another one."""
    if _untraced(str(event.metadata)) != _untraced(metadata):
        return False
    return content(replace(event, metadata=Json(metadata))) == stored


def _untraced(metadata: str) -> dict[str, Json]:
    return {name: text for name, text in canonical.members(metadata).items() if name not in tracing.HEADERS}


def _metadata(writer: Writer, position: int) -> str:
    return str(writer.rows("SELECT metadata FROM events WHERE position = ?", (position,))[0][0])


def _conflict(one: Opened, other: str) -> Dead:
    detail = f"The message at {_place(one.record)} carries the id {one.event.id} of {other}, and says something else."
    return Dead(one.record, Unreadable(CONFLICT, detail))


def _place(record: Record) -> str:
    return f"{record.topic}, partition {record.partition}, offset {record.offset}"
