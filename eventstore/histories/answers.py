"""What histories answer: plain values. Times are microseconds UTC, facets' values as their columns hold them.

Every answer carries the `checkpoint` of the build that gave it. `complete`: nothing was left out because looking
further would have cost too much; where it is False, ask for less.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from eventstore.core.blame import Held
from eventstore.core.canonical import decode
from eventstore.core.condition import Operator
from eventstore.core.event import Micros
from eventstore.core.facet import Value
from eventstore.core.history import OPEN


@dataclass(frozen=True, slots=True)
class Where:
    """A condition on a facet. `value` is a value as a state holds it; None with `=` or `!=`: the state has none."""

    facet: str
    operator: Operator
    value: Any


class Place(NamedTuple):
    """Where a row stands in a list by latest change, newest first; hand it back as `after` for what follows."""

    valid_from: Micros
    event_position: int
    key: str  # an event may belong to several


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One stored state of a key: what held behind the event at `event_position`.

    `state` is JSON text, None: the key holds nothing. `until` is when the next event came; None: none did. `error`
    says why the fold stopped at this event; `parked` is the position at which it did.
    """

    key: str
    state: str | None
    since: Micros
    until: Micros | None
    event_position: int
    known_from: int
    gone_since: Micros | None
    parked: int | None
    error: str | None
    facets: Mapping[str, Value] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        """Where it stands by latest change."""
        return Place(self.since, self.event_position, self.key)

    @property
    def value(self) -> Any:
        """The state as a value; decimals as `Decimal`."""
        return None if self.state is None else decode(self.state)


def ending(valid_to: Micros) -> Micros | None:
    """The end as answers have it."""
    return None if valid_to == OPEN else valid_to


@dataclass(frozen=True, slots=True)
class AsOf:
    """A key at a moment. `row` is None where it never held anything by then.

    `refolded`: an older belief of a long key, which was folded anew from its stored rows.
    """

    projection: str
    key: str
    row: Stored | None
    checkpoint: int
    refolded: bool = False

    @property
    def state(self) -> str | None:
        """The state as JSON text; None: the key holds nothing."""
        return None if self.row is None else self.row.state

    @property
    def gone_since(self) -> Micros | None:
        """When its last state ended, where nothing holds any more."""
        return None if self.row is None else self.row.gone_since


@dataclass(frozen=True, slots=True)
class Steps:
    """Stored states of one key in fold order, and whether more follow."""

    projection: str
    key: str
    rows: Sequence[Stored]
    more: bool
    checkpoint: int
    refolded: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Keys that hold at a moment, the last changed first. `after` continues it; None: this was the last page.

    `visited` rows were looked at. `flat` is False below the latest belief, where rows are looked through.
    """

    projection: str
    rows: Sequence[Stored]
    after: Place | None
    visited: int
    complete: bool
    flat: bool
    checkpoint: int


@dataclass(frozen=True, slots=True)
class Tally:
    """How many keys hold a value, and the sums of each summed facet over them, scaled as the facet is."""

    value: str
    keys: int
    sums: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Counts:
    """Keys by value of a facet at a moment, most first; by none: one tally of all.

    `flat` is False where rows were looked through: below the latest belief, or where a facet is not counted.
    """

    projection: str
    by: str | None
    tallies: Sequence[Tally]
    complete: bool
    flat: bool
    checkpoint: int

    @property
    def keys(self) -> int:
        """All keys that hold anything."""
        return sum(tally.keys for tally in self.tallies)


@dataclass(frozen=True, slots=True)
class Point:
    """What holds just before the time `at`, by value."""

    at: Micros
    tallies: Mapping[str, Tally]


@dataclass(frozen=True, slots=True)
class Curve:
    """A counted facet over time: a point at the end of each bucket. Values in the order of their first appearance."""

    projection: str
    facet: str | None
    values: Sequence[str]
    points: Sequence[Point]
    width: Micros
    complete: bool
    flat: bool
    checkpoint: int


class Move(NamedTuple):
    """Keys that went from one value to another between two moments; None: the key held nothing."""

    before: str | None
    after: str | None
    keys: int


Values = tuple[str | None, str | None]
"""A facet's values before and after, as in `Move`."""


@dataclass(frozen=True, slots=True)
class Behind:
    """Which of the keys behind the moves to show, by key: those of one move, or of all; those that follow `after`."""

    move: Values | None = None
    after: str = ""
    limit: int = 50

    def ask(self, key: str, move: Values) -> bool:
        """Whether it is one of them."""
        return self.move in (None, move) and key > self.after


@dataclass(frozen=True, slots=True)
class Changed:
    """A key that differs between two moments; None on a side: it held nothing there."""

    key: str
    first: Stored | None
    second: Stored | None


@dataclass(frozen=True, slots=True)
class Between:
    """What changed in a whole read model between two moments. `moves` count keys by the facet's values.

    `rows` are the keys behind the moves that were asked for, by key; `after` continues them.
    """

    projection: str
    by: str | None
    moves: Sequence[Move]
    rows: Sequence[Changed]
    after: str | None
    complete: bool
    flat: bool
    checkpoint: int

    @property
    def appeared(self) -> int:
        """Keys that hold at the second moment only."""
        return sum(move.keys for move in self.moves if move.before is None)

    @property
    def gone(self) -> int:
        """Keys that hold at the first moment only."""
        return sum(move.keys for move in self.moves if move.after is None)

    @property
    def changed(self) -> int:
        """Keys that hold at both, with another state."""
        return sum(move.keys for move in self.moves if move.before is not None and move.after is not None)


class Interval(NamedTuple):
    """A time in which a condition held; `until` None: it still does at the moment that was asked for."""

    since: Micros
    until: Micros | None


@dataclass(frozen=True, slots=True)
class Was:
    """A key for which a condition held at some time, with all the times."""

    key: str
    intervals: Sequence[Interval]


@dataclass(frozen=True, slots=True)
class Ever:
    """Keys that were ever so, those most recently so first. `after` continues; None: that was all."""

    projection: str
    found: Sequence[Was]
    after: Place | None
    visited: int
    complete: bool
    checkpoint: int


Sight = Callable[[str], str]
"""Makes of a state's JSON text what may be seen of it, as JSON text."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What whoever asks may see of states: a condition finds out nothing else.

    `state` None: all of it. Facets that are `hidden` do not even help to find keys.
    """

    state: Sight | None = None
    hidden: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A key for which a condition held at some time, with all the times and the events at their edges.

    `refolded`: by an older belief of a long key, which was folded anew from its stored rows.
    """

    key: str
    held: Sequence[Held]
    refolded: bool = False


@dataclass(frozen=True, slots=True)
class When:
    """When a condition held, by key. `after` continues with the keys that follow; None: those were all.

    So many `keys` with so many `rows` were looked at. `narrowed`: of so many keys, which an index named; None: of all
    keys, which have at most `stored` rows together.
    """

    projection: str
    found: Sequence[HeldKey]
    after: str | None
    keys: int
    rows: int
    narrowed: int | None
    stored: int
    checkpoint: int
