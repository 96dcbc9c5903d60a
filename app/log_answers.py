"""What `queries` answers about log lines. As `answers`: plain and masked; times are microseconds UTC."""

from dataclasses import dataclass

from app.answers import Event


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line in a list. `message` is cut where it is long; `length` is that of the whole. `level` has its usual name.

    `trace` is the id of the flow in which it was written, None: it names none.
    """

    position: int
    occurred_at: int
    stream: str
    service: str
    instance: str
    level: str
    message: str
    length: int
    trace: str | None


@dataclass(frozen=True, slots=True)
class LogPage:
    """A page of lines, the newest first, and whether there are older and newer ones.

    `looked` lines were read to find them. `stopped` is the position of the last of them where the search ended at its
    bound, with lines beyond that nobody looked at, and `stopped_at` when that one was written; None: it found enough,
    or looked at all.
    """

    lines: tuple[LogLine, ...]
    older: bool
    newer: bool
    looked: int
    stopped: int | None
    stopped_at: int | None


@dataclass(frozen=True, slots=True)
class Beside:
    """An event of the trace, a line among them as `line`; `gap` is the time since the one before, None: the first."""

    event: Event
    service: str
    line: LogLine | None
    gap: int | None


@dataclass(frozen=True, slots=True)
class OpenLine:
    """One line whole, with the events and lines of its trace in the order in which they happened.

    `more_before` and `more_after`: the trace goes on there, beyond what is read. `visible`: seen from the moment.
    """

    line: LogLine
    event: Event
    message: str
    beside: tuple[Beside, ...]
    more_before: bool
    more_after: bool
    visible: bool
