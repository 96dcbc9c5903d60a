"""Paths: where a value stands within a JSON value; its leaves by path; paths as people write them."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from eventstore.core.canonical import decode, encode

Path = tuple[str | int, ...]
"""The steps from the whole value to one within it: a text names a member, a number a place in a list, from 0."""

MISSING: Final = object()
"""What stands where there is nothing; null is something."""

_PLAIN = re.compile(r"[\w:-]+")


def leaves(text: str | None) -> dict[Path, str]:
    """Every value of a JSON text that holds no others, in the text's order, as compact JSON text; of None: none.

    An empty object or list is a leaf. Texts keep types and digits apart: 1, true, "1", 1.0 and 1.00 all differ.
    """
    return {} if text is None else dict(_leaves((), decode(text)))


def _leaves(path: Path, value: Any) -> Iterator[tuple[Path, str]]:
    if isinstance(value, dict | list) and value:
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves((*path, step), inner)
    else:
        yield path, str(encode(value))


def found(value: Any, path: Path) -> Any:
    """What stands at the path, `MISSING` where nothing does. A text of digits is a place too, where a list stands."""
    for step in path:
        value = _inner(value, step)
    return value


def _inner(value: Any, step: str | int) -> Any:
    if isinstance(value, Mapping):
        return value.get(step, MISSING)
    if not isinstance(value, list):
        return MISSING
    place = str(step)
    whole = place.isascii() and place.isdigit() and len(place) < 10
    return value[int(place)] if whole and int(place) < len(value) else MISSING


def written(path: Path) -> str:
    """`items[0].sku`: a path for people, which `parse_path` reads; names that are no plain word stand in quotes."""
    parts = [f"[{step}]" if isinstance(step, int) else f".{_named(step)}" for step in path]
    return "".join(parts).removeprefix(".") or "(whole)"


def _named(name: str) -> str:
    if _PLAIN.fullmatch(name) and name.lower() != "not":
        return name
    return json.dumps(name, ensure_ascii=not name.isprintable())


def by_place(path: Path) -> tuple[tuple[bool, int, str], ...]:
    """To sort paths by: as texts, places in lists as numbers."""
    return tuple((False, step, "") if isinstance(step, int) else (True, 0, step) for step in path)
