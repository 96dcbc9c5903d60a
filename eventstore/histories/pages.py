"""Pages: which keys hold at a moment, and which ever did, by latest change, newest first.

Rows are looked at in slices along an index, so a page costs what it shows and what it must pass over, never the length
of history; what it passes over is bounded and told.
"""

from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import islice
from operator import attrgetter

from eventstore.core.event import Micros
from eventstore.core.history import OPEN
from eventstore.histories import counts
from eventstore.histories.answers import Ever, Interval, Page, Place, Stored, Was, Where
from eventstore.histories.conditions import Conditions, conditions
from eventstore.histories.keys import Projections, as_of, steps
from eventstore.histories.standing import Standing, columns

MOST_VISITED = 20_000
"""A page looks at no more rows than this."""

_FIRST_SLICE = 128

Hit = tuple[Place, int]
"""Where a row stands, and its id."""


class Visit:
    """A walk along the rows that a condition finds by index, newest first, from a place on."""

    def __init__(self, at: Standing, asked: Conditions, after: Place | None) -> None:
        self._at, self._asked = at, asked
        self.place = after or Place(at.occurred, OPEN, "")
        self.visited, self.complete = 0, True

    def hits(self, test: str) -> Iterator[Hit]:
        """The rows for which the test holds, until they or the bound are used up."""
        size, asked = _FIRST_SLICE, self._asked
        sql = _SLICE.format(
            test=f"{test} AND {asked.filtered}",
            table=self._at.build.rows,
            believed=self._at.believed,
            **_sought(asked.sought),
        )
        while True:
            rows = self._at.rows(sql, *asked.filtered_values, *asked.sought_values * 2, *self.place, size)
            for number, since, position, key, hit in rows:
                self.visited += 1
                self.place = Place(since, position, key)
                if hit:
                    yield self.place, number
            if len(rows) < size:
                return
            if self.visited >= MOST_VISITED:
                self.complete = False
                return
            size = min(2 * size, MOST_VISITED)


_SLICE = """
    SELECT id, valid_from, event_position, key, CASE WHEN {test} THEN 1 ELSE 0 END FROM {table}
    WHERE {bound} {believed} AND ({first}valid_from, event_position, key) < ({mark}?, ?, ?)
    ORDER BY {down}valid_from DESC, event_position DESC, key DESC LIMIT ?"""


def _sought(column: str) -> dict[str, str]:
    """How the slice finds the value of a column: in the order of its own index, so that no planner takes another.

    PostgreSQL would walk all rows by time where it thinks that the value is as frequent everywhere as on the whole.
    """
    if not column:
        return {"bound": "", "first": "", "mark": "", "down": ""}
    return {"bound": f"{column} >= ? AND", "first": f"{column}, ", "mark": "?, ", "down": f"{column} DESC, "}


_place = attrgetter("place")


def page(at: Standing, where: Sequence[Where], after: Place | None, limit: int, projections: Projections) -> Page:
    """The keys that hold at the moment and fulfil the conditions, the last changed first."""
    asked = conditions(at.build, where)
    visit = Visit(at, asked, after)
    found = _fetched(at, list(islice(visit.hits(_alive(at)), _most(at, asked, limit, projections))))
    long = [row for row in _of_long_keys(at, asked, after, projections) if visit.complete or row.place > visit.place]
    found = list(merge(found, long, key=_place, reverse=True))
    more = len(found) > limit or not visit.complete
    shown = found[:limit]
    last = shown[-1].place if len(found) > limit else visit.place
    return Page(
        at.build.projection, shown, last if more else None, visit.visited, visit.complete, at.known is None,
        at.build.position,
    )  # fmt: skip


def _most(at: Standing, asked: Conditions, limit: int, projections: Projections) -> int:
    """How many rows to look for: where roll-ups tell how many there are, the walk ends at the last of them.

    Else a page of a status that keys only pass through would look at all that ever did.
    """
    if len(asked.tests) != 1 or asked.tests[0][1] != "=":
        return limit + 1
    (facet, _, value), *_ = asked.tests
    holding = counts.holding(at, facet.name, value, projections)
    return limit + 1 if holding is None else min(limit + 1, holding)


