"""Counts and curves: from roll-ups at the latest belief, by rows below it or for facets that are not counted."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from eventstore.builds import Build
from eventstore.core.event import Micros
from eventstore.core.facet import Value
from eventstore.core.history import LIVE_AT, OPEN
from eventstore.databases import Row
from eventstore.histories.answers import Counts, Curve, Point, Stored, Tally
from eventstore.histories.conditions import facet_of
from eventstore.histories.keys import Projections, as_of, steps
from eventstore.histories.standing import Standing

MOST_ROWS = 5_000
"""A curve finer than the roll-ups is drawn from rows where the window holds at most so many."""

FINE: Micros = 1_000_000
"""No bucket of a curve is narrower than a second."""

LONGEST = 100_000

_ALL = 2**62
"""No bound."""


class Delta(NamedTuple):
    """What changes at a time: so many more keys of a value, and their sums."""

    at: Micros
    value: str
    numbers: tuple[int, ...]


def count(at: Standing, by: str | None, projections: Projections) -> Counts:
    """How many keys hold each value of the facet at the moment."""
    flat = _rolled(at, by)
    totals = _Totals(at.build)
    for value, *numbers in _whole_buckets(at, by) if flat else _grouped(at, by, at.alive):
        totals.add(value, numbers)
    for delta in _part_bucket(at, by) if flat else _long_tallies(at, by, projections):
        totals.add(delta.value, delta.numbers)
    tallies = sorted(totals.tallies().values(), key=lambda tally: (-tally.keys, tally.value))
    return Counts(at.build.projection, by, tallies, complete=True, flat=flat, checkpoint=at.build.position)


def holding(at: Standing, by: str, value: Value, projections: Projections) -> int | None:
    """How many keys hold the value at the moment; None where only looking through rows would tell."""
    if not _rolled(at, by):
        return None
    return next((one.keys for one in count(at, by, projections).tallies if one.value == (value or "")), 0)


def _rolled(at: Standing, by: str | None) -> bool:
    """Whether roll-ups answer."""
    if by is None:
        return at.known is None
    facet = facet_of(at.build, by)
    return at.known is None and facet.counted and by not in at.build.stopped


class _Totals:
    """Numbers by value: keys, then the sum of each summed facet."""

    def __init__(self, build: Build) -> None:
        self._names = [facet.name for facet in build.summed]
        self._found: dict[str, list[int]] = {}
        self._told: dict[str, Tally] = {}

    def add(self, value: Any, numbers: Iterable[Any]) -> None:
        """Add to a value's numbers."""
        name = "" if value is None else str(value)
        found = self._found.setdefault(name, [0] * (1 + len(self._names)))
        for place, number in enumerate(numbers):
            found[place] += int(number or 0)
        self._told.pop(name, None)
        if any(found):
            self._told[name] = Tally(name, found[0], dict(zip(self._names, found[1:], strict=True)))

    def tallies(self) -> dict[str, Tally]:
        """The values that any key holds."""
        return {value: self._told[value] for value in self._found if value in self._told}


def _sums(build: Build, before: str = "") -> str:
    return "".join(f", sum({before or 's_'}{facet.name})" for facet in build.summed)


def _whole_buckets(at: Standing, by: str | None, end: Micros | None = None) -> list[Row]:
    """Value, keys and sums of all whole buckets below a time: from wide ones to narrow ones, each range once."""
    build, parts, values = at.build, list[str](), list[Any]()
    covered, end = -OPEN, at.occurred if end is None else end
    sums = "".join(f", s_{facet.name}" for facet in build.summed)
    for width in reversed(build.levels):
        reach = end - end % width
        parts.append(
            f"SELECT value, keys{sums} FROM {build.rollup} WHERE facet = ? AND width = ? AND bucket >= ? AND bucket < ?"  # noqa: S608
        )
        values += (by or "", width, covered, reach)
        covered = max(covered, reach)
    sql = f"SELECT value, sum(keys){_sums(build)} FROM ({' UNION ALL '.join(parts)}) AS found GROUP BY value"  # noqa: S608
    return at.rows(sql, *values)


