"""Conditions on facets in a link, as people type them: `status = paid and total > 100`; read by the library. Pure."""

import json
import re
from collections.abc import Sequence

from eventstore import BadCondition, Where, parse_where

_PLAIN = re.compile(r"[\w.:@+-]+(?: [\w.:@+-]+)*")
_AND = re.compile(r"\band\b", re.IGNORECASE)


def parse(text: str) -> tuple[Where, ...]:
    """The conditions of a text, none of an empty one. Raises ValueError, naming what cannot be read and where."""
    if not text.strip():
        return ()
    try:
        return parse_where(text)
    except BadCondition as error:
        raise ValueError(str(error)) from error


def written(conditions: Sequence[Where]) -> str:
    """The conditions as a text that `parse` reads as the same."""
    return " and ".join(map(_written, conditions))


def _written(one: Where) -> str:
    if one.value is None:
        return f"{one.facet} is {'not ' if one.operator == '!=' else ''}nothing"
    value = str(one.value)
    plain = _PLAIN.fullmatch(value) and not _AND.search(value)
    return f"{one.facet} {one.operator} {value if plain else json.dumps(value, ensure_ascii=False)}"


def toggled(text: str, facet: str, value: str | None) -> str:
    """The text with `facet = value` as its only condition on that facet; without it where it was there already."""
    asked = Where(facet, "=", value)
    try:
        before = parse(text)
    except ValueError:
        before = ()
    others = [one for one in before if one.facet != facet]
    return written(others if asked in before else [*others, asked])
