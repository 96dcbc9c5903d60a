"""Deltas: which leaves differ between two states, found by looking only where they differ.

States come as JSON text of ours and are decoded with every number as its exact text, in bytes: so 1, 1.0, true and "1"
are four values to `==`, and whole branches are compared at once.
"""

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from eventstore.core.canonical import encode
from eventstore.core.paths import MISSING, Path

Hides = Callable[[Path], bool]
"""Whether what stands at a path must not be seen."""

HIDDEN = "•••"
"""What stands in place of what is hidden."""

MANY = 8
"""From so many new leaves on, all of a state are listed to place them."""

_HIDDEN_TEXT = str(encode(HIDDEN))


def exact(state: str | None) -> Any:
    """The state of a JSON text that is ours, its numbers as bytes; `MISSING` where nothing is held."""
    return MISSING if state is None else _DECODE(state)


def _whole(text: str) -> bytes:
    return b"0" if text == "-0" else text.encode()


def _fraction(text: str) -> bytes:
    return str(Decimal(text)).encode()


_DECODE = json.JSONDecoder(parse_int=_whole, parse_float=_fraction).decode


class Comparing:
    """Compares values of `exact`, with what is hidden as one leaf that never changes. `hides` None: nothing is."""

    def __init__(self, hides: Hides | None = None) -> None:
        self._hides = _remembered(hides) if hides is not None else _nothing

    def differing(self, before: Any, after: Any, path: Path = ()) -> Iterator[tuple[Path, str | None]]:
        """Each leaf that is not what it was, with its text; None: it is gone. Those that stand come in their order."""
        if before is MISSING or after is MISSING:
            yield from ((gone, None) for gone, _ in self._all(before, path))
            yield from self._all(after, path)
        elif self._hides(path):
            return
        elif before and after and type(before) is type(after) is dict:
            yield from self._members(before, after, path)
        elif before and after and type(before) is type(after) is list:
            yield from self._places(before, after, path)
        else:
            yield from self._another(before, after, path)

    def _members(self, before: dict[str, Any], after: dict[str, Any], path: Path) -> Iterator[tuple[Path, str | None]]:
        for name, inner in after.items():
            old = before.get(name, MISSING)
            if old is MISSING or old != inner:
                yield from self.differing(old, inner, (*path, name))
        for name, old in before.items():
            if name not in after:
                yield from self.differing(old, MISSING, (*path, name))

    def _places(self, before: list[Any], after: list[Any], path: Path) -> Iterator[tuple[Path, str | None]]:
        for place, inner in enumerate(after):
            old = before[place] if place < len(before) else MISSING
            if old is MISSING or old != inner:
                yield from self.differing(old, inner, (*path, place))
        for place in range(len(after), len(before)):
            yield from self.differing(before[place], MISSING, (*path, place))

    def _another(self, before: Any, after: Any, path: Path) -> Iterator[tuple[Path, str | None]]:
        """Of two values that are not both filled objects, or both filled lists."""
        now = dict(self._all(after, path))
        for gone, text in self._all(before, path):
            if gone not in now:
                yield gone, None
            elif now[gone] == text:
                del now[gone]
        yield from now.items()

    def _all(self, value: Any, path: Path) -> Iterator[tuple[Path, str]]:
        if value is MISSING:
            return
        if self._hides(path):
            yield path, _HIDDEN_TEXT
        elif value and type(value) is dict:
            for name, inner in value.items():
                yield from self._all(inner, (*path, name))
        elif value and type(value) is list:
            for place, inner in enumerate(value):
                yield from self._all(inner, (*path, place))
        else:
            yield path, value.decode() if type(value) is bytes else str(encode(value))

    def paths(self, value: Any) -> list[Path]:
        """Where the leaves of a value stand, in its order."""
        return [path for path, _ in self._all(value, ())]

    def predecessors(self, value: Any, new: list[Path]) -> list[Path | None]:
        """Of each of these leaves the one that stands before it; None: it is the first."""
        if len(new) < MANY:
            return [self._predecessor(value, path) for path in new]
        order = self.paths(value)
        before = dict(zip(order, [None, *order], strict=False))
        return [before[path] for path in new]

    def _predecessor(self, value: Any, path: Path) -> Path | None:
        beside: Path | None = None
        found: Any = MISSING
        for depth, step in enumerate(path):
            previous = _previous(value, step)
            if previous is not None:
                beside, found = (*path[:depth], previous), value[previous]
            value = value[step]
        return None if beside is None else self._last(found, beside)

    def _last(self, value: Any, path: Path) -> Path:
        """The last leaf of a value."""
        while value and type(value) in (dict, list) and not self._hides(path):
            step = next(reversed(value)) if type(value) is dict else len(value) - 1
            value, path = value[step], (*path, step)
        return path


def _previous(value: Any, step: str | int) -> Any:
    """The name or place before it; None: it is the first."""
    if isinstance(step, int):
        return step - 1 if step else None
    names = reversed(value)  # most that is new stands at the end
    while next(names) != step:
        pass
    return next(names, None)


def _nothing(_: Path) -> bool:
    return False


def _remembered(hides: Hides) -> Hides:
    """Paths recur with every step."""
    known = dict[Path, bool]()

    def remembered(path: Path) -> bool:
        found = known.get(path)
        if found is None:
            found = known[path] = hides(path)
        return found

    return remembered
