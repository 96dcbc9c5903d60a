"""Paths from settings into decoded documents: member names joined by dots."""

from collections.abc import Iterable, Mapping
from typing import Any

from eventstore.core import canonical
from eventstore.core.canonical import Json


def at(path: str, document: Any) -> Any:
    """What stands at the path, None if nothing."""
    for name in path.split("."):
        if not isinstance(document, dict):
            return None
        document = document.get(name)
    return document


def first(paths: Iterable[str], document: Any) -> Any:
    """What stands at the first path that leads anywhere, else None."""
    return next((found for path in paths if (found := at(path, document)) is not None), None)


def first_name(paths: Iterable[str], *documents: Any) -> str | None:
    """The first text or whole number at one of the paths, in the first document that has one."""
    for document in documents:
        for path in paths:
            found = at(path, document)
            if isinstance(found, str | int) and not isinstance(found, bool) and found != "":
                return str(found)
    return None


def cut(path: str, members: Mapping[str, Json]) -> Json | None:
    """The exact text of what stands at the path, None if nothing does."""
    name, _, rest = path.partition(".")
    text = members.get(name)
    if text is None or not rest:
        return text
    return cut(rest, canonical.members(text)) if text.lstrip().startswith("{") else None
