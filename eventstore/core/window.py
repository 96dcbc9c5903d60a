"""A key's steps kept as what each changed: any state of the story, its blame, and windows of steps, without a fold.

One pass over the states makes it (`add`). It holds each text of a leaf once, by step and by leaf, and every `EVERY`
steps the order of the leaves: so a window costs what it shows, wherever in the story it begins.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eventstore.core.deltas import Comparing, Hides, exact
from eventstore.core.diff import Change, between
from eventstore.core.paths import MISSING, Path, written

EVERY = 256
"""So many steps lie between two places at which the order of the leaves is kept."""

LEAF_COST = 24
"""What a leaf or a change weighs in a window beside its text, in characters."""

_FIRST = -1


@dataclass(frozen=True, slots=True)
class Window:
    """Steps `first <= step < first + len(steps)` and what they begin with; steps are numbered from 0 in fold order.

    `paths` are the leaves that exist anywhere in it, in the state's order; one that is new stands behind its
    predecessor. `held`: whether the key holds anything before `first`. `leaves` are those before `first`: place in
    `paths`, text, and the step that made it so. Each of `steps` names the leaves that it changed: place, text; None:
    the leaf is gone.
    """

    first: int
    paths: Sequence[str]
    held: bool
    leaves: Sequence[tuple[int, str, int]]
    steps: Sequence[Sequence[tuple[int, str | None]]]


class Deltas:
    """What each step of a key changed, leaf by leaf. Steps are added in fold order, each with the state behind it."""

    def __init__(self, hides: Hides | None = None) -> None:
        self._comparing = Comparing(hides)
        self._text: str | None = None
        self._value: Any = MISSING
        self.held = bytearray()
        self.size = 0
        self.paths = list[Path]()
        self._names = list[str]()
        self._numbers = dict[Path, int]()
        self._turns = list["array[int]"]()  # by leaf: the steps that changed it
        self._texts = list[list[str | None]]()  # and what it was from there on
        self._changed = list[tuple[int, ...]]()  # by step: the leaves
        self._changed_to = list[tuple[str | None, ...]]()
        self._behind = dict[int, dict[int, int]]()  # by step: new leaves, and those before which they stand
        self._orders = list["array[int]"]()

    def __len__(self) -> int:
        return len(self.held)

    def add(self, state: str | None) -> None:
        """The next step, with the state behind it as JSON text of ours; None: the key holds nothing.

        `size` grows by the characters of the texts that it changed.
        """
        step = len(self.held)
        if step % EVERY == 0:
            self._orders.append(array("l", map(self._numbers.__getitem__, self._comparing.paths(self._value))))
        found = () if state == self._text else self._differing(state)
        self.held.append(state is not None)
        self._changed.append(tuple(number for number, _ in found))
        self._changed_to.append(tuple(text for _, text in found))
        for number, text in found:
            self._turns[number].append(step)
            self._texts[number].append(text)
            self.size += LEAF_COST + len(text or "")

    def _differing(self, state: str | None) -> Sequence[tuple[int, str | None]]:
        value = exact(state)
        found = list(self._comparing.differing(self._value, value))
        new = [path for path, text in found if text is not None and not self._stands(path)]
        numbered = [(self._number(path), text) for path, text in found]
        if new:
            before = self._comparing.predecessors(value, new)
            self._behind[len(self.held)] = {
                self._number(path): _FIRST if other is None else self._number(other)
                for path, other in zip(new, before, strict=True)
            }
        self._text, self._value = state, value
        return numbered

    def _stands(self, path: Path) -> bool:
        number = self._numbers.get(path)
        return number is not None and self._texts[number][-1] is not None

    def _number(self, path: Path) -> int:
        number = self._numbers.get(path)
        if number is None:
            number = self._numbers[path] = len(self.paths)
            self.paths.append(path)
            self._names.append(written(path))
            self._turns.append(array("l"))
            self._texts.append([])
        return number

    def at(self, number: int, step: int) -> tuple[str | None, int]:
        """A leaf, by its place in `paths`, behind a step: its text, None: it is not there; the step that made it so."""
        turns = self._turns[number]
        place = bisect_right(turns, step) - 1
        return (None, _FIRST) if place < 0 else (self._texts[number][place], turns[place])

    def text(self, path: Path, step: int) -> str | None:
        """The leaf at a path behind a step; None: there is no leaf."""
        number = self._numbers.get(path)
        return None if number is None else self.at(number, step)[0]

    def turns(self, number: int) -> Sequence[int]:
        """The steps that changed the leaf at that place in `paths`."""
        return self._turns[number]

    def _ordered(self, first: int, until: int) -> list[int]:
        """The leaves that stand before `first` or are changed from there until before `until`, in order."""
        begin = min(first // EVERY, len(self._orders) - 1)
        order = self._orders[begin]
        following = dict(zip([_FIRST, *order], [*order, _FIRST], strict=True))
        for step in range(begin * EVERY, until):
            for number, before in self._behind.get(step, _NONE).items():
                if number not in following:
                    following[number], following[before] = following[before], number
        changed = set[int]().union(*self._changed[first:until])
        return [one for one in _chain(following) if one in changed or self.at(one, first - 1)[0] is not None]

    def standing(self, step: int) -> Iterator[tuple[int, str, int]]:
        """The leaves behind a step in the state's order: place in `paths`, text, and the step that made it so."""
        for number in self._ordered(step + 1, step + 1) if self._orders else ():
            text, setter = self.at(number, step)
            if text is not None:
                yield number, text, setter

    def leaves(self, step: int) -> dict[Path, str]:
        """The leaves behind a step, as `leaves` of its state; none behind step -1."""
        return {self.paths[number]: text for number, text, _ in self.standing(step)}

    def changes(self, step: int) -> tuple[Change, ...]:
        """What the step changed, as `changes` of the states before and behind it."""
        numbers, texts = self._changed[step], self._changed_to[step]
        before = [(self.paths[number], self.at(number, step - 1)[0]) for number in numbers]
        after = zip((self.paths[number] for number in numbers), texts, strict=True)
        return between(*({path: text for path, text in side if text is not None} for side in (before, after)))

    def window(self, first: int, count: int, most: int) -> Window:
        """At most `count` steps from `first` on that weigh at most `most` characters together; one at least.

        Raises IndexError where the story has no step `first`.
        """
        if not 0 <= first < len(self):
            raise IndexError(first)
        until = self._until(first, count, most)
        order = self._ordered(first, until)
        places = {number: place for place, number in enumerate(order)}
        before = ((places[number], *self.at(number, first - 1)) for number in order)
        return Window(
            first,
            [self._names[number] for number in order],
            bool(first and self.held[first - 1]),
            [(place, text, setter) for place, text, setter in before if text is not None],
            [self._placed(step, places) for step in range(first, until)],
        )

    def _placed(self, step: int, places: Mapping[int, int]) -> list[tuple[int, str | None]]:
        numbers = self._changed[step]
        return list(zip([places[number] for number in numbers], self._changed_to[step], strict=True))

    def _until(self, first: int, count: int, most: int) -> int:
        """Where the window ends that weighs no more than that."""
        weight, step = 0, first
        for step in range(first, min(first + count, len(self))):
            weight += sum(LEAF_COST + len(text or "") for text in self._changed_to[step])
            if weight > most:
                return max(step, first + 1)
        return step + 1

    def changed(self, step: int) -> tuple[int, ...]:
        """The leaves that a step changed, by their place in `paths`."""
        return self._changed[step]


_NONE: Mapping[int, int] = {}


def _chain(following: Mapping[int, int]) -> Iterator[int]:
    one = following[_FIRST]
    while one != _FIRST:
        yield one
        one = following[one]
