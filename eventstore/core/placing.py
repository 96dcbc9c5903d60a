"""Placing new events: their positions, versions and times, as rows of `events`. Pure: the store is only read before."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eventstore.core.event import Micros, NewEvent, OccurredSource

BEFORE_ALL: Micros = -(2**62)
"""Earlier than every time: the frontier of a stream or a store without events."""

STATED = (OccurredSource.PRODUCER, OccurredSource.NO_ZONE, OccurredSource.LEAP_SECOND)
"""The sources of a time that the producer stated: it is part of the content, and kept when it has to be changed."""

FORMAT = 1
"""How a row of `events` is to be read: kept in each row, since rows are never rewritten."""

Place = tuple[int, int]
"""The topic-partition that a message came from: number in `sources`, partition."""

Prepared = tuple[NewEvent, str, str, bytes]
"""An event, its data and metadata as JSON text, and its content hash."""


@dataclass(slots=True)
class StreamEnd:
    """Where a stream ends while events are placed behind it. `occurred_at` and `place` are those of its last event."""

    version: int = 0
    frontier: Micros = BEFORE_ALL
    occurred_at: Micros = BEFORE_ALL
    place: Place | None = None

    def clamped(
        self, claim: Micros, recorded_at: Micros, place: Place | None, skew: Micros | None
    ) -> tuple[Micros, OccurredSource | None]:
        """The time for a claimed one, and why it differs (None: it does not).

        Nothing happens after we learn of it. A writer that has seen the whole stream (`skew` None) knows that its
        event comes after all of it. Two messages of one topic-partition were sent in their order, unless they differ
        by more than `skew`: then the second is late.
        """
        if claim > recorded_at:
            return recorded_at, OccurredSource.CLOCK
        if skew is None:
            return self.frontier, OccurredSource.WRITER
        if place is not None and place == self.place and claim < self.occurred_at <= claim + skew:
            return self.occurred_at, OccurredSource.PARTITION
        return claim, None


@dataclass(frozen=True, slots=True)
class Commit:
    """The events of one transaction: its last position, when the store learnt them, its frontier with them."""

    position: int
    recorded_at: Micros
    frontier: Micros
    skew: Micros

    def rows(
        self,
        events: Sequence[Prepared],
        ends: Mapping[str, StreamEnd],
        seen: Container[str],
        places: Iterable[Place | None],
    ) -> list[tuple[Any, ...]]:
        """The events as rows of `events`, in order; `ends` move on with them. `seen` are the streams of the writer."""
        rows = []
        position = self.position - len(events)
        for (event, data, metadata, digest), place in zip(events, places, strict=False):
            end = ends[event.stream]
            at, claimed, source = self._time(event, end, place, seen)
            position += 1
            end.version += 1
            end.occurred_at, end.place = at, place
            end.frontier = max(end.frontier, at)
            # fmt: off
            rows.append((
                position, self.position, event.id, event.stream, event.category, end.version, event.type, data,
                metadata, at, claimed, int(source), self.recorded_at, self.frontier, end.frontier, event.correlation_id,
                event.causation_id, digest, FORMAT,
            ))
            # fmt: on
        return rows

    def _time(
        self, event: NewEvent, end: StreamEnd, place: Place | None, seen: Container[str]
    ) -> tuple[Micros, Micros | None, OccurredSource]:
        """When it happened, what was claimed where that had to be changed, and which clock it is."""
        claim, source = event.occurred_at, event.occurred_source
        if claim is None:
            return self.recorded_at, None, OccurredSource.RECORDED
        if end.frontier <= claim <= self.recorded_at:
            return claim, None, source
        skew = None if event.stream in seen else self.skew
        at, why = end.clamped(claim, self.recorded_at, place, skew)
        return (claim, None, source) if why is None else (at, claim if source in STATED else None, why)
