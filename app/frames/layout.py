"""Where services stand on a map: in columns, callers before those whom they call. Pure.

The same calls give the same map. A call over several columns is led between the services there, through a place of its
own in each.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

GAP = 18
"""Between two things of a column, in pixels, like all heights here."""

LANE = 12
"""The height of a call that is led through a column."""

ENTRY, EXIT = 42, 16
"""How far apart calls enter a service, where their labels stand, and leave one."""

Pair = tuple[str, str]
Spot = tuple[str, Pair | None]
"""What has a place in a column: a service, or, with the pair, a call that is led through before it comes there."""


@dataclass(frozen=True, slots=True)
class Box:
    """A service's place."""

    name: str
    column: int
    top: float
    height: float


@dataclass(frozen=True, slots=True)
class Way:
    """A call's way from left to right, a (column, y) in each column. `turned`: the caller stands at its right end."""

    caller: str
    callee: str
    points: tuple[tuple[int, float], ...]
    turned: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """A map's places and ways, so many columns wide and so high."""

    boxes: tuple[Box, ...]
    ways: tuple[Way, ...]
    columns: int
    height: float


def laid_out(heights: Mapping[str, float], pairs: Iterable[Pair]) -> Layout:
    """The map of services that are at least so high, and of who calls whom. Calls to oneself have no way."""
    proper = sorted({(caller, callee) for caller, callee in pairs if caller != callee})
    ranks = _ranks(sorted(heights), proper)
    ahead = sorted({(left, right) if ranks[left] < ranks[right] else (right, left) for left, right in proper})
    tall = {name: max(heights[name], _sides(name, ahead)) for name in heights}
    columns = _columns(sorted(ranks, key=ranks.__getitem__), ahead)
    rows = _with_lonely(_ordered(columns, ahead), [name for name in sorted(heights) if name not in columns], tall)
    spots = {spot: (place, top) for place, row in enumerate(rows) for spot, top in _stacked(row, tall, rows)}
    boxes = {name: Box(name, *spots[name, None], tall[name]) for name in sorted(heights)}
    lines = {pair: _points(pair, spots, boxes, ahead) for pair in ahead}
    ways = (Way(*pair, lines[pair], turned=False) if pair in lines else _turned(pair, lines) for pair in proper)
    return Layout(tuple(boxes.values()), tuple(ways), len(rows), max((_high(row, tall) for row in rows), default=0))


def _ranks(names: Sequence[str], pairs: Sequence[Pair]) -> dict[str, int]:
    """An order in which callers come first; where they call in a ring, those that call most and are called least."""
    found, left = dict[str, int](), set(names)
    callers = {name: {one for one, other in pairs if other == name} for name in names}
    callees = {name: {other for one, other in pairs if one == name} for name in names}
    while left:
        first = min(left, key=lambda name: (len(callers[name] & left), -len(callees[name] & left), name))
        found[first] = len(found)
        left.remove(first)
    return found


def _sides(name: str, ahead: Sequence[Pair]) -> float:
    """How high a service must be for the calls at its sides."""
    return max(ENTRY * sum(right == name for _, right in ahead), EXIT * sum(left == name for left, _ in ahead))


def _columns(names: Sequence[str], ahead: Sequence[Pair]) -> dict[str, int]:
    """The column of each service that has to do with others: behind all that stand before it."""
    found = dict[str, int]()
    for name in names:
        before = [found[left] + 1 for left, right in ahead if right == name]
        if before or any(left == name for left, _ in ahead):
            found[name] = max(before, default=0)
    return found


def _ordered(columns: Mapping[str, int], ahead: Sequence[Pair]) -> list[list[Spot]]:
    """The columns from left to right, each beside what it comes from, so that few calls cross."""
    rows: list[list[Spot]] = [[] for _ in range(max(columns.values(), default=0) + 1)]
    for place in range(len(rows)):
        above = {spot: number for number, spot in enumerate(rows[place - 1])} if place else {}
        through = [(right, (left, right)) for left, right in ahead if columns[left] < place < columns[right]]
        spots: list[Spot] = [*((name, None) for name in columns if columns[name] == place), *through]
        rows[place] = sorted(spots, key=lambda spot: (mean(_above(spot, above, ahead)), spot[0], spot[1] or ("", "")))
    return rows


def _above(spot: Spot, above: Mapping[Spot, int], ahead: Sequence[Pair]) -> list[int]:
    """The places, in the column before, of what leads to the spot."""
    pairs = [pair for pair in ahead if spot[1] in (None, pair) and pair[1] == spot[0]]
    found = [above.get((right, (left, right)), above.get((left, None))) for left, right in pairs]
    return [one for one in found if one is not None] or [0]


def _with_lonely(rows: list[list[Spot]], lonely: Sequence[str], tall: Mapping[str, float]) -> list[list[Spot]]:
    """With those that call nobody and are called by none, each at the foot of the column that is lowest then."""
    for name in lonely:
        min(rows, key=lambda row: _high(row, tall)).append((name, None))
    return rows


def _height(spot: Spot, tall: Mapping[str, float]) -> float:
    return tall[spot[0]] if spot[1] is None else LANE


def _high(row: Sequence[Spot], tall: Mapping[str, float]) -> float:
    return sum(_height(spot, tall) + GAP for spot in row) - GAP if row else 0


def _stacked(
    row: Sequence[Spot], tall: Mapping[str, float], rows: Sequence[Sequence[Spot]]
) -> Iterator[tuple[Spot, float]]:
    """The top of each thing of a column, the column in the middle of the map's height."""
    top = (max(_high(one, tall) for one in rows) - _high(row, tall)) / 2
    for spot in row:
        yield spot, top
        top += _height(spot, tall) + GAP


def _points(
    pair: Pair, spots: Mapping[Spot, tuple[int, float]], boxes: Mapping[str, Box], ahead: Sequence[Pair]
) -> tuple[tuple[int, float], ...]:
    """The way from the left service's side through its lanes to the right one's."""
    left, right = boxes[pair[0]], boxes[pair[1]]
    lanes = [(place, top + LANE / 2) for (_, through), (place, top) in spots.items() if through == pair]
    leaving = [boxes[other] for one, other in ahead if one == left.name]
    coming = [boxes[one] for one, other in ahead if other == right.name]
    return ((left.column, _port(left, leaving, right)), *sorted(lanes), (right.column, _port(right, coming, left)))


def _port(box: Box, others: Sequence[Box], other: Box) -> float:
    """Where at a side the call to or from the other ends: in their order from top to bottom, evenly spaced."""
    ends = sorted(others, key=lambda one: (one.top + one.height / 2, one.column, one.name))
    return box.top + box.height * (ends.index(other) + 0.5) / len(ends)


def _turned(pair: Pair, lines: Mapping[Pair, tuple[tuple[int, float], ...]]) -> Way:
    caller, callee = pair
    return Way(caller, callee, lines[callee, caller], turned=True)
