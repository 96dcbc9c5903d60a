"""What a log line says, however its service spells it: who wrote it, how bad it is, its text."""

from typing import Any

from eventstore.core.event import RecordedEvent
from eventstore.core.payload import body, name

CATEGORY = "log"
"""The category of log lines."""

LEVELS = {"debug": 0, "info": 1, "notice": 1, "warning": 2, "error": 3, "critical": 4}
"""The levels, by how bad they are."""

SPELLED = {"warn": "warning", "err": "error", "fatal": "critical", "trace": "debug", "information": "info"}


def service_of(event: RecordedEvent) -> str:
    """The service that wrote the line: as the line says, else by its stream."""
    return name(body(event).get("service")) or event.stream.removeprefix(f"{event.category}-")


def level_of(event: RecordedEvent) -> str:
    """The line's level by its usual name; `other` for what is none."""
    said = body(event).get("level")
    level = said.lower() if isinstance(said, str) else ""
    level = SPELLED.get(level, level)
    return level if level in LEVELS else "other"


def message_of(event: RecordedEvent) -> str:
    """The line's whole text."""
    data = body(event)
    said: Any = data.get("message", data.get("msg", ""))
    return said if isinstance(said, str) else repr(said)
