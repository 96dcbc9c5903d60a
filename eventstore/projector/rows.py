"""A build's rows: read for the keys of a batch, written with what they change in the roll-ups."""

import operator
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from eventstore.builds import Build, columns
from eventstore.core.event import Micros
from eventstore.core.facet import Value
from eventstore.core.history import LIVE_AT, OPEN, At, KeyHistory, Row
from eventstore.databases import Row as Columns
from eventstore.databases import Session

_LAST = """
    SELECT h.id, {columns} FROM {given} JOIN {table} h ON h.id = (
        SELECT id FROM {table} WHERE key = given.text AND known_to = {open} AND valid_from <= given.number
        ORDER BY valid_from DESC, event_position DESC, known_from DESC LIMIT 1)"""

_LATER = """
    SELECT h.id, {columns} FROM {given} JOIN {table} h
    ON h.key = given.text AND h.valid_from > given.number AND h.known_to = {open}
    ORDER BY h.key, h.valid_from, h.event_position"""

_CHANGEABLE = ("valid_to", "known_to", "closed_commit")

ALWAYS: Micros = -OPEN
"""Before every time."""


def last_rows(session: Session, build: Build, keys: Iterable[tuple[str, Micros]]) -> dict[str, Row]:
    """Of each key the row of the latest belief that began last, at that time or before."""
    return dict(_asked(session, build, _LAST, keys))


def later_rows(session: Session, build: Build, keys: Iterable[tuple[str, Micros]]) -> dict[str, list[Row]]:
    """Of each key the rows of the latest belief that began after that time, in fold order."""
    found: dict[str, list[Row]] = {}
    for key, row in _asked(session, build, _LATER, keys):
        found.setdefault(key, []).append(row)
    return found


def newest(keys: Iterable[str]) -> list[tuple[str, Micros]]:
    """The keys, each with a time after which nothing begins."""
    return [(key, LIVE_AT) for key in keys]


def _asked(session: Session, build: Build, sql: str, keys: Iterable[tuple[str, Micros]]) -> list[tuple[str, Row]]:
    given, values = session.database.given(list(keys))
    names = ", ".join(f"h.{name}" for name in columns(build.facets))
    statement = sql.format(columns=names, given=given, table=build.rows, open=OPEN)
    return [read(build, found) for found in session.rows(statement, values)]


def read(build: Build, found: Columns) -> tuple[str, Row]:
    """The key and the row of a line of the table: its id, then its columns."""
    (number, key, valid_from, valid_to, position, known_from, known_to, closed, settled, gone, parked, error, state) = (
        found[:13]
    )
    ends = 13 + len(build.facets)
    facets = tuple(found[13:ends]) if state is not None else ()
    before = (True, *found[ends + 1 :]) if found[ends] else ()
    row = Row((valid_from, position), At(state, facets, gone, parked, error), before, known_from)
    row.valid_to, row.known_to, row.closed_commit, row.settled, row.id = valid_to, known_to, closed, settled, number
    return key, row


def written(build: Build, key: str, row: Row) -> Columns:
    """A row as a line of the table, without its id."""
    at = row.at
    facets = at.facets if at.state is not None else (None,) * len(build.facets)
    before = row.before or (False, *(None,) * len(build.rolled))
    # fmt: off
    return (
        key, row.valid_from, row.valid_to, row.event_position, row.known_from, row.known_to, row.closed_commit,
        row.settled, at.gone_since, at.parked, at.error, at.state, *facets, int(before[0] is True), *before[1:],
    )
    # fmt: on


class Changes:
    """What a batch changes in a build: rows to insert, to update, to delete, and the sums of its roll-ups."""

    def __init__(self, build: Build) -> None:
        self.build = build
        self.inserted, self.updated = list[Columns](), list[Columns]()
        self.deleted, self.shortened = list[int](), list[str]()
        self.rollup = Rollup(build)

    def add(self, key: str, known: KeyHistory, ends: Mapping[int, Any], *, became_long: bool = False) -> None:
        """What the key's history became; `ends` tells how its stored rows ended before, by their ids."""
        if became_long:
            self.shortened.append(key)
        for row in known.dropped:
            self._left(row)
        self.deleted += [row.id for row in known.dropped if row.id is not None]
        for row in known.superseded:
            self._left(row)
            self._write(key, row)
        for row in known.current:
            if row.id is None:
                self.rollup.add(row, +1)
                self._write(key, row)
            elif ends[row.id] != (row.valid_to, row.closed_commit):
                self._write(key, row)

    def replace(self, key: str, old: Iterable[Row], new: Iterable[Row]) -> None:
        """Put other rows in the place of all rows of a key."""
        for row in old:
            self.deleted += [] if row.id is None else [row.id]
            if row.known_to == OPEN:
                self.rollup.add(row, -1)
        for row in new:
            self._write(key, row)
            if row.known_to == OPEN:
                self.rollup.add(row, +1)

    def _left(self, row: Row) -> None:
        """A row that leaves the latest belief takes what it brought; one that was never stored brought nothing."""
        if row.id is not None:
            self.rollup.add(row, -1)

    def _write(self, key: str, row: Row) -> None:
        if row.id is None:
            self.inserted.append(written(self.build, key, row))
        else:
            self.updated.append((row.id, row.valid_to, row.known_to, row.closed_commit))

    def write(self, session: Session) -> None:
        """Write all rows; the roll-ups are written by themselves."""
        database, table = session.database, self.build.rows
        if self.deleted:
            condition, values = database.among("id", self.deleted)
            session.execute(f"DELETE FROM {table} WHERE {condition}", values)  # noqa: S608 - our own names
        if self.shortened:
            condition, values = database.among("key", self.shortened)
            session.execute(f"DELETE FROM {table} WHERE known_to < {OPEN} AND {condition}", values)  # noqa: S608
        if self.updated:
            database.update(session, table, _CHANGEABLE, self.updated)
        if self.inserted:
            database.insert(session, table, columns(self.build.facets), self.inserted)


