"""Healing: keys that were parked, or that an unrouted event now yields, are folded anew. No rebuild.

All rows of such a key are replaced by the pure function of its events, with the log's commits: the known axis is as if
nothing had ever gone wrong.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from eventstore.builds import Build, code_of, live
from eventstore.core.event import RecordedEvent
from eventstore.core.history import OPEN, history
from eventstore.core.projection import Projection
from eventstore.databases import Session
from eventstore.errors import CheckpointMoved, CodeChanged, CodeTouchesMore
from eventstore.projector.batch import events_at, routed
from eventstore.projector.proving import prove, rows_of
from eventstore.projector.rows import Changes
from eventstore.store import EventStore
from eventstore.writing import Writer

SAMPLE = 1_000
"""How many of the other keys are compared before changed code is accepted."""


@dataclass(frozen=True, slots=True)
class Healed:
    """What a repair did: keys that were folded anew, those of them that are parked still, and events routed now."""

    projection: str
    build: int
    keys: tuple[str, ...]
    parked: tuple[str, ...]
    routed: int
    accepted: bool


def heal(store: EventStore, projection: Projection, *, accept_code: bool = False, sample: int = SAMPLE) -> Healed:
    """Fold anew every key of the live build that is parked in any belief, and every key of events that had none.

    Where the code is not the build's own, `accept_code` keeps the build if the change touches only such keys: a sample
    of the others is compared with the replay first. Raises `CodeChanged`, `CodeTouchesMore`, `CheckpointMoved` where a
    projector was at work, `NotProjected`.
    """
    build = store.database.read(lambda session: live(session, projection.name))
    accepted = build.code != code_of(projection)
    if accepted and not accept_code:
        raise CodeChanged(projection.name, build.number)
    found, unrouted = store.database.read(lambda session: _found(session, build, projection))
    if accepted:
        _check_others(store, projection, build, set(found), sample)
    with store.write() as writer:
        if not writer.execute(_STILL, (store.now(), build.number, build.position)):
            raise CheckpointMoved(projection.name, build.number, build.position)
        parked = _replace(writer, build, projection, found)
        _settle(writer, build, code_of(projection), unrouted)
    return Healed(projection.name, build.number, tuple(sorted(found)), parked, len(unrouted), accepted)


_STILL = "UPDATE builds SET updated_at = ? WHERE build = ? AND position = ?"


def _found(session: Session, build: Build, projection: Projection) -> tuple[dict[str, list[RecordedEvent]], list[int]]:
    """The keys to fold anew with all their events, and the positions of events that have keys now."""
    positions = [at for (at,) in session.rows("SELECT position FROM unrouted WHERE build = ?", (build.number,))]
    keys, still = routed(projection, list(events_at(session, positions).values()))
    lost = {position for position, _ in still}
    parked = session.rows(f"SELECT DISTINCT key FROM {build.rows} WHERE parked IS NOT NULL")  # noqa: S608 - our own names
    found: dict[str, list[RecordedEvent]] = {}
    for key in {*keys, *(key for (key,) in parked)}:
        known = events_at(session, [row.event_position for _, row in rows_of(session, build, [key])])
        found[key] = list({**known, **{event.position: event for event in keys.get(key, [])}}.values())
    return found, [position for position in positions if position not in lost]


def _check_others(store: EventStore, projection: Projection, build: Build, touched: set[str], sample: int) -> None:
    """The change must leave every other key as it is."""
    proof = prove(store, projection, build, sample=sample + len(touched))
    others = [drift for drift in proof.drifts if drift.key not in touched]
    if others:
        raise CodeTouchesMore(projection.name, others[0].key, others[0].position or 0)


def _replace(
    writer: Writer, build: Build, projection: Projection, found: dict[str, list[RecordedEvent]]
) -> tuple[str, ...]:
    """Put the pure function's rows in the place of the keys' own; the keys that are parked still."""
    changes, parked = Changes(build), list[str]()
    for key, events in sorted(found.items()):
        rows = history(projection, events)
        changes.replace(key, [row for _, row in rows_of(writer.session, build, [key])], rows)
        parked += [key] if any(row.at.parked is not None and row.known_to == OPEN for row in rows) else []
    changes.write(writer.session)
    changes.rollup.write(writer.session, build.stopped)
    return tuple(parked)


def _settle(writer: Writer, build: Build, code: str, unrouted: Iterable[int]) -> None:
    writer.execute("UPDATE builds SET code = ?, failure = NULL WHERE build = ?", (code, build.number))
    gone = "DELETE FROM unrouted WHERE build = ? AND position = ?"
    writer.executemany(gone, [(build.number, position) for position in unrouted])
