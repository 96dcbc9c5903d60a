"""How the commands print one key's blame, a field's history, when a condition held, what two moments differ in.

Each answer names the events that it needs (`positions`), and prints with them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app import formats
from app.commands.printing import shown
from app.commands.told import json_line, time
from eventstore import (
    Change,
    Condition,
    Held,
    Json,
    Path,
    RecordedEvent,
    blame,
    changes,
    field_history,
    leaves,
    when,
    written,
)
from eventstore.histories import Steps, When

Events = Mapping[int, RecordedEvent]


TOLD_EACH = 100_000
"""A search tells how far it came each time that it has looked through so many states."""


class Told:
    """An answer that is told of a key's steps."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps

    @property
    def head(self) -> str:
        """Of what the answer is, and up to where the read model knew the log."""
        return f"{shown(self.steps.key)} by {self.steps.projection} (checkpoint {self.steps.checkpoint:,})"

    def line(self, **facts: Any) -> str:
        """The facts as one line of JSON."""
        about = {"projection": self.steps.projection, "key": self.steps.key}
        return json_line({**about, **facts, "checkpoint": self.steps.checkpoint, "refolded": self.steps.refolded})


class Blamed(Told):
    """Of each leaf of the state the event that made it so."""

    def __init__(self, steps: Steps) -> None:
        super().__init__(steps)
        self.state = steps.rows[-1].state if steps.rows else None
        self.leaves, self.blame = leaves(self.state), blame(steps.rows)

    @property
    def positions(self) -> list[int]:
        """The events that are named."""
        return [one.event_position for one in self.blame.values()]

    def json(self, events: Events) -> str:
        """One JSON object."""
        told = [
            {
                "path": written(path),
                "value": Json(self.leaves[path]),
                "since": time(one.since),
                "event": _event(events, one.event_position),
            }
            for path, one in self.blame.items()
        ]
        return self.line(leaves=told)

    def page(self, events: Events) -> str:
        """A line for each leaf, for people."""
        lines = [
            f"{_at(events, one.event_position, one.since)}  {shown(written(path))}: {shown(self.leaves[path])}"
            for path, one in self.blame.items()
        ]
        return "\n".join([self.head, *(lines or ["holds nothing at this moment"])])


class FieldHistory(Told):
    """Every value that a path ever had."""

    def __init__(self, steps: Steps, path: Path) -> None:
        super().__init__(steps)
        self.path, self.had = path, field_history(steps.rows, path)

    @property
    def positions(self) -> list[int]:
        """The events that are named."""
        return [one.event_position for one in self.had]

    def json(self, events: Events) -> str:
        """One JSON object."""
        told = [
            {
                "there": one.text is not None,
                "value": None if one.text is None else Json(one.text),
                "since": time(one.since),
                "until": time(one.until),
                "seconds": _seconds(one.duration),
                "event": _event(events, one.event_position),
            }
            for one in self.had
        ]
        return self.line(path=written(self.path), values=told)

    def page(self, events: Events) -> str:
        """A line for each value, for people."""
        lines = [
            f"{_at(events, one.event_position, one.since)}  {_value(one.text)}  {_long(one.duration)}"
            for one in self.had
        ]
        return "\n".join([f"{shown(written(self.path))} of {self.head}", *(lines or ["was never there"])])


class Times(Told):
    """When a condition held."""

    def __init__(self, steps: Steps, text: str, held: Sequence[Held]) -> None:
        super().__init__(steps)
        self.text, self.held = text, held

    @classmethod
    def of(cls, steps: Steps, text: str, condition: Condition) -> "Times":
        """The times of one key."""
        return cls(steps, text, when(steps.rows, condition))

    @classmethod
    def of_all(cls, found: When, text: str) -> "list[Times]":
        """The times of each key that was found."""
        name, checkpoint = found.projection, found.checkpoint
        return [
            cls(Steps(name, one.key, (), more=False, checkpoint=checkpoint, refolded=one.refolded), text, one.held)
            for one in found.found
        ]

    @property
    def positions(self) -> list[int]:
        """The events that are named."""
        edges = [edge for one in self.held for edge in (one.began_by, one.ended_by)]
        return [edge for edge in edges if edge is not None]

    def json(self, events: Events) -> str:
        """One JSON object."""
        told = [
            {
                "since": time(one.since),
                "until": time(one.until),
                "seconds": _seconds(None if one.until is None else one.until - one.since),
                "began_by": _event(events, one.began_by),
                "ended_by": None if one.ended_by is None else _event(events, one.ended_by),
            }
            for one in self.held
        ]
        return self.line(condition=self.text, intervals=told)

    def page(self, events: Events) -> str:
        """A line for each edge, for people."""
        lines = list[str]()
        for one in self.held:
            lines.append(f"from  {_at(events, one.began_by, one.since)}")
            if one.until is not None and one.ended_by is not None:
                lines.append(f"to    {_at(events, one.ended_by, one.until)}  {_long(one.until - one.since)}")
        if self.held and self.held[-1].until is None:
            lines.append("      and still at the moment")
        return "\n".join([f"{shown(self.text)}, of {self.head}", *(lines or ["never held up to the moment"])])