class Rollup:
    """What rows add to a build's roll-ups: for each counted facet, and for all keys together, in buckets of time.

    A row brings its own value and takes the one before it, so what is summed up to a bucket's end is what holds there.
    """

    def __init__(self, build: Build) -> None:
        self.build = build
        self._rolled = [number for number, facet in enumerate(build.facets) if facet.rolled]
        places = {facet.name: place for place, facet in enumerate(build.rolled, 1)}
        self._counted = [(facet.name, places[facet.name]) for facet in build.counted]
        self._summed = [places[facet.name] for facet in build.summed]
        self._cells: Cells = {}

    def add(self, row: Row, sign: int) -> None:
        """Add what a row brings, or with -1 take it away. Where a value stays, only the sums may change."""
        bucket = row.valid_from - row.valid_from % self.build.finest
        facets, old = row.at.facets, row.before
        new = () if row.at.state is None else (True, *[facets[number] for number in self._rolled])
        brought, taken = self._deltas(new, sign), self._deltas(old, -sign)
        both = list(map(operator.add, brought, taken))
        self._cell("", bucket, "", both)
        for name, place in self._counted:
            if new and old and new[place] == old[place]:
                self._cell(name, bucket, new[place], both)
                continue
            if new:
                self._cell(name, bucket, new[place], brought)
            if old:
                self._cell(name, bucket, old[place], taken)

    def _deltas(self, values: Sequence[Value], sign: int) -> list[int]:
        if not values:
            return [0] * (1 + len(self._summed))
        return [sign, *[sign * int(values[place] or 0) for place in self._summed]]

    def _cell(self, facet: str, bucket: Micros, value: Value, deltas: list[int]) -> None:
        if any(deltas):
            _add(self._cells, (facet, bucket, str(value or "")), deltas)

    def values(self) -> dict[str, set[str]]:
        """The values that each counted facet took on or gave up."""
        found: dict[str, set[str]] = {}
        for facet, _, value in self._cells:
            found.setdefault(facet, set()).add(value)
        return found

    def lines(self, stopped: Iterable[str]) -> list[Columns]:
        """Everything as lines of the table, at every width; facets that stopped are left out."""
        left_out = set(stopped)
        cells = {at: self._cells[at] for at in sorted(self._cells) if at[0] not in left_out}
        lines: list[Columns] = []
        for width in self.build.levels:
            cells = _wider(cells, width)
            lines += [(facet, width, bucket, value, *sums) for (facet, bucket, value), sums in cells.items()]
        return lines

    def write(self, session: Session, stopped: Iterable[str]) -> None:
        """Add everything to the table."""
        lines = self.lines(stopped)
        if lines:
            keys = {"facet": "text", "width": "int", "bucket": "int", "value": "text"}
            sums = ["keys", *(f"s_{facet.name}" for facet in self.build.summed)]
            session.database.add_up(session, self.build.rollup, keys, sums, lines)


Cells = dict[tuple[str, Micros, str], list[int]]
"""By facet, bucket and value: how many more keys, and their sums."""


def _wider(cells: Cells, width: Micros) -> Cells:
    """The same in buckets of that width; what comes to nothing is left out."""
    found: Cells = {}
    for (facet, bucket, value), sums in cells.items():
        _add(found, (facet, bucket - bucket % width, value), sums)
    return {at: sums for at, sums in found.items() if any(sums)}


def _add(cells: Cells, at: tuple[str, Micros, str], deltas: list[int]) -> None:
    cell = cells.get(at)
    cells[at] = deltas if cell is None else list(map(operator.add, cell, deltas))
