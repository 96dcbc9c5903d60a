"""Blame: which event made each leaf of a state what it is; what a field ever was; when a condition held.

All are answered from a key's steps in fold order, in one pass. A state of no length, between events at the same time,
was made by its event, so blame and a field's history know it; it held at no moment, so `when` does not.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

from eventstore.core.canonical import decode, decode_proven, encode
from eventstore.core.condition import Condition
from eventstore.core.event import Micros
from eventstore.core.paths import MISSING, Path, found, leaves


class KeyStep(Protocol):
    """A step of a key, as far as it is looked at here: the stored states of histories are such."""

    @property
    def event_position(self) -> int:
        """The event, by position."""

    @property
    def since(self) -> Micros:
        """When the event occurred."""

    @property
    def state(self) -> str | None:
        """What holds behind the event, as JSON text that `encode` made; None: nothing."""


@dataclass(frozen=True, slots=True)
class Blame:
    """The event, by position, that made a leaf what it is, and when that occurred."""

    event_position: int
    since: Micros


def blame(steps: Iterable[KeyStep]) -> dict[Path, Blame]:
    """Of each leaf of the last state, in its order, the last event that changed it.

    An event that wrote the value that was there already changed nothing: the leaf keeps its older blame. One that was
    removed and comes back, by itself or with what holds it, is the work of the event that brought it back.
    """
    made, held, text = dict[Path, Blame](), dict[Path, str](), None
    for step in steps:
        if step.state != text:
            now, this = leaves(step.state), Blame(step.event_position, step.since)
            made = {path: made[path] if held.get(path) == leaf else this for path, leaf in now.items()}
            held, text = now, step.state
    return made


@dataclass(frozen=True, slots=True)
class Had:
    """A value that a path had: its JSON text, None: there was nothing. `until` None: it still has it."""

    text: str | None
    event_position: int
    since: Micros
    until: Micros | None

    @property
    def duration(self) -> Micros | None:
        """How long, 0 where another event at the same time changed it; None: it still has it."""
        return None if self.until is None else self.until - self.since


def field_history(steps: Iterable[KeyStep], path: Path) -> list[Had]:
    """Every value that the path ever had, with the event that brought it, from the first on.

    The path may lead to an object or a list. Between values there may have been nothing; before the first there was.
    """
    told = list[Had]()
    for step, text in _turns((step, _text(step.state, path)) for step in steps):
        if told:
            told[-1] = Had(told[-1].text, told[-1].event_position, told[-1].since, step.since)
        told.append(Had(text, step.event_position, step.since, None))
    return told


def _text(state: str | None, path: Path) -> str | None:
    value = MISSING if state is None else found(decode(state), path)
    return None if value is MISSING else str(encode(value))


def _turns(told: Iterable[tuple[KeyStep, str | None]]) -> Iterator[tuple[KeyStep, str | None]]:
    """Those that differ from the one before; before the first there is nothing."""
    last: str | None = None
    for step, text in told:
        if text != last:
            yield step, text
        last = text


@dataclass(frozen=True, slots=True)
class Held:
    """A time in which a condition held, and the events at its edges, by position. None: it still holds.

    Among events at the same time it is the one from which on the condition held, or did not, until that time was over.
    """

    since: Micros
    until: Micros | None
    began_by: int
    ended_by: int | None


def when(steps: Iterable[KeyStep], condition: Condition) -> list[Held]:
    """Every time in which the condition held, also where it recovered in between. It holds of states only.

    Two that touch are one: an event that leaves the condition as it was ends nothing.
    """
    return held(_judged(steps, condition))


def held(judged: Iterable[tuple[int, Micros, bool]]) -> list[Held]:
    """The same from verdicts: event by position, when it occurred, whether the condition holds behind it.

    Events that cannot change the verdict may be left out.
    """
    told = list[Held]()
    for at, group in groupby(judged, key=lambda one: one[1]):
        positions, verdicts = [list(part) for part in zip(*((pos, holds) for pos, _, holds in group), strict=True)]
        edge = _edge(positions, verdicts)
        open_ = bool(told) and told[-1].until is None
        if verdicts[-1] and not open_:
            told.append(Held(at, None, edge, None))
        elif open_ and not verdicts[-1]:
            told[-1] = Held(told[-1].since, at, told[-1].began_by, edge)
    return told


def _judged(steps: Iterable[KeyStep], condition: Condition) -> Iterator[tuple[int, Micros, bool]]:
    text, holds = None, False
    for step in steps:
        if step.state != text:
            text, holds = step.state, step.state is not None and condition.holds(decode_proven(step.state))
        yield step.event_position, step.since, holds


def _edge(positions: list[int], verdicts: list[bool]) -> int:
    """The first of those at the end that agree."""
    first = len(verdicts) - 1
    while first and verdicts[first - 1] == verdicts[-1]:
        first -= 1
    return positions[first]