@dataclass
class Searched:
    """How far a search over all keys came: keys and rows that were looked at, keys of which the condition held."""

    keys: int = 0
    rows: int = 0
    found: int = 0

    def add(self, page: When) -> None:
        """The next page."""
        self.keys, self.rows, self.found = self.keys + page.keys, self.rows + page.rows, self.found + len(page.found)

    def due(self, page: When) -> bool:
        """Whether to say so: at the end, and whenever another part of many states was looked through."""
        return page.after is None or self.rows // TOLD_EACH > (self.rows - page.rows) // TOLD_EACH

    def line(self, page: When) -> str:
        """For people."""
        more = page.after is not None
        keys = f"{self.keys:,} of {page.narrowed:,}" if more and page.narrowed is not None else f"{self.keys:,}"
        rows = f"{self.rows:,} of at most {page.stored:,}" if more and page.narrowed is None else f"{self.rows:,}"
        done = f"searched {'' if more else 'all: '}{keys} keys, {rows} states"
        return f"{done}; held of {self.found:,} keys (checkpoint {page.checkpoint:,})"


class Differences(Told):
    """What differs between two moments: leaf by leaf, and the events that only one of them sees."""

    def __init__(self, first: Steps, second: Steps) -> None:
        super().__init__(second)
        states = [steps.rows[-1].state if steps.rows else None for steps in (first, second)]
        self.changes = changes(*states)
        self.gone, self.new = _apart(first, second), _apart(second, first)

    @property
    def positions(self) -> list[int]:
        """The events that are named."""
        return [*self.gone, *self.new]

    def json(self, events: Events) -> str:
        """One JSON object."""
        sides = {"first": self.gone, "second": self.new}
        told = {f"only_{name}": [_event(events, one) for one in positions] for name, positions in sides.items()}
        return self.line(changes=[_change(one) for one in self.changes], **told)

    def page(self, events: Events) -> str:
        """A line for each change and each event, for people."""
        signs = {"added": "+", "removed": "-", "changed": "~"}
        lines = [
            f"{signs[one.kind]} {shown(one.name)}: {_value(one.before)} -> {_value(one.after)}" for one in self.changes
        ]
        for word, positions in (("first", self.gone), ("second", self.new)):
            lines += [f"only at the {word}: {_at(events, one, events[one].occurred_at).strip()}" for one in positions]
        return "\n".join([self.head, *(lines or ["nothing differs"])])


def _apart(one: Steps, other: Steps) -> list[int]:
    """The events, in fold order, that only the one sees."""
    seen = {row.event_position for row in other.rows}
    return [row.event_position for row in one.rows if row.event_position not in seen]


def _change(one: Change) -> dict[str, Any]:
    before, after = (None if text is None else Json(text) for text in (one.before, one.after))
    return {"path": one.name, "kind": one.kind, "before": before, "after": after}


def _event(events: Events, position: int) -> dict[str, Any]:
    event = events[position]
    return {"position": position, "id": event.id, "stream": event.stream, "type": event.type}


def _at(events: Events, position: int, since: int) -> str:
    return f"{position:>9}  {time(since)}  {shown(events[position].type)}"


def _value(text: str | None) -> str:
    return "not there" if text is None else shown(text)


def _seconds(duration: int | None) -> float | None:
    return None if duration is None else duration / 1_000_000


def _long(duration: int | None) -> str:
    return "to the moment" if duration is None else formats.duration(duration)
