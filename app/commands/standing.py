"""Where the builds of read models stand: how far behind, what is parked, why one was left."""

import json
from collections.abc import Sequence
from typing import Any

from app.commands.printing import shown
from eventstore import EventStore, Histories, format_time
from eventstore.histories import Build


def builds_facts(store: EventStore) -> list[dict[str, Any]]:
    """Every build that is live or on its way, the oldest first, as plain JSON values. `lag` is in events."""
    histories = Histories(store)
    return [_facts(store, histories, one) for one in histories.builds() if one.state != "old"]


def _facts(store: EventStore, histories: Histories, one: Build) -> dict[str, Any]:
    live = one.state == "live"
    head = store.head().position
    return {
        "projection": one.projection,
        "build": one.number,
        "state": one.state,
        "checkpoint": one.position,
        "lag": max(0, head - one.position),
        "lag_seconds": _seconds_behind(store, one.position),
        "parked": histories.parked(one.projection, limit=1).total if live else None,
        "unrouted": histories.unrouted(one.projection, limit=1).total if live else None,
        "failure": one.failure,
        "stopped_facets": list(one.stopped),
        "created_at": format_time(one.created_at),
        "updated_at": format_time(one.updated_at),
    }


def _seconds_behind(store: EventStore, position: int) -> float:
    """Between the last event that was applied and the last there is, as the store learnt them."""
    head = store.head()
    applied = store.event(max(1, position))
    if applied is None or head.recorded_at is None or position >= head.position:
        return 0.0
    return (head.recorded_at - applied.recorded_at) / 1_000_000


def builds_page(facts: Sequence[dict[str, Any]]) -> str:
    """The same for people, a line for each."""
    return "\n".join(map(build_line, facts))


def build_line(one: dict[str, Any]) -> str:
    """One build for people, with what is wrong with it and the command that mends it."""
    lag = f"{one['lag']:,} events ({one['lag_seconds']:,.0f} s) behind" if one["lag"] else "level"
    told = [f"build {one['build']} {one['state']}", f"checkpoint {one['checkpoint']:,}", lag]
    name = one["projection"]
    if one["parked"]:
        told.append(f"{one['parked']:,} parked keys (`chronoscope heal {name}`)")
    if one["unrouted"]:
        told.append(f"{one['unrouted']:,} events without keys (`chronoscope heal {name}`)")
    if one["stopped_facets"]:
        told.append(f"no longer counted: {', '.join(one['stopped_facets'])}")
    if one["failure"] is not None:
        told.append(f"left behind: {shown(one['failure'])} (`chronoscope rebuild {name}`)")
    return f"{name}: {', '.join(told)}"


def builds_json(facts: Sequence[dict[str, Any]]) -> str:
    """A line of JSON for each."""
    return "\n".join(map(json.dumps, facts))
