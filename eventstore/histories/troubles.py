"""What is wrong with a read model: keys that were parked, events whose keys could not be told, and the last proof."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eventstore.core.event import Micros
from eventstore.core.history import OPEN
from eventstore.histories.standing import Standing


@dataclass(frozen=True, slots=True)
class ParkedKey:
    """A key whose fold stopped at the event at `position`, which occurred at `since`, and why."""

    key: str
    position: int
    since: Micros
    error: str


@dataclass(frozen=True, slots=True)
class Parked:
    """Keys that are parked at the latest belief, by key, and how many there are. `after` continues them."""

    projection: str
    keys: Sequence[ParkedKey]
    after: str | None
    total: int
    checkpoint: int


@dataclass(frozen=True, slots=True)
class UnroutedEvent:
    """An event whose keys could not be told, and why."""

    position: int
    error: str


@dataclass(frozen=True, slots=True)
class Unrouted:
    """Events whose keys could not be told, by position, and how many there are. `after` continues them."""

    projection: str
    events: Sequence[UnroutedEvent]
    after: int | None
    total: int
    checkpoint: int


@dataclass(frozen=True, slots=True)
class LastProof:
    """The last comparison of a build with the replay of the log, at the checkpoint that it had then.

    `compared` of its `keys` were looked at; each of the `drifts` tells what differed.
    """

    build: int
    checkpoint: int
    proved_at: Micros
    keys: int
    compared: int
    drifts: Sequence[Mapping[str, Any]]


def parked(at: Standing, after: str, limit: int) -> Parked:
    """The parked keys that follow `after`; found by an index that holds parked rows alone."""
    build = at.build
    condition = f"parked IS NOT NULL AND known_to = {OPEN} AND event_position = parked"
    ((total,),) = at.rows(f"SELECT count(*) FROM {build.rows} WHERE {condition}")  # noqa: S608 - our own words
    sql = (
        f"SELECT key, event_position, valid_from, error FROM {build.rows} WHERE {condition} AND key > ?"  # noqa: S608
        " ORDER BY key LIMIT ?"
    )
    rows = at.rows(sql, after, limit + 1)
    keys = [ParkedKey(key, position, since, error or "") for key, position, since, error in rows[:limit]]
    return Parked(build.projection, keys, keys[-1].key if len(rows) > limit else None, total, build.position)


def unrouted(at: Standing, after: int, limit: int) -> Unrouted:
    """The unrouted events that follow `after`."""
    build = at.build
    ((total,),) = at.rows("SELECT count(*) FROM unrouted WHERE build = ?", build.number)
    sql = "SELECT position, error FROM unrouted WHERE build = ? AND position > ? ORDER BY position LIMIT ?"
    rows = at.rows(sql, build.number, after, limit + 1)
    events = [UnroutedEvent(*row) for row in rows[:limit]]
    last = events[-1].position if len(rows) > limit else None
    return Unrouted(build.projection, events, last, total, build.position)


def last_proof(at: Standing) -> LastProof | None:
    """What comparing the build with the replay gave last; None: it was never compared."""
    sql = "SELECT build, position, proved_at, keys, sampled, drifts FROM proofs WHERE build = ?"
    for build, checkpoint, proved_at, keys, compared, drifts in at.rows(sql, at.build.number):
        return LastProof(build, checkpoint, proved_at, keys, compared, json.loads(drifts))
    return None
