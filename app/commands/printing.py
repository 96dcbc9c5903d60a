"""How the commands print events: a line to read, or a line of JSON with the payload's own text in it."""

import json
from base64 import b64encode
from typing import Any

from eventstore import Raised, RecordedEvent, event_facts, format_time
from eventstore.ingest.dead_letters import DeadLetter, Replayed


def one_line(text: str) -> str:
    """JSON text on one line. Exact: a raw line end is legal in JSON between tokens only."""
    return text.replace("\r", " ").replace("\n", " ")


def json_object(**members: str) -> str:
    """A JSON object of members that are JSON texts already."""
    return "{" + ", ".join(f"{json.dumps(name)}: {text}" for name, text in members.items()) + "}"


def event_json(event: RecordedEvent, folded: str | Raised | None = None) -> str:
    """One event as one line of JSON; data and metadata are the texts that the store keeps.

    `folded` is the data in today's shape, where that is another, or why its upcaster could not bring it there.
    """
    texts = {name: json.dumps(value) for name, value in event_facts(event).items()}
    if folded is not None:
        raised = isinstance(folded, Raised)
        texts |= {"folded_error": json.dumps(str(folded))} if raised else {"folded": one_line(str(folded))}
    return json_object(**texts, data=one_line(event.data_text), metadata=one_line(event.metadata_text))


def event_line(event: RecordedEvent) -> str:
    """One event as a line for people; control characters in names are shown, never sent to the terminal."""
    when = format_time(event.occurred_at)
    return f"{event.position:>9}  {when}  {shown(event.stream)} #{event.version}  {shown(event.type)}"


def shown(text: str) -> str:
    """Text from outside as a terminal may have it: what cannot be printed stands as its escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def letter_facts(letter: DeadLetter) -> dict[str, Any]:
    """One dead letter as plain JSON values; bytes as base64, since they may be anything."""
    record = letter.record
    return {
        "number": letter.number,
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "reason": letter.reason,
        "detail": letter.detail,
        "recorded_at": format_time(letter.recorded_at),
        "replayed_as": letter.replayed_as,
        "key_base64": base64_text(record.key),
        "value_base64": base64_text(record.value),
        "headers": [[name, base64_text(value)] for name, value in record.headers],
    }


def letter_line(letter: DeadLetter) -> str:
    """One dead letter as a line for people."""
    place = f"{shown(letter.record.topic)}/{letter.record.partition}@{letter.record.offset}"
    done = "" if letter.replayed_as is None else f"  replayed as {letter.replayed_as}"
    return f"{letter.number:>6}  {format_time(letter.recorded_at)}  {place}  {letter.reason}{done}"


def letter_page(letter: DeadLetter) -> str:
    """One dead letter whole; its value as text where it is some, else in hex."""
    value = letter.record.value or b""
    return "\n".join([letter_line(letter), f"        {shown(letter.detail)}", f"        {readable(value)}"])


def readable(value: bytes) -> str:
    """Bytes as the text they are, else as hex."""
    try:
        return shown(value.decode())
    except UnicodeDecodeError:
        return f"0x{value.hex()}"


def base64_text(value: bytes | None) -> str | None:
    """Bytes as base64; None stays None."""
    return None if value is None else b64encode(value).decode()


def replayed_facts(replayed: Replayed) -> dict[str, Any]:
    """What became of a letter, as plain JSON values."""
    return {"number": replayed.number, "position": replayed.position, "why": replayed.why}


def replayed_line(replayed: Replayed) -> str:
    """What became of a letter, for people."""
    if replayed.position is None:
        return f"{replayed.number:>6}  still cannot be read: {shown(replayed.why or '')}"
    return f"{replayed.number:>6}  is the event at position {replayed.position}"
