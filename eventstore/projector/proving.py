"""Proving: stored states against the replay of the log. Lag heals by itself, drift does not.

Two oracles: the replay of each key, which shares nothing with the histories' code, gives the states of the latest
belief; the pure function gives every row of every belief. Roll-ups are counted anew from the rows.
"""

import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from zlib import crc32

from eventstore.builds import Build, columns
from eventstore.core.canonical import encode
from eventstore.core.event import Micros, RecordedEvent
from eventstore.core.history import OPEN, Row, history
from eventstore.core.projection import Projection
from eventstore.core.replay import Step, steps
from eventstore.databases import Session
from eventstore.projector.batch import routed
from eventstore.projector.rows import Rollup, read
from eventstore.store import EventStore

PART = 200_000
"""About how many events are held in memory at once."""

_SLICE = 5_000
_MOST_TOLD = 100

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Drift:
    """A key whose stored rows are not those of the replay: the first event at which they part, and both states.

    `known` is the commit from which on the stored belief was held; None: the latest. `what` says what differs.
    """

    key: str
    what: str
    occurred_at: Micros | None
    position: int | None
    known: int | None
    stored: str | None
    replayed: str | None


@dataclass(frozen=True, slots=True)
class Proof:
    """What a comparison found. `keys` are all that the build holds, `compared` those that were looked at."""

    projection: str
    build: int
    checkpoint: int
    proved_at: Micros
    keys: int
    compared: int
    drifts: tuple[Drift, ...]

    @property
    def holds(self) -> bool:
        """Whether everything that was compared is as it should be."""
        return not self.drifts

    @property
    def at_most(self) -> float:
        """The share of keys that may drift unseen, with 95 % confidence; 0 where all were compared."""
        if self.compared >= self.keys:
            return 0.0
        return 1.0 - 0.05 ** (1 / self.compared) if self.compared else 1.0


def prove(
    store: EventStore,
    projection: Projection,
    build: Build,
    *,
    sample: int | None = None,
    on_progress: Progress = lambda *_: None,
) -> Proof:
    """Compare a build with the log: every key, or a sample of so many. Changes nothing."""
    keys = [key for (key,) in store.rows(f"SELECT DISTINCT key FROM {build.rows} ORDER BY key")]  # noqa: S608
    chosen = None if sample is None or sample >= len(keys) else random.Random(build.position).sample(keys, sample)  # noqa: S311
    drifts = list(_drifts(store, projection, build, chosen, on_progress))
    if chosen is None:
        drifts += _of_rollups(store, build)
    compared = len(keys) if chosen is None else len(chosen)
    told = tuple(drifts[:_MOST_TOLD])
    return Proof(build.projection, build.number, build.position, store.now(), len(keys), compared, told)


def keep(store: EventStore, proof: Proof) -> None:
    """Keep the result as the build's last one, for the dashboard."""
    drifts = json.dumps([asdict(drift) for drift in proof.drifts])
    row = (proof.build, proof.checkpoint, proof.proved_at, proof.keys, proof.compared, drifts)
    with store.write() as writer:
        writer.execute("DELETE FROM proofs WHERE build = ?", (proof.build,))
        writer.execute(_KEEP, row)


_KEEP = "INSERT INTO proofs (build, position, proved_at, keys, sampled, drifts) VALUES (?, ?, ?, ?, ?, ?)"


