"""Conditions on facets as people type them: `status = paid and total > 100`. Pure.

A value that holds more than one word may stand in double quotes; `nothing` means that the state has no such value.
"""

import json
import re
from collections.abc import Sequence
from typing import NamedTuple

_CONDITION = re.compile(
    r'\s*(?P<facet>[a-z][a-z0-9_]*)\s*(?P<operator>!=|<=|>=|=|<|>)\s*(?P<value>"(?:[^"\\]|\\.)*"|.*?)\s*'
    r"(?P<more>\s+and\b|,|$)",
    re.IGNORECASE | re.DOTALL,
)
NOTHING = "nothing"


class Condition(NamedTuple):
    """One comparison of a facet; the value as typed, None: the state has none."""

    facet: str
    operator: str
    value: str | None


def parse(text: str) -> tuple[Condition, ...]:
    """The conditions of a text. Raises ValueError, naming what cannot be read."""
    found, at, more = list[Condition](), 0, bool(text.strip())
    while more:
        match = _CONDITION.match(text, at)
        if match is None or not match["value"]:
            raise ValueError(f"“{text[at:].strip() or text.strip()}” is no condition: write one like status = paid.")
        found.append(Condition(match["facet"], match["operator"], _value(match["value"])))
        at, more = match.end(), bool(match["more"])
    return tuple(found)


def _value(text: str) -> str | None:
    if text.startswith('"'):
        return str(json.loads(text, strict=False))
    return None if text.lower() == NOTHING else text


def written(conditions: Sequence[Condition]) -> str:
    """The conditions as a text that `parse` reads as the same."""
    return " and ".join(f"{one.facet} {one.operator} {_quoted(one.value)}" for one in conditions)


def _quoted(value: str | None) -> str:
    if value is None:
        return NOTHING
    plain = re.fullmatch(r"[\w.:@+-]+(?: [\w.:@+-]+)*", value)
    safe = plain and value.lower() != NOTHING and not re.search(r"\band\b", value, re.IGNORECASE)
    return value if safe else json.dumps(value, ensure_ascii=False)


def toggled(text: str, facet: str, value: str | None) -> str:
    """The text with `facet = value` as its only condition on that facet; without it where it was there already."""
    asked = Condition(facet, "=", value)
    try:
        before = parse(text)
    except ValueError:
        before = ()
    others = [one for one in before if one.facet != facet]
    return written(others if asked in before else [*others, asked])
