"""What one cell or member names: a thing, a list of things, nothing."""

import ast
import re
from typing import Any, NamedTuple

from eventstore.envelopes.naming import name_of
from eventstore.errors import Unreadable

TYPES = ("type", "objectType", "object_type")
IDS = ("id", "objectId", "object_id", "oid")

_ITEM = re.compile(
    r"""\s*(?:(?P<quoted>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?P<bare>[^\s,'"\[\]{}](?:[^,'"\[\]{}]*[^\s,'"\[\]{}])?))\s*(?:,|$)"""
)


class Thing(NamedTuple):
    """Something that an event belongs to; its stream is `<type>-<id>`."""

    type: str
    id: str

    @property
    def stream(self) -> str:
        """The stream of the thing's own events, and its key in read models."""
        return f"{self.type}-{self.id}"


def things(value: Any, kind: str) -> list[Thing]:
    """The things that a cell or a member names, of this kind where they do not say their own.

    A text that is a list, as in `['a', 'b']`, names each of its items. Raises Unreadable for what names nothing.
    """
    if blank(value):
        return []
    if isinstance(value, str) and is_list(value):
        value = listed(value)
    return [_thing(one, kind) for one in (value if isinstance(value, list) else [value]) if not blank(one)]


def blank(value: Any) -> bool:
    """Whether a cell says nothing: it is empty, or holds blanks only."""
    return value is None or (isinstance(value, str) and not value.strip())


def is_list(text: str) -> bool:
    """Whether the text looks like a list of Python or JSON."""
    text = text.strip()
    return text.startswith("[") and text.endswith("]")


def listed(text: str) -> list[str]:
    """The items of a text such as `['a', "b", 3]`, each as it is written. Raises Unreadable."""
    inner, at, items = text.strip()[1:-1].rstrip(), 0, []
    while at < len(inner):
        found = _ITEM.match(inner, at)
        if found is None:
            raise Unreadable("bad list", f"{text[:60]!r} begins like a list, and is none.")
        items.append(_unquoted(found["quoted"]) if found["quoted"] else found["bare"])
        at = found.end()
    return items


def _unquoted(quoted: str) -> str:
    if "\\" not in quoted:
        return quoted[1:-1]
    try:
        return str(ast.literal_eval(quoted))
    except (SyntaxError, ValueError):
        raise Unreadable("bad list", f"{quoted[:60]!r} is no text of Python or JSON.") from None


def _thing(value: Any, kind: str) -> Thing:
    """An id alone, or an object with an id that may say its own type."""
    if isinstance(value, dict):
        stated = next((value[name] for name in TYPES if name in value), None)
        kind = name_of(stated, "object type") or kind
        value = next((value[name] for name in IDS if name in value), None)
    said = name_of(value.strip() if isinstance(value, str) else value, "object id")
    if said is None:
        raise Unreadable("bad object", f"An object of type {kind} has no id.")
    return Thing(kind, said.removeprefix(f"{kind}-") or said)
