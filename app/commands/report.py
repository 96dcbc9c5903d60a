"""What `status` and `verify` say."""

import json
from typing import Any

from app.commands.printing import shown
from eventstore import EventStore, Verdict, clock, format_time, health

CLOCK_TOLERANCE = 60_000_000
"""How far recorded_at may run ahead of the clock before `status` warns, in microseconds."""


def status_facts(store: EventStore) -> dict[str, Any]:
    """Where the store and its ingesters stand, as plain JSON values."""
    head = store.head()
    return {
        "position": head.position,
        "schema": head.schema,
        "recorded_at": format_time(head.recorded_at) if head.position else None,
        "warnings": warnings(head.recorded_at),
    }
