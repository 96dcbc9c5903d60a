"""What one event did: of each key that it belongs to the state before it and behind it, found beside its row."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from eventstore.core.attempt import Raised, attempt
from eventstore.core.diff import changes
from eventstore.core.event import RecordedEvent
from eventstore.core.history import OPEN
from eventstore.core.projection import Projection
from eventstore.histories.answers import Place, Stored
from eventstore.histories.keys import Projections, refolded
from eventstore.histories.standing import Standing
from eventstore.projector.batch import keys_of

MOST = 50
"""The effects on so many keys of one read model are told."""


class Outcome(StrEnum):
    """What came of an event in a read model."""

    FOLDED = "folded"
    NO_FOLD = "no fold takes its type"
    NO_KEY = "it belongs to none of its keys"
    UNROUTED = "its keys cannot be told"
    WAITING = "not applied yet"
    NOT_PROJECTED = "never projected"
    NO_CODE = "its code is not at hand"


class Did(StrEnum):
    """What an event did to a key."""

    BEGAN = "began"  # the key held nothing before
    CHANGED = "changed"
    NOTHING = "nothing"
    REMOVED = "removed"  # the key holds nothing any more
    PARKED = "parked"  # the key's fold stopped at it
    WAITS = "waits"  # the key's fold stopped before it
    UNKNOWN = "unknown"  # the build has no row of it


@dataclass(frozen=True, slots=True)
class Effect:
    """What an event did to a key: the states before it and behind it, in fold order; None before: it was the first.

    `after` None: the build has no row of the event, so it drifted or other code made it. `rewrote` counts the states
    of later events that its commit changed, since it came late; None: the key is long, and that is not known any more.
    """

    key: str
    before: Stored | None
    after: Stored | None
    rewrote: int | None

    @property
    def did(self) -> Did:
        """What it did, in one word."""
        if self.after is None:
            return Did.UNKNOWN
        if self.after.parked is not None:
            return Did.WAITS if self.after.error is None else Did.PARKED
        held, holds = None if self.before is None else self.before.state, self.after.state
        if (held is None) != (holds is None):
            return Did.REMOVED if holds is None else Did.BEGAN
        return Did.CHANGED if changes(held, holds) else Did.NOTHING


@dataclass(frozen=True, slots=True)
class Effects:
    """What an event did in a read model: to at most `MOST` keys, `left_out` counts the others.

    `error` says why its keys cannot be told. `checkpoint` is the position up to which events are applied, where that
    mattered.
    """

    projection: str
    outcome: Outcome
    checkpoint: int | None = None
    effects: Sequence[Effect] = ()
    left_out: int = 0
    error: str | None = None


def ignored(projection: Projection, event: RecordedEvent) -> Outcome | None:
    """Why the event is none of the read model's business; None where it is."""
    if not projection.handles(event):
        return Outcome.NO_FOLD
    keys = attempt(keys_of, projection, event)
    return Outcome.NO_KEY if not isinstance(keys, Raised) and not [*keys] else None


def effects(at: Standing, event: RecordedEvent, projections: Projections) -> Effects:
    """What the event did to each of its keys, as it is believed. It must be one of the read model's own."""
    name, checkpoint = at.build.projection, at.build.position
    if event.position > checkpoint:
        return Effects(name, Outcome.WAITING, checkpoint)
    keys = attempt(keys_of, projections[name], event)
    if isinstance(keys, Raised):
        return Effects(name, Outcome.UNROUTED, checkpoint, error=str(keys))
    told = list(keys)
    found = [_effect(at, key, event, projections) for key in told[:MOST]]
    return Effects(name, Outcome.FOLDED, checkpoint, found, len(told) - len(found))


def _effect(at: Standing, key: str, event: RecordedEvent, projections: Projections) -> Effect:
    place = Place(event.occurred_at, event.position, key)
    sql = f"SELECT settled FROM {at.build.rows} WHERE {_ROW} AND known_to = {OPEN}"  # noqa: S608 - our own words
    is_long = any(settled is not None for (settled,) in at.rows(sql, key, *place[:2]))
    if is_long and at.known is not None:
        before = place._replace(event_position=event.position - 1)
        rows = refolded(replace(at, occurred=event.occurred_at), key, projections, before)
        rows = [row for row in rows if row.place[:2] <= place[:2]][-2:]
    else:
        rows = at.stored(_LAST_TWO.format(believed=at.believed), key, *place[:2])[::-1]
    if not rows or rows[-1].event_position != event.position:
        return Effect(key, None, None, 0)
    return Effect(key, rows[0] if len(rows) == 2 else None, rows[-1], None if is_long else _rewrote(at, place, event))


_ROW = "key = ? AND valid_from = ? AND event_position = ?"
_LAST_TWO = """key = ? AND {believed} AND (valid_from, event_position) <= (?, ?)
    ORDER BY valid_from DESC, event_position DESC LIMIT 2"""


def _rewrote(at: Standing, place: Place, event: RecordedEvent) -> int:
    """How many states behind the event its commit put in the place of others."""
    commit, until = event.commit_position, event.recorded_at  # what was known by then had occurred by then
    ((found,),) = at.rows(_REWRITTEN.format(rows=at.build.rows), commit, place.key, *place[:2], until, commit, commit)
    return int(found)


_REWRITTEN = """
    SELECT count(*) FROM {rows} old JOIN {rows} new ON new.key = old.key AND new.valid_from = old.valid_from
        AND new.event_position = old.event_position AND new.known_from = ?
    WHERE old.key = ? AND (old.valid_from, old.event_position) > (?, ?) AND old.valid_from <= ?
        AND old.known_from < ? AND old.known_to = ?
        AND coalesce(old.state, '') <> coalesce(new.state, '')"""