def _drifts(
    store: EventStore, projection: Projection, build: Build, chosen: Sequence[str] | None, on_progress: Progress
) -> Iterator[Drift]:
    """What differs, key by key; the log is read once for each part of the keys that memory holds."""
    parts = max(1, -(-build.position // PART)) if chosen is None else 1
    wanted = None if chosen is None else set(chosen)
    for part in range(parts):

        def mine(key: str, part: int = part) -> bool:
            return key in wanted if wanted is not None else crc32(key.encode()) % parts == part

        def told(reached: int, part: int = part) -> None:
            on_progress(part * build.position + reached, parts * build.position)

        events = _events(store, projection, build.position, mine, told)
        stored = dict(_stored(store, build, mine, chosen))
        for key in sorted({*events, *stored}):
            yield from _compared(projection, key, events.get(key, []), stored.get(key, []))


def _events(
    store: EventStore, projection: Projection, until: int, mine: Callable[[str], bool], told: Callable[[int], None]
) -> dict[str, list[RecordedEvent]]:
    """Each key's events up to the checkpoint, from the log alone."""
    found: dict[str, list[RecordedEvent]] = {}
    for after in range(0, until, _SLICE):
        slice_ = list(store.read_all(after=after, until=min(after + _SLICE, until)))
        for key, events in routed(projection, slice_)[0].items():
            if mine(key):
                found.setdefault(key, []).extend(events)
        told(min(after + _SLICE, until))
    return found


def _stored(
    store: EventStore, build: Build, mine: Callable[[str], bool], chosen: Sequence[str] | None
) -> Iterator[tuple[str, list[Row]]]:
    """Each key's rows of every belief."""
    keys = [key for key in chosen or _keys(store, build) if mine(key)]
    for start in range(0, len(keys), 500):
        found: dict[str, list[Row]] = {}
        for key, row in store.database.read(partial(_read_rows, build, keys[start : start + 500])):
            found.setdefault(key, []).append(row)
        yield from found.items()


def _keys(store: EventStore, build: Build) -> list[str]:
    return [key for (key,) in store.rows(f"SELECT DISTINCT key FROM {build.rows}")]  # noqa: S608 - our own names


def rows_of(session: Session, build: Build, keys: Sequence[str]) -> list[tuple[str, Row]]:
    """All rows of the keys, of every belief."""
    condition, values = session.database.among("key", keys)
    sql = f"SELECT id, {', '.join(columns(build.facets))} FROM {build.rows} WHERE {condition}"  # noqa: S608
    return [read(build, line) for line in session.rows(sql, values)]


def _read_rows(build: Build, keys: Sequence[str], session: Session) -> list[tuple[str, Row]]:
    return rows_of(session, build, keys)


def _compared(
    projection: Projection, key: str, events: Sequence[RecordedEvent], rows: Sequence[Row]
) -> Iterator[Drift]:
    """The first difference of the key's latest belief from the replay; else of any belief from the pure function."""
    latest = sorted((row for row in rows if row.known_to == OPEN), key=lambda row: row.place)
    parted = _parted(key, list(steps(projection, events)), latest)
    if parted is not None:
        yield parted
        return
    right, wrong = {_told(row) for row in history(projection, events)}, {_told(row) for row in rows}
    for row in sorted(rows, key=lambda row: (row.known_from, row.place)):
        if _told(row) not in right:
            yield Drift(key, "belief", row.valid_from, row.event_position, row.known_from, row.at.state, None)
            return
    if right - wrong:
        yield Drift(key, "belief missing", None, None, None, None, None)


def _parted(key: str, told: Sequence[Step], latest: Sequence[Row]) -> Drift | None:
    """Where the latest belief first differs from the replay, event by event in fold order."""
    for number, step in enumerate(told):
        event, state = step.event, None if step.state is None else str(encode(step.state))
        row = latest[number] if number < len(latest) else None
        if row is None or row.place != (event.occurred_at, event.position):
            held = None if number == 0 else latest[number - 1].at.state
            return Drift(key, "event missing", event.occurred_at, event.position, None, held, state)
        if row.at.state != state or (row.at.parked is not None) != step.parked:
            return Drift(key, "state", event.occurred_at, event.position, None, row.at.state, state)
    if len(latest) > len(told):
        row = latest[len(told)]
        return Drift(key, "event too many", row.valid_from, row.event_position, None, row.at.state, None)
    return None


def _told(row: Row) -> tuple[object, ...]:
    ends = (row.valid_to, row.known_from, row.known_to, row.closed_commit, row.settled)
    return (*row.place, *ends, row.at._replace(facets=tuple(row.at.facets)), row.before)


def _of_rollups(store: EventStore, build: Build) -> Iterable[Drift]:
    """A roll-up that is not the sum of its rows."""
    counted = Rollup(build)
    for _, rows in _stored(store, build, lambda _: True, None):
        for row in rows:
            if row.known_to == OPEN:
                counted.add(row, +1)
    right = {line[:4]: line[4:] for line in counted.lines(build.stopped)}
    sums = "".join(f", s_{facet.name}" for facet in build.summed)
    found = store.rows(f"SELECT facet, width, bucket, value, keys{sums} FROM {build.rollup}")  # noqa: S608
    stored = {line[:4]: line[4:] for line in found if any(line[4:])}
    for at in sorted({*right, *stored}):
        if right.get(at) != stored.get(at):
            facet, _, bucket, value = at
            yield Drift(
                f"{facet} {value}".strip(), "roll-up", bucket, None, None, str(stored.get(at)), str(right.get(at))
            )
