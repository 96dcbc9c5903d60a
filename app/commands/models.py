"""How the commands print read models and what is wrong with them; and events that are written by hand."""

import json
from collections.abc import Sequence
from typing import Any

from app.commands.printing import shown
from app.commands.standing import build_line
from eventstore import (
    Checked,
    Finding,
    Json,
    OccurredSource,
    Projection,
    RecordedEvent,
    Unreadable,
    decode,
    encode,
    parse_time,
)


def model_facts(one: Projection) -> dict[str, Any]:
    """A read model, as plain JSON values."""
    facets = [
        {"name": facet.name, "kind": facet.kind.value, "counted": facet.counted, "summed": facet.summed}
        for facet in one.facets
    ]
    upcast = [name for name in one.types if one.upcasters.of(name)]
    return {"name": one.name, "module": one.module, "types": list(one.types), "upcast": upcast, "facets": facets}


def model_json(one: Projection, builds: Sequence[dict[str, Any]]) -> str:
    """A read model with its builds as one line of JSON."""
    return json.dumps({**model_facts(one), "builds": builds})


def model_page(one: Projection, builds: Sequence[dict[str, Any]]) -> str:
    """A read model for people; of each facet its kind, and whether it is counted or summed; a line for each build."""
    told = [
        f"{facet.name} ({', '.join([facet.kind.value, *_rolled(facet.counted, facet.summed)])})" for facet in one.facets
    ]
    types = ["every type" if name == "*" else name for name in one.types]
    lines = [f"{one.name}  in {one.module}", f"folds   {', '.join(types)}", f"facets  {', '.join(told) or 'none'}"]
    lines += [f"builds  {build_line(build).partition(': ')[2]}" for build in builds] or ["builds  none yet"]
    return "\n    ".join(lines)


def _rolled(counted: bool, summed: bool) -> list[str]:  # noqa: FBT001 - two facts of a facet
    return [word for word, holds in (("counted", counted), ("summed", summed)) if holds]


def checked_json(one: Checked) -> str:
    """What became of a read model, as one line of JSON."""
    findings = [
        {
            "mistake": found.mistake.name.lower().replace("_", " "),
            "place": found.place,
            "position": found.position,
            "times": found.times,
            "detail": found.detail,
            "advice": found.mistake.value,
        }
        for found in one.findings
    ]
    facts = {"projection": one.projection, "events": one.events, "keys": one.keys}
    return json.dumps({**facts, "findings": findings})


def checked_page(one: Checked) -> str:
    """What became of a read model, for people."""
    said = f"{len(one.findings)} found" if one.findings else "nothing found"
    if not one.events:
        said += "; none of these events is its own: name others with --events, or more with --newest"
    head = f"{one.projection}: {said} ({one.events:,} events, {one.keys:,} keys)"
    return "\n".join([head, *map(_finding_page, one.findings)])


def _finding_page(found: Finding) -> str:
    where = shown(found.place) + ("" if found.position is None else f" at position {found.position}")
    often = "" if found.times == 1 else f", {found.times:,} times"
    return f"    {where}{often}: {found.mistake.value}\n        {shown(found.detail)}"


def example(line: str, position: int) -> RecordedEvent:
    """An event written as a line of JSON: its `type`, and what else is known of it. Raises ValueError otherwise."""
    try:
        said = decode(line)
        return _recorded(said if isinstance(said, dict) else {}, position)
    except Unreadable as error:
        raise ValueError(str(error)) from error


def _recorded(said: dict[str, Any], position: int) -> RecordedEvent:
    if not said.get("type"):
        raise ValueError('it must be an object with a type, like {"type": "Order Paid", "stream": "order-1"}')
    stream = str(said.get("stream", "example-1"))
    at = parse_time(said.get("occurred_at", position)).micros
    return RecordedEvent(
        position=position,
        commit_position=position,
        id=str(said.get("id", f"example-{position}")),
        stream=stream,
        category=str(said.get("category", stream.partition("-")[0])),
        version=position,
        type=str(said["type"]),
        data_text=encode(said.get("data", Json("{}"))),
        metadata_text=encode(said.get("metadata", Json("{}"))),
        occurred_at=at,
        claimed_at=None,
        occurred_source=OccurredSource.PRODUCER,
        recorded_at=at,
        frontier=at,
        stream_frontier=at,
        correlation_id=said.get("correlation_id"),
        causation_id=said.get("causation_id"),
        content_hash=b"",
        format=1,
    )
