"""Histories: one key's events in, all its rows on both clocks out. The bitemporal rule, in one place.

A row says what was believed of a key behind one of its events: `valid_from <= t < valid_to` on the clock of the world,
`known_from <= p < known_to` on that of the log. `KeyHistory.take` adds the events of a commit; the projector, a rebuild
and a repair all call it, so rows depend on the log and the fold alone, never on how the log was cut into batches.

An event in order ends the last row and adds one. A commit that brings a late event supersedes its predecessor and
those later rows that now differ. Where that would rewrite more than `LONG_KEY` rows the key becomes *long*, for ever:
it keeps one row per event with the latest belief, and `settled`, the commit from which on that was believed.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from eventstore.core.attempt import Raised, attempt
from eventstore.core.canonical import decode_proven, encode
from eventstore.core.event import Micros, RecordedEvent
from eventstore.core.facet import Value
from eventstore.core.projection import Projection, State
from eventstore.errors import StateTooLarge

OPEN = 2**62
"""The end of what has none: above every time and every position."""

LIVE_AT: Micros = OPEN - 1
"""The time at which live stands: an open row must end behind it."""

LONG_KEY = 1_000
"""More rows than this behind a late event make their key long."""

LARGEST_STATE = 65_536
"""The longest state that is kept, in characters of its JSON text."""

Order = tuple[Micros, int]
"""A place in fold order: (occurred_at, position)."""


class At(NamedTuple):
    """What holds of a key behind an event: its state as JSON text (None: it holds nothing) and the state's facets.

    `gone_since`: when the last state ended, while nothing holds. `parked`: the event, by position, at which the fold
    stopped; states repeat the last good one from there on. `error` says why, at that event only.
    """

    state: str | None = None
    facets: tuple[Value, ...] = ()
    gone_since: Micros | None = None
    parked: int | None = None
    error: str | None = None


NOTHING = At()


class Row:
    """One stored belief. `before` is what held behind the preceding event, `()` where nothing did: see `rolled`.

    `closed_commit` is the commit that set `valid_to`. `id` is the row's number in the table, None until it is stored.
    """

    __slots__ = (
        "at",
        "before",
        "closed_commit",
        "event_position",
        "id",
        "known_from",
        "known_to",
        "settled",
        "valid_from",
        "valid_to",
    )

    def __init__(self, place: Order, at: At, before: tuple[Value, ...], commit: int) -> None:
        self.valid_from, self.event_position = place
        self.at, self.before = at, before
        self.known_from, self.known_to = commit, OPEN
        self.valid_to, self.closed_commit = OPEN, OPEN
        self.settled: int | None = None
        self.id: int | None = None

    @property
    def place(self) -> Order:
        """Where its event stands in fold order."""
        return self.valid_from, self.event_position

    def ended(self, valid_to: Micros, commit: int) -> "Row":
        """The row, ending where the next one begins; OPEN: it is the last."""
        self.valid_to, self.closed_commit = valid_to, OPEN if valid_to == OPEN else commit
        return self


def place(event: RecordedEvent) -> Order:
    """Where the event stands in fold order."""
    return event.occurred_at, event.position


def stepped(projection: Projection, at: At, event: RecordedEvent) -> At:
    """What holds behind the event. Whatever the fold raises parks the key, and is told; nothing raises here."""
    if at.parked is not None:
        return at if at.error is None else at._replace(error=None)
    after = attempt(_folded, projection, at, event)
    return at._replace(parked=event.position, error=str(after)) if isinstance(after, Raised) else after


def _folded(projection: Projection, at: At, event: RecordedEvent) -> At:
    state = projection.apply(None if at.state is None else decode_proven(at.state), event)
    if state is None:
        return At(gone_since=at.gone_since if at.state is None else event.occurred_at)
    return At(_kept(projection, state), projection.facets_of(state))


def _kept(projection: Projection, state: State) -> str:
    """The state as it is stored."""
    text = str(encode(state))
    if len(text) > LARGEST_STATE:
        raise StateTooLarge(projection.name, len(text), LARGEST_STATE)
    return text


def rolled(projection: Projection, at: At) -> tuple[Value, ...]:
    """What roll-ups take away again when the next state comes: True and the counted and summed facets' values.

    `()` where nothing holds.
    """
    if at.state is None:
        return ()
    return (True, *projection.rolled_of(at.facets))


class KeyHistory:
    """The rows of one key as they grow by commits.

    `current` are those of the latest belief in fold order: all, or from the one before the first event that is still to
    come. `superseded` are those that were put aside since it was made, `dropped` those that a long key does not keep.
    `events` are those of `current`, by position, as far as they may be folded again.
    """

    def __init__(
        self,
        projection: Projection,
        current: Iterable[Row] = (),
        events: Iterable[RecordedEvent] = (),
        *,
        long_key: int = LONG_KEY,
    ) -> None:
        self.projection, self.long_key = projection, long_key
        self.current, self.superseded, self.dropped = list(current), list[Row](), list[Row]()
        self.events = {event.position: event for event in events}
        self.long = any(row.settled is not None for row in self.current)

    def take(self, events: Sequence[RecordedEvent]) -> None:
        """Add the events of one commit, later than all that were added before."""
        events = sorted(events, key=place)
        self.events.update((event.position, event) for event in events)
        behind = len(self.current) - self._index(place(events[0]))
        if self.long or behind > self.long_key:
            self._take_long(events)
        elif behind:
            self._insert(events)
        else:
            self._follow(events)

    def overruns(self, first: Order) -> bool:
        """Whether a late commit that begins there would make the key long."""
        return not self.long and len(self.current) - self._index(first) > self.long_key

    def _index(self, first: Order) -> int:
        """How many rows stand before that place."""
        if not self.current or self.current[-1].place < first:
            return len(self.current)
        return bisect_left(self.current, first, key=lambda row: row.place)

    def _follow(self, events: Sequence[RecordedEvent]) -> None:
        """In order: the last row ends, new rows follow."""
        commit, at = events[0].commit_position, NOTHING
        if self.current:
            at = self.current[-1].ended(events[0].occurred_at, commit).at
        for event, following in zip(events, [*events[1:], None], strict=True):
            row = self._row(at, event, commit)
            self.current.append(row.ended(OPEN if following is None else following.occurred_at, commit))
            at = row.at

    def _insert(self, events: Sequence[RecordedEvent]) -> None:
        """Late: the rows behind the first new event are folded again until one comes out as it was."""
        commit, first = events[0].commit_position, self._index(place(events[0]))
        waiting = len(events)
        tail = {row.event_position: row for row in self.current[first:]}
        del self.current[first:]
        merged = sorted([*events, *(self.events[position] for position in tail)], key=place)
        at = self._predecessor(merged[0], commit)
        for number, event in enumerate(merged):
            following = merged[number + 1].occurred_at if number + 1 < len(merged) else OPEN
            old, new = tail.get(event.position), self._row(at, event, commit).ended(following, commit)
            kept = new if old is None else self._judged(old, new)
            self.current.append(kept)
            waiting -= old is None
            if kept is old and not waiting and old.valid_to == following:
                self.current += [tail[later.position] for later in merged[number + 1 :]]
                return
            at = kept.at

    def _predecessor(self, first: RecordedEvent, commit: int) -> At:
        """What holds before a late event; the row of it is superseded by one that ends there."""
        if not self.current:
            return NOTHING
        old = self.current.pop()
        copy = Row(old.place, old.at, old.before, commit)
        self._supersede(old, commit)
        self.current.append(copy.ended(first.occurred_at, commit))
        return old.at

    def _judged(self, old: Row, new: Row) -> Row:
        """The old row where the new one believes the same, else the new one; a row that only ends is ended in place."""
        if old.at == new.at and old.before == new.before:
            if old.valid_to == new.valid_to:
                return old
            if old.valid_to == OPEN:
                return old.ended(new.valid_to, new.known_from)
        self._supersede(old, new.known_from)
        return new

    def _supersede(self, old: Row, commit: int) -> None:
        old.known_to = commit
        self.superseded.append(old)

    def _take_long(self, events: Sequence[RecordedEvent]) -> None:
        """One row per event, the latest belief; `settled` is the highest commit of any event up to it."""
        first = 0 if not self.long else self._index(place(events[0]))
        self.long = True
        self.dropped += self.superseded + self.current[first:]
        again = [self.events[row.event_position] for row in self.current[first:]]
        self.superseded.clear()
        del self.current[first:]
        last = self.current[-1] if self.current else None
        merged = sorted([*events, *again], key=place)
        if last is not None:
            last.ended(merged[0].occurred_at, last.known_from)
        at, settled = (NOTHING, 0) if last is None else (last.at, last.settled or 0)
        for event, following in zip(merged, [*merged[1:], None], strict=True):
            row = self._row(at, event, event.commit_position)
            settled = max(settled, event.commit_position)
            row.settled, at = settled, row.at
            self.current.append(row.ended(OPEN if following is None else following.occurred_at, row.known_from))

    def _row(self, at: At, event: RecordedEvent, commit: int) -> Row:
        return Row(place(event), stepped(self.projection, at, event), rolled(self.projection, at), commit)


def history(projection: Projection, events: Iterable[RecordedEvent], *, long_key: int = LONG_KEY) -> list[Row]:
    """All rows of one key, from all its events in any order; picklable, as is all that goes in but the folds.

    A long key has only rows of its latest belief.
    """
    known = KeyHistory(projection, long_key=long_key)
    for _, commit in groupby(sorted(events, key=_by_position), key=lambda event: event.commit_position):
        known.take(list(commit))
    return [*known.superseded, *known.current]


def _by_position(event: RecordedEvent) -> int:
    return event.position