def _alive(at: Standing) -> str:
    """The part of being alive that the slice does not ask already."""
    if at.known is None:
        return f"valid_to > {at.occurred}"
    return f"(valid_to > {at.occurred} OR closed_commit > {at.known}) AND settled IS NULL"


def _fetched(at: Standing, hits: Sequence[Hit]) -> list[Stored]:
    """The rows themselves, in the order of the hits."""
    condition, values = at.session.database.among("id", [number for _, number in hits])
    sql = f"SELECT {columns(at.build)} FROM {at.build.rows} WHERE {condition}"  # noqa: S608 - our own words
    return sorted(map(at.as_stored, at.rows(sql, *values)), key=_place, reverse=True)


def _of_long_keys(at: Standing, asked: Conditions, after: Place | None, projections: Projections) -> Iterator[Stored]:
    """Of the long keys those that fulfil the conditions, where an older belief is asked for."""
    rows = [as_of(at, key, projections).row for key in at.long_keys()]
    begin = after or Place(at.occurred, OPEN, "")
    yield from sorted(
        (row for row in rows if row is not None and asked.hold(row) and row.place < begin), key=_place, reverse=True
    )


def ever(at: Standing, where: Sequence[Where], after: Place | None, limit: int, projections: Projections) -> Ever:
    """The keys that ever fulfilled the conditions up to the moment, with the times in which they did."""
    asked = conditions(at.build, where)
    visit = Visit(at, asked, after)
    found: list[tuple[Place, Was]] = []
    for place, number in visit.hits(_not_long(at)):
        was = _told(at, asked, place, number, projections)
        if was is not None:
            found.append((place, was))
        if len(found) > limit:
            break
    long = _long_ever(at, asked, after, projections)
    found += [one for one in long if visit.complete or one[0] > visit.place]
    found.sort(reverse=True)
    more = len(found) > limit
    shown = found[:limit]
    last = shown[-1][0] if more else visit.place
    return Ever(
        at.build.projection, [was for _, was in shown], last if more or not visit.complete else None, visit.visited,
        visit.complete, at.build.position,
    )  # fmt: skip


def _not_long(at: Standing) -> str:
    return "1 = 1" if at.known is None else "settled IS NULL"


def _told(at: Standing, asked: Conditions, place: Place, number: int, projections: Projections) -> Was | None:
    """The key of a row with its times; None where a newer row of the key was told already."""
    ((key,),) = at.rows(f"SELECT key FROM {at.build.rows} WHERE id = ?", number)  # noqa: S608 - our own names
    rows = _fulfilling(at, asked, key, projections)
    return Was(key, _intervals(rows, at.occurred)) if rows and rows[-1].place == place else None


def _long_ever(
    at: Standing, asked: Conditions, after: Place | None, projections: Projections
) -> Iterator[tuple[Place, Was]]:
    begin = after or Place(at.occurred, OPEN, "")
    for key in at.long_keys():
        rows = _fulfilling(at, asked, key, projections)
        if rows and rows[-1].place < begin:
            yield rows[-1].place, Was(key, _intervals(rows, at.occurred))


def _fulfilling(at: Standing, asked: Conditions, key: str, projections: Projections) -> list[Stored]:
    """The key's states that fulfil the conditions, without those that another event ended in the same instant."""
    rows = steps(at, key, projections, None, MOST_VISITED).rows
    return [row for row in rows if row.until != row.since and asked.hold(row)]


def _intervals(rows: Sequence[Stored], occurred: Micros) -> list[Interval]:
    """The times of these rows; those that meet are one."""
    found: list[Interval] = []
    for row in rows:
        until = None if row.until is None or row.until > occurred else row.until
        if found and found[-1].until == row.since:
            found[-1] = Interval(found[-1].since, until)
        else:
            found.append(Interval(row.since, until))
    return found
