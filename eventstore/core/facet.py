"""Facets: typed values taken out of a state, by which a read model is filtered, sorted, counted and summed."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from eventstore.core.canonical import MAX_EXPONENT
from eventstore.core.times import parse_time
from eventstore.errors import Unreadable

Value = str | int | float | None
"""A facet's value as a column holds it. None: the state has none that fits."""

LONGEST = 1_024
"""The longest text that a facet takes, in bytes of UTF-8: databases bound what an index holds."""

_BOUND = 2**63
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Kind(StrEnum):
    """What a facet's values are."""

    TEXT = "text"
    INTEGER = "integer"
    TIME = "time"  # microseconds UTC; a text in the state is read as a time
    DECIMAL = "decimal"  # a whole number of units, `scale` digits behind the point
    NUMBER = "number"  # only to filter and sort: sums of floats depend on their order


@dataclass(frozen=True, slots=True)
class Facet:
    """A value of a state under `name`, found at `path` (members joined by dots; without it: the member `name`).

    `counted` facets answer how many keys hold each value at any moment: at most 50 values, such as a status. `summed`
    ones (integers, decimals) answer the sum over all keys. A state whose value is of another type, too long, or finer
    than the scale holds None for it. Raises ValueError for a facet that could not be kept.
    """

    name: str
    kind: Kind = Kind.TEXT
    path: str = ""
    counted: bool = False
    summed: bool = False
    scale: int = 2

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"The facet {self.name!r} becomes a column: name it in lower case, like customer_id.")
        if self.summed and self.kind not in (Kind.INTEGER, Kind.DECIMAL):
            raise ValueError(f"The facet {self.name} is a {self.kind}: only integers and decimals are summed.")
        if self.counted and self.kind is not Kind.TEXT:
            raise ValueError(f"The facet {self.name} is a {self.kind}: only texts are counted.")

    @property
    def rolled(self) -> bool:
        """Whether roll-ups keep it: it is counted or summed."""
        return self.counted or self.summed

    def of(self, state: Mapping[str, Any]) -> Value:
        """The state's value of this facet."""
        return self.reader()(state)

    def reader(self) -> Callable[[Mapping[str, Any]], Value]:
        """`of`, made once for many states."""
        names, read, scale = self._names, _READERS[self.kind], self.scale

        def value_of(state: Mapping[str, Any]) -> Value:
            value = _member(state, names)
            return None if value is None else read(value, scale)

        return value_of

    def member(self, state: Mapping[str, Any]) -> Any:
        """What stands in the state at the facet's path, whether it fits or not; None where there is nothing."""
        return _member(state, self._names)

    @property
    def _names(self) -> list[str]:
        return (self.path or self.name).split(".")

    def shown(self, value: Value) -> Any:
        """The value as a state holds it: a decimal with its point, all others as they are."""
        return Decimal(int(value)).scaleb(-self.scale) if self.kind is Kind.DECIMAL and value is not None else value

    def holds(self, text: str) -> bool:
        """Whether a text is short enough to be kept."""
        return _text(text, 0) is not None

    def column(self, value: Any) -> Value:
        """What the column holds for a value that somebody asks for. Raises ValueError where it is none of this kind."""
        found = _READERS[self.kind](_typed(self.kind, value), self.scale)
        if found is None:
            raise ValueError(f"{value!r} is no {self.kind} that {self.name} can be.")
        return found


def _member(value: Any, names: Sequence[str]) -> Any:
    for name in names:
        value = value.get(name) if type(value) is dict or isinstance(value, Mapping) else None
    return value


def _typed(kind: Kind, value: Any) -> Any:
    """A number that was written as a text."""
    if not isinstance(value, str) or kind in (Kind.TEXT, Kind.TIME):
        return value
    try:
        return Decimal(value) if kind in (Kind.DECIMAL, Kind.NUMBER) else int(value)
    except (ArithmeticError, ValueError):
        raise ValueError(f"{value!r} is no {kind}.") from None


def _text(value: Any, _: int) -> Value:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, (str, int, Decimal)):
        return None
    text = str(value)
    return text if len(text) <= LONGEST // 4 or len(text.encode()) <= LONGEST else None


def _integer(value: Any, _: int) -> Value:
    return value if type(value) is int and -_BOUND <= value < _BOUND else None


def _time(value: Any, _: int) -> Value:
    if isinstance(value, str):
        try:
            return parse_time(value).micros
        except Unreadable:
            return None
    return _integer(value, 0)


def _decimal(value: Any, scale: int) -> Value:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return None
    number = Decimal(value)
    if not number.is_finite() or abs(number.adjusted()) > MAX_EXPONENT:  # written out, 1e999999999 fills the memory
        return None
    numerator, denominator = number.as_integer_ratio()  # exact: Decimal's own arithmetic rounds at 28 digits
    whole, rest = divmod(numerator * 10**scale, denominator)
    return whole if not rest and -_BOUND <= whole < _BOUND else None


def _number(value: Any, _: int) -> Value:
    return float(value) if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else None


_READERS: Mapping[Kind, Callable[[Any, int], Value]] = {
    Kind.TEXT: _text,
    Kind.INTEGER: _integer,
    Kind.TIME: _time,
    Kind.DECIMAL: _decimal,
    Kind.NUMBER: _number,
}
