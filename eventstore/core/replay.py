"""Replay: fold a key's events into its state, the oracle that every stored state must equal."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from eventstore.core.attempt import Raised, attempt
from eventstore.core.event import RecordedEvent
from eventstore.core.moment import LIVE, Moment
from eventstore.core.projection import Projection, State


@dataclass(frozen=True, slots=True)
class Step:
    """One event of a key and the state after it. None: the key holds nothing.

    `error` says why the fold could not take this event. From that step on the key is `parked`: states repeat the last
    good one, since a fold that goes on behind a hole would show what never was.
    """

    event: RecordedEvent
    state: State | None
    error: str | None = None
    parked: bool = False


def fold_order(events: Iterable[RecordedEvent], moment: Moment = LIVE) -> list[RecordedEvent]:
    """The events visible at the moment, in the order in which they happened: by (occurred_at, position)."""
    seen = (event for event in events if moment.sees(event.occurred_at, event.commit_position))
    return sorted(seen, key=lambda event: (event.occurred_at, event.position))


def steps(projection: Projection, events: Iterable[RecordedEvent], moment: Moment = LIVE) -> Iterator[Step]:
    """Every step of one key's story up to the moment. `events` are all of one key, in any order."""
    state: State | None = None
    parked = False
    for event in fold_order(events, moment):
        error = None
        if not parked:
            after = attempt(projection.apply, state, event)
            if isinstance(after, Raised):
                error, parked = str(after), True
            else:
                state = after
        yield Step(event, state, error, parked)


def replay(projection: Projection, events: Iterable[RecordedEvent], moment: Moment = LIVE) -> State | None:
    """The state of one key at the moment: the fold of its events; None where it holds nothing."""
    state: State | None = None
    for step in steps(projection, events, moment):
        state = step.state
    return state
