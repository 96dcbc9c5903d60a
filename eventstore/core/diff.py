"""Diff: what changed between two states, leaf by leaf."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from eventstore.core.paths import Path, by_place, leaves, written

_EMPTY = ("{}", "[]")


@dataclass(frozen=True, slots=True)
class Change:
    """A leaf that differs: its JSON text before and after, None: it was not there before, or is not any more."""

    path: Path
    before: str | None
    after: str | None

    @property
    def name(self) -> str:
        """The path as people write it: `items[0].sku`."""
        return written(self.path)

    @property
    def kind(self) -> Literal["added", "removed", "changed"]:
        """What happened to the leaf."""
        return "added" if self.before is None else "removed" if self.after is None else "changed"


def changes(before: str | None, after: str | None) -> tuple[Change, ...]:
    """What differs between two states, given as JSON texts (None: nothing was held), sorted by path.

    Exact about types and digits; the order of members does not count. Lists are compared place by place: one that grew
    shows additions alone, one that lost its first item a change at every place behind. An empty object or list is a
    leaf of its own; where it is filled, what came says so alone. The cost grows with the leaves of both.
    """
    return () if before == after else between(leaves(before), leaves(after))


def between(before: Mapping[Path, str], after: Mapping[Path, str]) -> tuple[Change, ...]:
    """The same from the leaves of both."""
    changed = [path for path, text in after.items() if before.get(path) != text]
    gone = [path for path in before if path not in after]
    filled = _above(changed) if any(before[path] in _EMPTY for path in gone) else frozenset[tuple[Path, str]]()
    kept = [path for path in gone if not (before[path] in _EMPTY and (path, before[path]) in filled)]
    return tuple(Change(path, before.get(path), after.get(path)) for path in sorted([*changed, *kept], key=by_place))


def _above(paths: list[Path]) -> frozenset[tuple[Path, str]]:
    """All that hold these paths, each with how it would look empty."""
    return frozenset((path[:end], _EMPTY[isinstance(path[end], int)]) for path in paths for end in range(len(path)))
