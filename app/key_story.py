"""A key's story: all its steps as they are known, kept whole, and the part of it up to a time. Pure.

What is known being the same, the story up to a time is a beginning of the whole: moving the time reads nothing.
"""

from array import array
from bisect import bisect_right
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, TypeVar, overload

from app.answers import Brief, Step
from eventstore import Deltas

LATE, CORRECTED, PARKED = 1, 2, 4

REMEMBERED = 64
"""So many answers about one story are kept: the newest."""

T = TypeVar("T")


class WholeStory:
    """Every step of a key in fold order, and what each changed, as the viewer may see it.

    `tag` stays the same as long as the story does. `note` says what is left out, where anything is.
    """

    def __init__(self, key: str, projection: str, tag: str, deltas: Deltas) -> None:
        self.key, self.projection, self.tag, self.deltas = key, projection, tag, deltas
        self.note = ""
        self.occurred, self.recorded = array("q"), array("q")
        self.position, self.commit, self.version = array("q"), array("q"), array("q")
        self.streams, self.types = list[str](), list[str]()
        self.flags, self.errors = bytearray(), dict[int, str]()
        self._names = dict[str, str]()
        self._places = dict[int, int]()
        self._answers = dict[Hashable, Any]()

    def __len__(self) -> int:
        return len(self.position)

    def add(self, event: Brief, state: str | None, error: str | None, *, parked: bool) -> None:
        """The next step, with the state behind it as JSON text; None: the key holds nothing."""
        if error is not None:
            self.errors[len(self)] = error
        self._places[event.position] = len(self)
        self.position.append(event.position)
        self.commit.append(event.commit_position)
        self.version.append(event.version)
        self.occurred.append(event.occurred_at)
        self.recorded.append(event.recorded_at)
        self.streams.append(self._names.setdefault(event.stream, event.stream))
        self.types.append(self._names.setdefault(event.type, event.type))
        self.flags.append(LATE * event.late | CORRECTED * event.corrected | PARKED * parked)
        self.deltas.add(state)

    def place(self, position: int | None) -> int | None:
        """Where the event stands in the story; None: not in it."""
        return None if position is None else self._places.get(position)

    def until(self, time: int | None) -> int:
        """How many steps had happened by then; None: all."""
        return len(self) if time is None else bisect_right(self.occurred, time)

    def known(self, commit: int) -> int | None:
        """How many steps were known at a commit, where they are the first of the story, up to a time; else None."""
        commits, highest = self.remembered("commits", self._commits)
        count = bisect_right(commits, commit)
        if count in (0, len(self)):
            return count
        apart = self.occurred[count - 1] < self.occurred[count]
        return count if apart and highest[count - 1] <= commit else None

    def _commits(self) -> tuple["array[int]", "array[int]"]:
        """In order, and the highest up to each step."""
        return array("q", sorted(self.commit)), array("q", accumulate(self.commit, max))

    def step(self, index: int) -> Step:
        """The step at a place."""
        flags = self.flags[index]
        event = Brief(
            position=self.position[index],
            commit_position=self.commit[index],
            stream=self.streams[index],
            version=self.version[index],
            type=self.types[index],
            occurred_at=self.occurred[index],
            recorded_at=self.recorded[index],
            late=bool(flags & LATE),
            corrected=bool(flags & CORRECTED),
        )
        held, parked = bool(self.deltas.held[index]), bool(flags & PARKED)
        return Step(index, event, held, self.errors.get(index), parked)

    def remembered(self, asked: Hashable, ask: Callable[[], T]) -> T:
        """The answer to a question about all of the story; asked again, the same."""
        try:  # threads share a story: what was there may be gone in the next line
            found: T = self._answers[asked]
        except KeyError:
            found = ask()
            for oldest in list(self._answers)[: -REMEMBERED + 1]:
                self._answers.pop(oldest, None)
            self._answers[asked] = found
        return found


class Steps(Sequence[Step]):
    """The first steps of a story."""

    def __init__(self, whole: WholeStory, count: int) -> None:
        self._whole, self._range = whole, range(count)

    def __len__(self) -> int:
        return len(self._range)

    @overload
    def __getitem__(self, index: int) -> Step: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Step]: ...
    def __getitem__(self, index: int | slice) -> Step | Sequence[Step]:
        """One of them, or some."""
        if isinstance(index, slice):
            return tuple(map(self._whole.step, self._range[index]))
        return self._whole.step(self._range[index])


@dataclass(frozen=True, slots=True)
class KeyStory:
    """A key's story up to the moment: the first `until` steps of those `known`, which are the first of the whole.

    `later` counts the steps that are hidden. `note` says in words where the story comes from; `models` are the read
    models that ever held the key.
    """

    whole: WholeStory
    known: int
    until: int
    later: int
    note: str = ""
    models: tuple[str, ...] = ()

    @property
    def tag(self) -> str:
        """The same as long as what is known of it is."""
        return f"{self.whole.tag}.{self.known}"

    @property
    def key(self) -> str:
        """Whose story it is."""
        return self.whole.key

    @property
    def projection(self) -> str:
        """What tells it."""
        return self.whole.projection

    @property
    def steps(self) -> Steps:
        """Its steps in the order in which they happened."""
        return Steps(self.whole, self.until)

    def place(self, position: int | None) -> int | None:
        """Where the event stands among the steps; None: it is not one of them."""
        found = self.whole.place(position)
        return found if found is not None and found < self.until else None

    @property
    def highest(self) -> int:
        """The highest position among its steps: a late one may stand before others."""
        return self.whole.remembered(("highest", self.until), lambda: max(self.whole.position[: self.until]))

    def last_late(self, among: int) -> Step | None:
        """The last late event among so many last steps."""
        last = range(max(0, self.until - among), self.until)
        late = [place for place in last if self.whole.flags[place] & LATE]
        return self.whole.step(late[-1]) if late else None

    @property
    def stopped(self) -> Step | None:
        """The step at which the fold stopped, where that can be seen."""
        found = min(self.whole.errors, default=self.until)
        return self.whole.step(found) if found < self.until else None
