"""Conditions on facets as people write them: `status = paid and total > 10`. Pure."""

import re

from eventstore.core.condition import Reader
from eventstore.histories.answers import Where

_FACET = re.compile(r"\s*([a-z][a-z0-9_]*)")
_BARE = re.compile(r"\s*([^\s\"'=<>!].*?)(?=\s+and(?:\s|$)|\s*$)", re.IGNORECASE | re.DOTALL)
_AND = re.compile(r"(\s+and(?=\s|$)|\s*$)", re.IGNORECASE)


def parse_where(text: str) -> tuple[Where, ...]:
    """The conditions of a text, all of which must hold: a facet, a sign, a value; several are joined by `and`.

    Signs are `=`, `!=`, `<`, `<=`, `>`, `>=`. A value with quotes, signs or the word `and` in it stands in quotes, a
    quote within them behind a backslash. `is nothing` and `is not nothing` ask whether the state has a value at all.
    Raises BadCondition, which points at the place.
    """
    reader, found, joined = Reader(text), list[Where](), "and"
    while joined.strip():
        found.append(_condition(reader))
        joined = reader.expect(_AND, "behind a value only `and` may follow")
    return tuple(found)


def _condition(reader: Reader) -> Where:
    facet = reader.expect(_FACET, "the name of a facet is missing")
    sign = reader.sign()
    if sign.nothing:
        return Where(facet, sign.operator, None)
    quoted = reader.quoted()
    return Where(facet, sign.operator, reader.expect(_BARE, "a value is missing") if quoted is None else quoted)