def _part_bucket(at: Standing, by: str | None) -> Iterator[Delta]:
    """What the bucket in which the moment lies has brought up to it: one pass over its rows."""
    start = at.occurred - at.occurred % at.build.finest
    yield from _deltas(at, by, start, at.occurred + 1, moment=str(start))


def _deltas(
    at: Standing, by: str | None, since: Micros, before: Micros, *, moment: str = "valid_from", most: int = _ALL
) -> Iterator[Delta]:
    """What rows that begin in a time bring and take away: telescoped, it is what changes in it.

    The database sums it up by `moment`. Raises `_TooManyError` where there are more than `most` rows.
    """
    build, value = at.build, f"f_{by}" if by else "NULL"
    previous = f"b_{by}" if by and facet_of(build, by).rolled else "NULL"
    names = [*(f"f_{facet.name}" for facet in build.summed), *(f"b_{facet.name}" for facet in build.summed)]
    sums = "".join(f", sum({name})" for name in names)
    own = "".join(f", {name}" for name in names)
    long = "" if at.known is None else " AND settled IS NULL"
    rows = at.rows(
        f"SELECT moment, held, value, held_before, previous, count(*){sums} FROM (SELECT {moment} AS moment,"  # noqa: S608
        f" state IS NOT NULL AS held, {value} AS value, held_before, {previous} AS previous{own} FROM {build.rows}"
        f" WHERE {at.believed}{long} AND valid_from >= ? AND valid_from < ? LIMIT ?) AS found"
        " GROUP BY moment, held, value, held_before, previous",
        since,
        before,
        most + 1,
    )
    if sum(row[5] for row in rows) > most:
        raise _TooManyError
    half = len(build.summed)
    for start, held, new, held_before, old, keys, *summed in rows:
        yield from _both(start, keys, (held, new, summed[:half]), (held_before, old, summed[half:]))


def _both(start: Micros, keys: int, new: tuple[Any, ...], old: tuple[Any, ...]) -> Iterator[Delta]:
    """What rows of one kind bring, and what they take."""
    for sign, (held, value, sums) in ((1, new), (-1, old)):
        if held:
            numbers = (sign * keys, *(sign * int(one or 0) for one in sums))
            yield Delta(int(start), "" if value is None else str(value), numbers)


class _TooManyError(Exception):
    """More rows than a curve is drawn from."""


def _grouped(at: Standing, by: str | None, condition: str) -> list[Row]:
    """Value, keys and sums of the rows that fulfil a condition, looked through."""
    column = f"f_{by}" if by else "NULL"
    sql = (
        f"SELECT {column}, count(*){_sums(at.build, 'f_')} FROM {at.build.rows} WHERE {condition} AND state IS NOT NULL"  # noqa: S608
    )
    return at.rows(f"{sql} GROUP BY 1" if by else sql)


def _long_tallies(at: Standing, by: str | None, projections: Projections) -> Iterator[Delta]:
    """What long keys hold, each asked by itself, where an older belief is asked for."""
    for key in at.long_keys():
        row = as_of(at, key, projections).row
        if row is not None and row.state is not None:
            yield _brought(at.build, row, by, +1)


def _brought(build: Build, row: Stored, by: str | None, sign: int) -> Delta:
    value = row.facets[by] if by else None
    sums = (sign * int(row.facets[facet.name] or 0) for facet in build.summed)
    return Delta(row.since, "" if value is None else str(value), (sign, *sums))


