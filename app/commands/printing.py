"""How the commands print events: a line to read, or a line of JSON with the payload's own text in it."""

import json
from typing import Any

from eventstore import RecordedEvent, format_time


def one_line(text: str) -> str:
    """JSON text on one line. Exact: a raw line end is legal in JSON between tokens only."""
    return text.replace("\r", " ").replace("\n", " ")


def json_object(**members: str) -> str:
    """A JSON object of members that are JSON texts already."""
    return "{" + ", ".join(f"{json.dumps(name)}: {text}" for name, text in members.items()) + "}"


def event_json(event: RecordedEvent) -> str:
    """One event as one line of JSON; data and metadata are the texts that the store keeps."""
    facts: dict[str, Any] = {
        "position": event.position,
        "id": event.id,
        "stream": event.stream,
        "category": event.category,
        "version": event.version,
        "type": event.type,
        "occurred_at": format_time(event.occurred_at),
        "recorded_at": format_time(event.recorded_at),
        "claimed_at": None if event.claimed_at is None else format_time(event.claimed_at),
        "occurred_source": event.occurred_source.name.lower(),
        "commit_position": event.commit_position,
        "correlation_id": event.correlation_id,
        "causation_id": event.causation_id,
        "content_hash": event.content_hash.hex(),
    }
    texts = {name: json.dumps(value) for name, value in facts.items()}
    return json_object(**texts, data=one_line(event.data_text), metadata=one_line(event.metadata_text))


def event_line(event: RecordedEvent) -> str:
    """One event as a line for people; control characters in names are shown, never sent to the terminal."""
    when = format_time(event.occurred_at)
    return f"{event.position:>9}  {when}  {shown(event.stream)} #{event.version}  {shown(event.type)}"


def shown(text: str) -> str:
    """Text from outside as a terminal may have it: what cannot be printed stands as its escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
