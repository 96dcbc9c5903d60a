"""Chance that repeats itself: the same name gives the same throws, on every Python and every machine."""

import math
from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

Thing = TypeVar("Thing")

_MASK = (1 << 64) - 1


def digest(name: str, size: int = 8) -> int:
    """A number of `size` bytes that only the name decides."""
    return int.from_bytes(blake2b(name.encode(), digest_size=size).digest())


class Dice:
    """A small stream of throws (splitmix64). `random.Random` keeps 2.5 KB each, and changes its methods over time."""

    __slots__ = ("_state",)

    def __init__(self, name: str) -> None:
        self._state = digest(name)

    def throw(self) -> float:
        """The next number, 0 <= x < 1."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return ((mixed ^ (mixed >> 31)) >> 11) * 2.0**-53

    def chance(self, share: float) -> bool:
        """True in this share of all throws."""
        return self.throw() < share

    def between(self, low: int, high: int) -> int:
        """A whole number, low <= x < high."""
        return low + int(self.throw() * (high - low))

    def about(self, mean: int) -> int:
        """A waiting time: mostly shorter than `mean`, now and then much longer, at most six times that."""
        return min(6 * mean, int(-math.log(1.0 - self.throw()) * mean))

    def one_of(self, things: Sequence[Thing]) -> Thing:
        """One of the things, each as likely."""
        return things[int(self.throw() * len(things))]
