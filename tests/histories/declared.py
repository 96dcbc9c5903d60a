"""The bitemporal rule said once more, in its declarative form: everything folded anew at each commit."""

from collections.abc import Sequence

from eventstore.core.event import RecordedEvent
from eventstore.core.history import NOTHING, OPEN, Row, place, rolled, stepped
from eventstore.core.projection import Projection

Told = tuple[object, ...]


def declared(projection: Projection, events: Sequence[RecordedEvent]) -> list[Row]:
    """All rows of one key."""
    current: dict[int, Row] = {}
    superseded: list[Row] = []
    for commit in sorted({event.commit_position for event in events}):
        known = sorted((one for one in events if one.commit_position <= commit), key=place)
        at = NOTHING
        for event, following in zip(known, [*known[1:], None], strict=True):
            before, at = at, stepped(projection, at, event)
            row = Row(place(event), at, rolled(projection, before), commit)
            row.ended(OPEN if following is None else following.occurred_at, commit)
            old = current.get(event.position)
            if old is not None:
                if (old.at, old.before) == (row.at, row.before):
                    if old.valid_to == row.valid_to:
                        continue
                    if old.valid_to == OPEN:
                        old.ended(row.valid_to, commit)
                        continue
                old.known_to = commit
                superseded.append(old)
            current[event.position] = row
    return superseded + list(current.values())


def as_told(rows: Sequence[Row]) -> list[Told]:
    """Rows to compare, in an order of their own."""
    return sorted(
        (
            row.valid_from,
            row.event_position,
            row.known_from,
            row.valid_to,
            row.known_to,
            row.closed_commit,
            row.settled,
            row.at,
            row.before,
        )
        for row in rows
    )
