"""A batch: what whole commits of the log change in one build."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter

from eventstore.builds import Build
from eventstore.core.attempt import Raised, attempt
from eventstore.core.event import RecordedEvent
from eventstore.core.history import LONG_KEY, KeyHistory, Order, Row, place
from eventstore.core.projection import Projection
from eventstore.databases import Session
from eventstore.projector.rows import ALWAYS, Changes, last_rows, later_rows, newest
from eventstore.reading import COLUMNS
from eventstore.writing import MAX_NAME, recorded

Routed = dict[str, list[RecordedEvent]]
"""The events of each key, in order of position."""

Unrouted = list[tuple[int, str]]
"""Positions of events whose keys could not be told, and why."""


def routed(projection: Projection, events: Sequence[RecordedEvent]) -> tuple[Routed, Unrouted]:
    """The keys that the events belong to. An event counts once for a key, however often it is named."""
    keys: Routed = {}
    unrouted: Unrouted = []
    for event in events:
        named = attempt(keys_of, projection, event)
        if isinstance(named, Raised):
            unrouted.append((event.position, str(named)))
            continue
        for key in named:
            keys.setdefault(key, []).append(event)
    return keys, unrouted


def keys_of(projection: Projection, event: RecordedEvent) -> Iterable[str]:
    """The keys that the event belongs to, each once; none where no fold takes its type. Raises what cannot be a key."""
    named: Iterable[object] = projection.keys(event) if projection.handles(event) else ()
    found: dict[str, None] = {}
    for key in named:
        if not isinstance(key, str) or not key or "\0" in key or len(key.encode()) > MAX_NAME:
            raise ValueError(f"{str(key)[:100]!r} cannot be a key: a text of 1 to {MAX_NAME:,} bytes without NUL")
        found[key] = None
    return found


def changes(
    session: Session, build: Build, projection: Projection, keys: Routed, *, long_key: int = LONG_KEY
) -> Changes:
    """What the keys' new events change, given the rows as this session sees them."""
    found = Changes(build)
    loaded = _loaded(session, build, projection, keys, long_key)
    for key, added in keys.items():
        known = loaded[key]
        ends = _ends(known)
        became_long = not _taken(known, added)
        if became_long:
            known = whole(session, build, projection, key, long_key=long_key)
            ends = _ends(known)
            for commit in _commits(added):
                known.take(commit)
        found.add(key, known, ends, became_long=became_long)
    return found


def whole(session: Session, build: Build, projection: Projection, key: str, *, long_key: int = LONG_KEY) -> KeyHistory:
    """The latest belief of one key from its beginning, with its events."""
    rows = later_rows(session, build, [(key, ALWAYS)]).get(key, [])
    events = events_at(session, [row.event_position for row in rows])
    return KeyHistory(projection, rows, events.values(), long_key=long_key)


def events_at(session: Session, positions: Sequence[int]) -> dict[int, RecordedEvent]:
    """The events at these positions."""
    condition, values = session.database.among("position", positions)
    rows = session.rows(f"SELECT {COLUMNS} FROM events WHERE {condition}", values)  # noqa: S608 - our own names
    return {event.position: event for event in map(recorded, rows)}


def _taken(known: KeyHistory, added: Sequence[RecordedEvent]) -> bool:
    """Add the events; False where that would make the key long, for which all of it must be known."""
    if known.long:
        known.take(added)
        return True
    for commit in _commits(added):
        if known.overruns(min(map(place, commit))):
            return False
        known.take(commit)
    return True


def _commits(events: Sequence[RecordedEvent]) -> Iterator[list[RecordedEvent]]:
    for _, commit in groupby(events, key=attrgetter("commit_position")):
        yield list(commit)


def _ends(known: KeyHistory) -> dict[int, Order]:
    return {row.id: (row.valid_to, row.closed_commit) for row in known.current if row.id is not None}


def _loaded(
    session: Session, build: Build, projection: Projection, keys: Routed, long_key: int
) -> dict[str, KeyHistory]:
    """Of each key what its new events may touch: its last row, or all from the one before the first new event."""
    last = last_rows(session, build, newest(keys))
    first = {key: min(map(place, added)) for key, added in keys.items()}
    late = [(key, first[key][0]) for key, row in last.items() if first[key] < row.place]
    tails = later_rows(session, build, late) if late else {}
    before = last_rows(session, build, late) if late else {}
    events = events_at(session, [row.event_position for rows in tails.values() for row in rows]) if late else {}
    for key, _ in late:
        del last[key]
    return {key: _history(projection, key, {**last, **before}, tails, events, long_key) for key in keys}


def _history(
    projection: Projection,
    key: str,
    before: Mapping[str, Row],
    tails: Mapping[str, list[Row]],
    events: Mapping[int, RecordedEvent],
    long_key: int,
) -> KeyHistory:
    tail = tails.get(key, [])
    first = [before[key]] if key in before else []
    return KeyHistory(projection, [*first, *tail], [events[row.event_position] for row in tail], long_key=long_key)
