"""One key: its state at a moment, and all its steps. Older beliefs of long keys are folded anew from stored rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from eventstore.core.history import NOTHING, At, stepped
from eventstore.core.projection import Projection
from eventstore.errors import NotProjected
from eventstore.histories.answers import AsOf, Place, Steps, Stored
from eventstore.histories.standing import Standing
from eventstore.projector.batch import events_at

Projections = Mapping[str, Projection]

FIRST = Place(-(2**62), 0, "")
"""Before every row."""


def as_of(at: Standing, key: str, projections: Projections) -> AsOf:
    """What held of the key at the moment."""
    found = at.stored(_AS_OF.format(believed=at.believed), key, at.occurred)
    name, checkpoint = at.build.projection, at.build.position
    if not found or _settled(at, found[0]):
        return AsOf(name, key, found[0] if found else None, checkpoint)
    return AsOf(name, key, refolded(at, key, projections, found[0].place)[-1], checkpoint, refolded=True)


_AS_OF = "key = ? AND {believed} AND valid_from <= ? ORDER BY valid_from DESC, event_position DESC LIMIT 1"


def steps(at: Standing, key: str, projections: Projections, after: Place | None, limit: int) -> Steps:
    """The key's states in fold order, those that follow `after`."""
    begin = after or FIRST
    name, checkpoint = at.build.projection, at.build.position
    if at.known is not None and is_long(at, key):
        rows = [row for row in refolded(at, key, projections, begin) if row.place[:2] > begin[:2]]
        return Steps(name, key, rows[:limit], len(rows) > limit, checkpoint, refolded=True)
    rows = at.stored(_STEPS.format(believed=at.believed), key, at.occurred, *begin[:2], limit + 1)
    return Steps(name, key, rows[:limit], len(rows) > limit, checkpoint)


_STEPS = """key = ? AND {believed} AND valid_from <= ? AND (valid_from, event_position) > (?, ?)
    ORDER BY valid_from, event_position LIMIT ?"""


def last_change(at: Standing, key: str) -> int:
    """The commit that brought the key's newest row, by the index alone; 0 where it has none."""
    ((commit,),) = at.rows(f"SELECT max(known_from) FROM {at.build.rows} WHERE key = ?", key)  # noqa: S608 - our own names
    return commit or 0


def is_long(at: Standing, key: str) -> bool:
    """Whether the key keeps its latest belief only."""
    sql = f"SELECT 1 FROM {at.build.rows} WHERE key = ? AND settled IS NOT NULL LIMIT 1"  # noqa: S608 - our own names
    return bool(at.rows(sql, key))


def _settled(at: Standing, row: Stored) -> bool:
    """Whether the stored state was what was believed: all that led to it was known."""
    if at.known is None:
        return True
    sql = (
        f"SELECT settled FROM {at.build.rows} WHERE key = ? AND valid_from = ? AND event_position = ? AND {at.believed}"  # noqa: S608
    )
    ((settled,),) = at.rows(sql, row.key, row.since, row.event_position)
    return settled is None or settled <= at.known


def refolded(at: Standing, key: str, projections: Projections, after: Place) -> list[Stored]:
    """The states of a long key up to the moment as they were believed then.

    From the last one at `after` or before it that is still believed; from the first, where none is. Raises
    `NotProjected` where the projection's code is not at hand.
    """
    if at.build.projection not in projections:
        raise NotProjected(at.build.projection, tuple(projections))
    begin = at.stored(_BELIEVED.format(known=at.known), key, *after[:2])
    place = begin[0].place if begin else FIRST
    known = at.stored(f"{_KNOWN.format(known=at.known)} AND valid_from <= ? {_IN_ORDER}", key, *place[:2], at.occurred)
    told = [*begin, *_folded(at, projections[at.build.projection], begin, known)]
    last = told[-1].place if told else FIRST
    following = at.stored(f"{_KNOWN.format(known=at.known)} {_IN_ORDER} LIMIT 1", key, *last[:2])
    ends = [*(row.since for row in told), *(row.since for row in following), None][1:]
    return [replace(row, until=until) for row, until in zip(told, ends, strict=False)]


_BELIEVED = """key = ? AND settled <= {known} AND (valid_from, event_position) <= (?, ?)
    ORDER BY valid_from DESC, event_position DESC LIMIT 1"""
_KNOWN = "key = ? AND known_from <= {known} AND (valid_from, event_position) > (?, ?)"
_IN_ORDER = "ORDER BY valid_from, event_position"


def _folded(at: Standing, projection: Projection, begin: Sequence[Stored], rows: Sequence[Stored]) -> Iterator[Stored]:
    """What holds behind the events of these rows, given what held before."""
    events = events_at(at.session, [row.event_position for row in rows])
    held = _held(begin[0]) if begin else NOTHING
    for row in rows:
        held = stepped(projection, held, events[row.event_position])
        facets = held.facets if held.state is not None else (None,) * len(at.build.facets)
        yield replace(
            row,
            state=held.state,
            gone_since=held.gone_since,
            parked=held.parked,
            error=held.error,
            facets=dict(zip(row.facets, facets, strict=True)),
        )


def _held(row: Stored) -> At:
    facets = tuple(row.facets.values()) if row.state is not None else ()
    return At(row.state, facets, row.gone_since, row.parked, row.error)
