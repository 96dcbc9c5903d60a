"""Conditions as people write them: `status = paid and total > 10`. Pure."""

import re
from typing import NamedTuple

from eventstore.errors import BadCondition
from eventstore.histories.answers import Operator, Where

_FACET = re.compile(r"\s*([a-z][a-z0-9_]*)")
_OPERATOR = re.compile(r"\s*(!=|<=|>=|=|<|>|is\s+not\s+nothing\b|is\s+nothing\b)", re.IGNORECASE)
_QUOTED = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""", re.DOTALL)
_BARE = re.compile(r"\s*([^\s\"'=<>!].*?)(?=\s+and(?:\s|$)|\s*$)", re.IGNORECASE | re.DOTALL)
_AND = re.compile(r"\s+and(?=\s|$)|\s*$", re.IGNORECASE)

_OPERATORS: dict[str, Operator] = {word: word for word in ("=", "!=", "<", "<=", ">", ">=")}
_NOTHING: dict[str, Operator] = {"is nothing": "=", "is not nothing": "!="}


class _Read(NamedTuple):
    word: str
    at: int


def parse_where(text: str) -> tuple[Where, ...]:
    """The conditions of a text, all of which must hold: a facet, a sign, a value; several are joined by `and`.

    Signs are `=`, `!=`, `<`, `<=`, `>`, `>=`. A value with quotes, signs or the word `and` in it stands in quotes, a
    quote within them behind a backslash. `is nothing` and `is not nothing` ask whether the state has a value at all.
    Raises BadCondition, which points at the place.
    """
    found, joined = list[Where](), _Read("and", 0)
    while joined.word.strip():
        one, at = _condition(text, joined.at)
        found.append(one)
        joined = _expected(_AND, text, at, "behind a value only `and` may follow")
    return tuple(found)


def _condition(text: str, at: int) -> tuple[Where, int]:
    facet, at = _expected(_FACET, text, at, "the name of a facet is missing")
    sign, at = _expected(_OPERATOR, text, at, "one of = != < <= > >= is missing, or `is nothing`")
    word = " ".join(sign.lower().split())
    if word in _NOTHING:
        return Where(facet, _NOTHING[word], None), at
    value, at = _value(text, at)
    return Where(facet, _OPERATORS[word], value), at


def _value(text: str, at: int) -> _Read:
    quoted = _QUOTED.match(text, at)
    if quoted is not None:
        return _Read(re.sub(r"\\(.)", r"\1", quoted[quoted.lastindex or 1], flags=re.DOTALL), quoted.end())
    if text[at:].lstrip()[:1] in ('"', "'"):
        raise _bad(text, at, "the quotation has no end")
    return _expected(_BARE, text, at, "a value is missing")


def _expected(pattern: re.Pattern[str], text: str, at: int, problem: str) -> _Read:
    found = pattern.match(text, at)
    if found is None:
        raise _bad(text, at, problem)
    return _Read(found[pattern.groups], found.end())


def _bad(text: str, at: int, problem: str) -> BadCondition:
    """The error at the first sign behind the place."""
    return BadCondition(text, len(text) - len(text[at:].lstrip()), problem)


def marked(error: BadCondition) -> str:
    """The text on a line, and below it a sign at the place."""
    return f"{' '.join(error.text.splitlines())}\n{' ' * error.at}^"
