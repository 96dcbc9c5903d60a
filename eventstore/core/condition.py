"""Conditions as people write them, over paths of a state: `status = paid and (total < 0 or not items[0].sku = "A 1")`.

A comparison is a path, a sign (`=`, `!=`, `<`, `<=`, `>`, `>=`) and a value; `is nothing` and `is not nothing` ask
whether there is a value at all. `not` binds more than `and`, `and` more than `or`; brackets group. A value is a text in
quotes, a number, `true`, `false` or `null`; any other word is a text as it stands. Texts equal texts, numbers numbers:
1 = 1.0, never true or "1". Only texts and numbers have an order. `!=` holds of all that is not equal, nothing too.
"""

import json
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, NamedTuple, Protocol

from eventstore.core.paths import MISSING, Path, found, written
from eventstore.errors import BadCondition

Operator = Literal["=", "!=", "<", "<=", ">", ">="]

DEEPEST = 50
"""How deep brackets and `not` may be nested."""

_COMPARED: Mapping[Operator, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_WORDS: Mapping[str, Any] = {"true": True, "false": False, "null": None}


class Condition(Protocol):
    """What can hold of a state."""

    @property
    def paths(self) -> frozenset[Path]:
        """Where it looks."""

    def holds(self, state: Any) -> bool:
        """Whether it holds of the state, as `decode` gives it."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What stands at a path, compared with a value."""

    path: Path
    operator: Operator
    value: Any

    @property
    def paths(self) -> frozenset[Path]:
        """Where it looks."""
        return frozenset([self.path])

    def holds(self, state: Any) -> bool:
        """Whether what stands there compares so."""
        there = found(state, self.path)
        if _kind(there) is not _kind(self.value):
            return self.operator == "!="
        return _COMPARED[self.operator](there, self.value)


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is no value at a path, or null."""

    path: Path

    @property
    def paths(self) -> frozenset[Path]:
        """Where it looks."""
        return frozenset([self.path])

    def holds(self, state: Any) -> bool:
        """Whether there is none."""
        return found(state, self.path) in (MISSING, None)


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary of a condition."""

    part: Condition

    @property
    def paths(self) -> frozenset[Path]:
        """Where it looks."""
        return self.part.paths

    def holds(self, state: Any) -> bool:
        """Whether the other does not."""
        return not self.part.holds(state)


@dataclass(frozen=True, slots=True)
class All:
    """All of some conditions."""

    parts: tuple[Condition, ...]

    @property
    def paths(self) -> frozenset[Path]:
        """Where it looks."""
        return frozenset[Path]().union(*(part.paths for part in self.parts))

    def holds(self, state: Any) -> bool:
        """Whether all do."""
        return all(part.holds(state) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of some conditions."""

    parts: tuple[Condition, ...]

    @property
    def paths(self) -> frozenset[Path]:
        """Where it looks."""
        return frozenset[Path]().union(*(part.paths for part in self.parts))

    def holds(self, state: Any) -> bool:
        """Whether one does."""
        return any(part.holds(state) for part in self.parts)


def _kind(value: Any) -> type:
    """Values of one kind can be compared."""
    return Decimal if type(value) is int else type(value)


_SIGN = re.compile(r"\s*(!=|<=|>=|=|<|>|is\s+not\s+nothing\b|is\s+nothing\b)", re.IGNORECASE)
_WRONG = re.compile(r"\s*(==|<>|=<|=>|&&|\|\|)")
_RIGHT = {"==": "=", "<>": "!=", "=<": "<=", "=>": ">=", "&&": "and", "||": "or"}
_QUOTED = re.compile(r"""\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""", re.DOTALL)
_OPENING = re.compile(r"""\s*["'\u201c\u201d\u201e\u2018\u2019\xab]""")
_BARE = re.compile(r"\s*([^\s\"'=<>!()].*?)(?=\s+(?:and|or)(?:[\s(]|$)|\s*\)|\s*$)", re.IGNORECASE | re.DOTALL)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_NAME = re.compile(r"\s*([\w:-]+)")
_PLACE = re.compile(r"\s*\[(\d{1,9})\]", re.ASCII)
_DOT = re.compile(r"\s*(\.)")
_NOT = re.compile(r"\s*(not)(?=[\s(])", re.IGNORECASE)
_AND = re.compile(r"\s*(and)(?=[\s(]|$)", re.IGNORECASE)
_OR = re.compile(r"\s*(or)(?=[\s(]|$)", re.IGNORECASE)
_OPEN, _CLOSE, _END = re.compile(r"\s*(\()"), re.compile(r"\s*(\))"), re.compile(r"\s*($)")


class Sign(NamedTuple):
    """How things are compared; `nothing`: with no value at all."""

    operator: Operator
    nothing: bool


class Reader:
    """The words of one condition, from left to right. What it cannot read it raises as BadCondition, with the place."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def take(self, pattern: re.Pattern[str]) -> str | None:
        """The word, if the text goes on so."""
        match = pattern.match(self.text, self.at)
        if match is None:
            return None
        self.at = match.end()
        return match[1]

    def expect(self, pattern: re.Pattern[str], problem: str) -> str:
        """The word that must follow."""
        word = self.take(pattern)
        if word is None:
            raise self.bad(problem)
        return word

    def bad(self, problem: str) -> BadCondition:
        """The error at the next sign that is none of the blanks; where a usual mistake stands there, what is right."""
        wrong = _WRONG.match(self.text, self.at)
        rest = self.text[self.at :].lstrip()
        said = problem if wrong is None else f"write {_RIGHT[wrong[1]]} for {wrong[1]}"
        return BadCondition(self.text, len(self.text) - len(rest), said)

    def sign(self) -> Sign:
        """How it is compared."""
        missing = "one of = != < <= > >= is missing, or `is nothing`"
        if _WRONG.match(self.text, self.at):
            raise self.bad(missing)
        words = self.expect(_SIGN, missing).lower().split()
        sign: Any = words[0] if words[0] != "is" else "!=" if "not" in words else "="
        return Sign(sign, words[0] == "is")

    def quoted(self) -> str | None:
        """The text of a quotation, if one stands here."""
        said = self.take(_QUOTED)
        if said is None and _OPENING.match(self.text, self.at):
            straight = self.text[self.at :].lstrip()[0] in "\"'"
            raise self.bad("the quotation has no end" if straight else 'write straight quotes: "')
        return None if said is None else _unquoted(said)

    def path(self) -> Path:
        """The path that must follow."""
        steps = [self._step("a path is missing, such as status or items[0].sku")]
        while self.take(_DOT):
            steps.append(self._step("behind the dot the name of a member is missing"))
        return tuple(step for part in steps for step in part)

    def _step(self, missing: str) -> Path:
        """A name and the places behind it; places alone may begin a path."""
        name, places = self.quoted(), list[int]()
        name = self.take(_NAME) if name is None else name
        while (place := self.take(_PLACE)) is not None:
            places.append(int(place))
        if name is None and not places:
            raise self.bad(missing)
        return (*places,) if name is None else (name, *places)


def _unquoted(quotation: str) -> str:
    """What stands in quotes: as in JSON, and a backslash before any other sign means the sign."""
    if quotation[0] == '"':
        try:
            return str(json.loads(quotation, strict=False))
        except ValueError:
            pass  # no escape of JSON: the sign itself, as in single quotes
    return re.sub(r"\\(.)", r"\1", quotation[1:-1], flags=re.DOTALL)


def parse_condition(text: str) -> Condition:
    """The condition of a text. Raises BadCondition, which marks the place and says what would be right."""
    reader = Reader(text)
    read = _either(reader, 0)
    reader.expect(_END, "behind a condition only `and` or `or` may follow; put a value of several words in quotes")
    return read


def parse_path(text: str) -> Path:
    """The path of a text such as `items[0].sku`. Raises BadCondition, which marks the place."""
    reader = Reader(text)
    path = reader.path()
    reader.expect(_END, "behind a path nothing may follow; put a name with other signs in quotes")
    return path


def _either(reader: Reader, depth: int) -> Condition:
    parts = [_all(reader, depth)]
    while reader.take(_OR):
        parts.append(_all(reader, depth))
    return parts[0] if len(parts) == 1 else Either(tuple(parts))


def _all(reader: Reader, depth: int) -> Condition:
    parts = [_one(reader, depth)]
    while reader.take(_AND):
        parts.append(_one(reader, depth))
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _one(reader: Reader, depth: int) -> Condition:
    if depth > DEEPEST:
        raise reader.bad(f"brackets and `not` are nested deeper than {DEEPEST}")
    if reader.take(_NOT):
        return Not(_one(reader, depth + 1))
    if reader.take(_OPEN):
        began = reader.at
        inner = _either(reader, depth + 1)
        reader.expect(_CLOSE, f"the bracket that opens at character {began} is not closed by )")
        return inner
    return _comparison(reader)


def _comparison(reader: Reader) -> Condition:
    path = reader.path()
    sign = reader.sign()
    if sign.nothing:
        return Nothing(path) if sign.operator == "=" else Not(Nothing(path))
    at = reader.at
    value = _value(reader)
    if sign.operator not in ("=", "!=") and _kind(value) not in (str, Decimal):
        reader.at = at
        raise reader.bad(f"{json.dumps(value)} has no order: write {written(path)} = or != {json.dumps(value)}")
    return Comparison(path, sign.operator, value)


def _value(reader: Reader) -> Any:
    quoted = reader.quoted()
    if quoted is not None:
        return quoted
    word = reader.expect(_BARE, 'a value is missing, such as paid, "two words" or 12.90')
    if _NUMBER.fullmatch(word):
        return Decimal(word)
    return _WORDS.get(word, word)