def curve(at: Standing, by: str | None, since: Micros, until: Micros, buckets: int, projections: Projections) -> Curve:
    """The counted facet over time. Points are what held just before each bucket's end, none above the moment."""
    wanted = max(1, -(-(until - since) // buckets))
    drawn = (
        _by_rollup(at, by, since, until, wanted)
        if _rolled(at, by)
        else _by_rows(at, by, since, until, max(wanted, FINE), projections)
    )
    values = dict.fromkeys(value for point in drawn.points for value in point.tallies)
    return Curve(
        at.build.projection, by, tuple(values), drawn.points, drawn.width, complete=True, flat=drawn.flat,
        checkpoint=at.build.position,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Drawn:
    points: Sequence[Point]
    width: Micros
    flat: bool


def _by_rollup(at: Standing, by: str | None, since: Micros, until: Micros, wanted: Micros) -> _Drawn:
    """From the widest roll-ups that are fine enough; from rows where none is, if they are few."""
    build = at.build
    if wanted < build.finest:
        try:
            return _finely(at, by, since, until, max(wanted, FINE))
        except _TooManyError:
            wanted = build.finest
    level = max(width for width in build.levels if width <= wanted)
    width = -(-wanted // level) * level
    start, end = since - since % level, until + -until % level
    totals = _Totals(build)
    for value, *numbers in _whole_buckets(at, by, start):
        totals.add(value, numbers)
    sums = _sums(build)
    sql = (
        f"SELECT (bucket - ?) / ?, value, sum(keys){sums} FROM {build.rollup} WHERE facet = ? AND width = ?"  # noqa: S608
        " AND bucket >= ? AND bucket < ? GROUP BY 1, 2"
    )
    rows = at.rows(sql, start, width, by or "", level, start, end)
    deltas = [Delta(start + int(place) * width, value, tuple(map(int, numbers))) for place, value, *numbers in rows]
    return _Drawn(_points(totals, deltas, start, end, width), width, flat=True)


def _finely(at: Standing, by: str | None, since: Micros, until: Micros, width: Micros) -> _Drawn:
    """From the rows of the window, over what held before it."""
    bucket = f"{since} + (valid_from - {since}) / {width} * {width}"
    deltas = list(_deltas(at, by, since, until, moment=bucket, most=MOST_ROWS))
    before = Standing(at.session, at.build, since - 1, at.known)
    totals = _Totals(at.build)
    for value, *numbers in _whole_buckets(before, by):
        totals.add(value, numbers)
    for delta in _part_bucket(before, by):
        totals.add(delta.value, delta.numbers)
    return _Drawn(_points(totals, deltas, since, until, width), width, flat=True)


def _by_rows(
    at: Standing, by: str | None, since: Micros, until: Micros, width: Micros, projections: Projections
) -> _Drawn:
    """From all rows of the belief up to the window's end; long keys each by itself."""
    if by is not None and not facet_of(at.build, by).rolled:
        raise ValueError(f"{at.build.projection} does not count {by}: declare it `counted` and rebuild.")
    end = min(until, at.occurred + 1)
    deltas = [*_deltas(at, by, -OPEN, end), *_long_deltas(at, by, end, projections)]
    totals = _Totals(at.build)
    for delta in deltas:
        if delta.at < since:
            totals.add(delta.value, delta.numbers)
    within = [delta for delta in deltas if delta.at >= since]
    return _Drawn(_points(totals, within, since, until, width), width, flat=False)


def _long_deltas(at: Standing, by: str | None, before: Micros, projections: Projections) -> Iterator[Delta]:
    for key in at.long_keys():
        last: Stored | None = None
        for row in steps(at, key, projections, None, LONGEST).rows:
            if last is not None and last.state is not None:
                yield Delta(row.since, *_taken(_brought(at.build, last, by, -1)))
            if row.state is not None and row.since < before:
                yield _brought(at.build, row, by, +1)
            last = row


def _taken(delta: Delta) -> tuple[str, tuple[int, ...]]:
    return delta.value, delta.numbers


def _points(totals: _Totals, deltas: Iterable[Delta], start: Micros, end: Micros, width: Micros) -> list[Point]:
    """What holds at the end of each bucket, given what held before the first."""
    by_bucket: dict[int, list[Delta]] = {}
    for delta in deltas:
        by_bucket.setdefault((delta.at - start) // width, []).append(delta)
    points: list[Point] = []
    for place in range(max(1, -(-(end - start) // width))):
        for delta in by_bucket.get(place, ()):
            totals.add(delta.value, delta.numbers)
        points.append(Point(min(start + (place + 1) * width, LIVE_AT), totals.tallies()))
    return points
