"""What a path ever was, and when a condition held, of steps kept as deltas: only steps that touch the paths count."""

from collections.abc import Iterator, Mapping
from typing import Any

from eventstore.core.canonical import Json, decode_proven, encode
from eventstore.core.condition import Condition
from eventstore.core.paths import Path
from eventstore.core.window import Deltas


def turns(deltas: Deltas, path: Path) -> list[int]:
    """The steps at which something else came to stand at the path than before; the order of members does not count.

    The path may lead to an object or a list.
    """
    numbers = _below(deltas, path)
    steps = sorted(set[int]().union(*(deltas.turns(number) for number in numbers)))
    heads = {deltas.paths[number][: len(path)] for number in numbers}
    return steps if len(heads) < 2 else [step for step in steps if _differs(deltas, numbers, len(path), step)]


def _below(deltas: Deltas, path: Path) -> set[int]:
    return {number for number, one in enumerate(deltas.paths) if leads_to(path, one)}


def leads_to(path: Path, leaf: Path) -> bool:
    """Whether the leaf is what stands at the path, or is within it. As in `found` a text of digits is a place too."""
    return len(leaf) >= len(path) and all(_same(*pair) for pair in zip(leaf, path, strict=False))


def _same(one: str | int, asked: str | int) -> bool:
    if isinstance(one, int) and isinstance(asked, str):
        return asked.isascii() and asked.isdigit() and len(asked) < 10 and int(asked) == one
    return one == asked


def _differs(deltas: Deltas, numbers: set[int], depth: int, step: int) -> bool:
    """Where a list made room for an object, or the contrary, the same may stand at the path under another name."""
    touched = [number for number in deltas.changed(step) if number in numbers]
    before, after = (
        {
            deltas.paths[number][depth:]: text
            for number in touched
            for text, _ in [deltas.at(number, at)]
            if text is not None
        }
        for at in (step - 1, step)
    )
    return before != after


def text_at(deltas: Deltas, path: Path, step: int) -> str | None:
    """What stands at the path behind a step, as JSON text; None: nothing."""
    leaf = deltas.text(path, step)
    return leaf if leaf is not None else _inner_text(deltas, path, step)


def _inner_text(deltas: Deltas, path: Path, step: int) -> str | None:
    there = {
        deltas.paths[number][len(path) :]: text
        for number, text, _ in deltas.standing(step)
        if leads_to(path, deltas.paths[number])
    }
    return str(encode(_assembled(there))) if there else None


def _assembled(leaves: Mapping[Path, str]) -> Any:
    """The value of these leaves, which are texts as they stand."""
    if () in leaves:
        return Json(leaves[()])
    inner = dict[str | int, dict[Path, str]]()
    for path, text in leaves.items():
        inner.setdefault(path[0], {})[path[1:]] = text
    if all(isinstance(step, int) for step in inner):
        return [_assembled(inner[place]) for place in range(len(inner))]
    return {step: _assembled(part) for step, part in inner.items()}


def verdicts(deltas: Deltas, condition: Condition) -> Iterator[tuple[int, bool]]:
    """Whether the condition holds behind those steps at which that may have changed."""
    there = {path: _There() for path in condition.paths}
    looked = dict[int, list[tuple[_There, bool]]]()
    for path, one in there.items():
        for number in _below(deltas, path):
            looked.setdefault(number, []).append((one, len(deltas.paths[number]) == len(path)))
    for step in _looked_at(deltas, looked):
        for number in deltas.changed(step):
            for one, whole in looked.get(number, ()):
                one.turn(number, deltas.at(number, step)[0], whole=whole)
        yield step, bool(deltas.held[step]) and condition.holds(_cut_out(there))


def _looked_at(deltas: Deltas, looked: Mapping[int, Any]) -> list[int]:
    """The steps that change any of these leaves, and those from which on anything or nothing is held."""
    edges = (step for step in range(len(deltas)) if step == 0 or deltas.held[step] != deltas.held[step - 1])
    return sorted(set(edges).union(*(deltas.turns(number) for number in looked)))


class _There:
    """What stands at a path, as far as a condition can see: a leaf's value, or leaves within."""

    def __init__(self) -> None:
        self.leaf: str | None = None
        self._whole = 0
        self.within = set[int]()

    def turn(self, number: int, text: str | None, *, whole: bool) -> None:
        """A leaf there, or within, is this now."""
        if not whole:
            (self.within.discard if text is None else self.within.add)(number)
        elif text is not None:
            self.leaf, self._whole = text, number
        elif self._whole == number:
            self.leaf = None


def _cut_out(there: Mapping[Path, _There]) -> dict[str | int, Any]:
    """A state that has nothing but what stands at these paths, to ask the condition of."""
    state = dict[str | int, Any]()
    for path, one in sorted(there.items(), key=lambda part: len(part[0])):
        if one.within or one.leaf is not None:
            inner = state
            for step in path[:-1]:
                inner = inner.setdefault(step, {})
            inner[path[-1]] = decode_proven(one.leaf) if one.leaf is not None and not one.within else {}
    return state
