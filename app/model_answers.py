"""What `queries` answers about read models: plain frozen values, masked already. Times are microseconds UTC.

Every answer tells the `checkpoint` that it was given at, whether all was looked at (`complete`), and whether its cost
grows with history (`flat` is False).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

Shown = str | int | float | Decimal | None
"""A facet's value as a state holds it; times are microseconds."""


@dataclass(frozen=True, slots=True)
class FacetKind:
    """A facet: `kind` is text, integer, decimal, number or time; `hidden`: a mask hides its values."""

    name: str
    kind: str
    counted: bool
    summed: bool
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """A read model as one version of its code computed it, up to `position`.

    `failure` says why it was left behind; `stopped` are facets that took on too many values to be counted.
    """

    number: int
    state: str
    code: str
    position: int
    failure: str | None
    stopped: tuple[str, ...]
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class Model:
    """A read model: its facets, the build that answers (None: it was never projected) and the other builds."""

    name: str
    facets: tuple[FacetKind, ...]
    build: Build | None
    others: tuple[Build, ...]

    @property
    def shown(self) -> tuple[FacetKind, ...]:
        """The facets whose values may be seen."""
        return tuple(facet for facet in self.facets if not facet.hidden)

    @property
    def hidden(self) -> tuple[str, ...]:
        """The facets whose values a mask hides."""
        return tuple(facet.name for facet in self.facets if facet.hidden)

    @property
    def counted(self) -> tuple[str, ...]:
        """The facets by which keys can be counted now."""
        stopped = self.build.stopped if self.build else ()
        return tuple(facet.name for facet in self.shown if facet.counted and facet.name not in stopped)

    @property
    def summed(self) -> tuple[str, ...]:
        """The facets that can be summed."""
        return tuple(facet.name for facet in self.shown if facet.summed)


@dataclass(frozen=True, slots=True)
class Read:
    """A read model, and the position up to which it has read the log."""

    model: str
    checkpoint: int


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A key that holds at the moment: its facets' values by name, since when, and by which event."""

    key: str
    values: Mapping[str, Shown]
    since: int
    position: int
    parked: bool


@dataclass(frozen=True, slots=True)
class ModelPage:
    """Keys that hold at a moment, the last changed first; `after` continues them, empty: these were the last."""

    rows: tuple[ModelRow, ...]
    after: str
    visited: int
    complete: bool
    flat: bool
    checkpoint: int


@dataclass(frozen=True, slots=True)
class Tally:
    """How many keys hold a value ('': the state has none), and the sums over them."""

    value: str
    keys: int
    sums: Mapping[str, int | Decimal]


@dataclass(frozen=True, slots=True)
class ModelCounts:
    """Keys by value of the facet `by` at a moment, the most first; by none: one tally of all."""

    by: str | None
    tallies: tuple[Tally, ...]
    complete: bool
    flat: bool
    checkpoint: int

    @property
    def keys(self) -> int:
        """All keys that hold anything."""
        return sum(tally.keys for tally in self.tallies)

    def sum_of(self, facet: str) -> int | Decimal:
        """A summed facet over all keys."""
        return sum((tally.sums[facet] for tally in self.tallies), start=0)


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """What held just before the time `at`."""

    at: int
    tallies: tuple[Tally, ...]


@dataclass(frozen=True, slots=True)
class ModelCurve:
    """Counts and sums over time; `values` in the order of their first appearance."""

    by: str | None
    values: tuple[str, ...]
    points: tuple[CurvePoint, ...]
    since: int
    before: int
    flat: bool
    checkpoint: int


@dataclass(frozen=True, slots=True)
class Move:
    """Keys that went from one value to another; None: they held nothing on that side."""

    before: str | None
    after: str | None
    keys: int


@dataclass(frozen=True, slots=True)
class ChangedKey:
    """A key that differs between two moments: its states there, None where it held nothing."""

    key: str
    first: str | None
    second: str | None
    position: int | None


@dataclass(frozen=True, slots=True)
class Compared:
    """What changed in a whole read model from one moment to another, and the keys behind the chosen move."""

    by: str | None
    first: int
    second: int | None
    moves: tuple[Move, ...]
    rows: tuple[ChangedKey, ...]
    after: str
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


@dataclass(frozen=True, slots=True)
class WasKey:
    """A key that was ever so, with the times `since <= t < until`; until None: it still is."""

    key: str
    intervals: tuple[tuple[int, int | None], ...]


@dataclass(frozen=True, slots=True)
class WasEver:
    """Keys that were ever so, those most recently so first; `after` continues them."""

    found: tuple[WasKey, ...]
    after: str
    visited: int
    complete: bool
    checkpoint: int


@dataclass(frozen=True, slots=True)
class Proof:
    """The last comparison with the replay: so many keys of all, and the keys that drifted, with what differed."""

    checkpoint: int
    proved_at: int
    keys: int
    compared: int
    drifts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A parked key or an unrouted event (it has no key), and why; None: a mask may hide what the error quotes."""

    key: str
    position: int
    since: int | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Course:
    """How a read model is doing: behind by so many events and microseconds, keys parked, events unrouted."""

    model: Model
    lag: int
    behind: int
    parked: int
    unrouted: int
    proof: Proof | None
