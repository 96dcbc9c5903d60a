"""Conditions on facets: as SQL over stored rows, and over one stored state."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eventstore.builds import Build
from eventstore.core.facet import Facet, Kind, Value
from eventstore.histories.answers import Stored, Where


@dataclass(frozen=True, slots=True)
class Conditions:
    """What rows must fulfil. `sought` is a column found by its index, `filtered` is looked at row by row."""

    sought: str
    sought_values: tuple[Any, ...]
    filtered: str
    filtered_values: tuple[Any, ...]
    tests: tuple[tuple[Facet, str, Value], ...]

    def hold(self, row: Stored) -> bool:
        """Whether the stored state fulfils them."""
        return row.state is not None and all(
            _test(row.facets[facet.name], word, value) for facet, word, value in self.tests
        )


def conditions(build: Build, where: Sequence[Where]) -> Conditions:
    """The conditions in terms of the build's columns. Raises ValueError for a facet or a value it does not have."""
    tests = tuple((facet, one.operator, _bound(facet, one)) for one in where for facet in [facet_of(build, one.facet)])
    index = next((one for one in tests if one[0].kind is Kind.TEXT and one[1] == "=" and one[2] is not None), None)
    rest = [one for one in tests if one is not index]
    texts = [_sql(facet, word, value) for facet, word, value in rest]
    return Conditions(
        sought="" if index is None else f"f_{index[0].name}",
        sought_values=() if index is None else (index[2],),
        filtered=" AND ".join(["state IS NOT NULL", *texts]),
        filtered_values=tuple(value for _, _, value in rest if value is not None),
        tests=tests,
    )


def facet_of(build: Build, name: str) -> Facet:
    """The build's facet of that name. Raises ValueError where it has none."""
    for facet in build.facets:
        if facet.name == name:
            return facet
    known = ", ".join(facet.name for facet in build.facets) or "none"
    raise ValueError(f"{build.projection} has no facet {name!r}; it has {known}.")


def _bound(facet: Facet, one: Where) -> Value:
    if one.value is None:
        if one.operator not in ("=", "!="):
            raise ValueError(f"{one.facet} {one.operator} nothing: only = and != compare with nothing.")
        return None
    return facet.column(one.value)


def _sql(facet: Facet, word: str, value: Value) -> str:
    column = f"f_{facet.name}"
    if value is None:
        return f"{column} IS {'NOT ' if word == '!=' else ''}NULL"
    if word == "!=":
        return f"({column} <> ? OR {column} IS NULL)"
    return f"{column} {word} ?"


def _test(found: Value, word: str, value: Value) -> bool:
    if value is None or word == "!=":
        return (found == value) == (word == "=")
    return found is not None and bool(_COMPARED[word](found, value))


_COMPARED: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
