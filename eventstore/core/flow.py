"""Flows: which event caused which, as a tree, and how long each one came behind its cause.

Causes are what events say of themselves (`causation_id`), so anything may stand there: an id that is no event here, the
event's own, or causes that lead round in a ring. Every event comes out exactly once, whatever they say.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from eventstore.core.event import Micros, RecordedEvent
from eventstore.core.moment import LIVE, Moment
from eventstore.core.replay import fold_order

LONG_WAIT: Micros = 1_000_000
"""No wait below this is called long."""

RAILS = 12
"""So many of the branches that an event is in are told, the innermost: trees may be as deep as they are long."""


class Top(StrEnum):
    """Why an event stands at the top of its tree."""

    BEGINS = "begins"  # it names no cause
    MISSING = "missing"  # its cause is none of the events: a command, an event of another flow, one that never came
    BEYOND = "beyond"  # its cause cannot be seen from the moment
    RING = "ring"  # its causes lead back to itself: the ring is cut at its first event


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowEvent:
    """An event in its flow. `number` is its place in the order of the tree, from 0; `cause` that of its cause.

    `top` says why it has none. `wait` is the time from its cause to it, below 0 where clocks disagree; a `long` one is
    at least a second and more than half of the flow's span. `depth` counts the causes above it. Those of them that had
    other effects beside are branches: of these `rails` says whether a later effect follows, the innermost last, `RAILS`
    of them at most. `alone`: its cause had no other effect.
    """

    event: RecordedEvent
    number: int
    cause: int | None = None
    top: Top | None = None
    wait: Micros | None = None
    long: bool = False
    depth: int = 0
    alone: bool = False
    rails: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True)
class Flow:
    """The events of a flow that can be seen from a moment, in the order of the tree: each behind its cause.

    Effects of one cause, and what stands at the top, are in the order in which they happened. `beyond` counts the
    events that cannot be seen, `span` is the time from the first to the last.
    """

    events: tuple[FlowEvent, ...]
    beyond: int
    span: Micros

    @property
    def streams(self) -> tuple[str, ...]:
        """The streams that it crosses, in the order of the tree."""
        return tuple(dict.fromkeys(one.event.stream for one in self.events))

    def at(self, position: int) -> FlowEvent | None:
        """The event at the position; None where it is not in the flow."""
        return next((one for one in self.events if one.event.position == position), None)

    def around(self, position: int, most: int) -> tuple[FlowEvent, ...]:
        """At most so many of the events, in their order: those around one, and what led to it; else the first."""
        middle = self.at(position)
        above = [] if middle is None else self._above(middle)
        near = above[0] if above else 0
        by_nearness = sorted(range(len(self.events)), key=lambda number: abs(number - near))
        kept = list(dict.fromkeys([*above[: most // 2], *by_nearness]))[:most]
        return tuple(self.events[number] for number in sorted(kept))

    def _above(self, one: FlowEvent) -> list[int]:
        """The event and what led to it, upwards."""
        found, cause = [one.number], one.cause
        while cause is not None:
            found.append(cause)
            cause = self.events[cause].cause
        return found


def flow(events: Iterable[RecordedEvent], moment: Moment = LIVE) -> Flow:
    """The flow of these events, in any order, as it can be seen from the moment."""
    told = {event.position: event for event in events}
    seen = fold_order(told.values(), moment)
    walk = _Walk(seen, {event.id for event in told.values()})
    return Flow(tuple(walk.events()), len(told) - len(seen), walk.span)


class _Walk:
    """From each top down, each event behind its cause. Without recursion, for the depth's sake."""

    def __init__(self, seen: Sequence[RecordedEvent], known: set[str]) -> None:
        self.seen = seen
        self.span = seen[-1].occurred_at - seen[0].occurred_at if seen else 0
        self.causes, self.tops = _causes(seen, known)
        self.effects = dict[int | None, list[int]]()
        for place, cause in enumerate(self.causes):
            self.effects.setdefault(cause, []).append(place)

    def events(self) -> list[FlowEvent]:
        """All, in the order of the tree."""
        found = list[FlowEvent]()
        waiting: list[tuple[int, FlowEvent | None]] = [(place, None) for place in reversed(self.effects.get(None, []))]
        while waiting:
            place, cause = waiting.pop()
            one = self._top(place, len(found)) if cause is None else self._effect(place, len(found), cause)
            found.append(one)
            waiting += [(effect, one) for effect in reversed(self.effects.get(place, []))]
        return found

    def _top(self, place: int, number: int) -> FlowEvent:
        return FlowEvent(event=self.seen[place], number=number, top=self.tops[place])

    def _effect(self, place: int, number: int, cause: FlowEvent) -> FlowEvent:
        event, beside = self.seen[place], self.effects[self.causes[place]]
        wait = event.occurred_at - cause.event.occurred_at
        alone = len(beside) == 1
        return FlowEvent(
            event=event,
            number=number,
            cause=cause.number,
            wait=wait,
            long=wait >= LONG_WAIT and 2 * wait > self.span,
            depth=cause.depth + 1,
            alone=alone,
            rails=cause.rails if alone else (*cause.rails, place != beside[-1])[-RAILS:],
        )


def _causes(seen: Sequence[RecordedEvent], known: set[str]) -> tuple[list[int | None], Mapping[int, Top]]:
    """Of each event the place of its cause; where there is none to be seen, why."""
    places = {event.id: place for place, event in enumerate(seen)}
    causes = [None if event.causation_id is None else places.get(event.causation_id) for event in seen]
    tops = {place: _why(seen[place], known) for place, cause in enumerate(causes) if cause is None}
    for place in _rings(causes):
        causes[place], tops[place] = None, Top.RING
    return causes, tops


def _why(event: RecordedEvent, known: set[str]) -> Top:
    if event.causation_id is None:
        return Top.BEGINS
    return Top.BEYOND if event.causation_id in known else Top.MISSING


def _rings(causes: Sequence[int | None]) -> list[int]:
    """The first place of each ring. A walk upwards ends at a top, at a place walked before, or where it has been."""
    walked, found = dict[int, int](), list[int]()
    for start in range(len(causes)):
        path: list[int] = []
        at: int | None = start
        while at is not None and at not in walked:
            walked[at] = start
            path.append(at)
            at = causes[at]
        if path and at is not None and walked[at] == start:
            found.append(min(path[path.index(at) :]))
    return found
