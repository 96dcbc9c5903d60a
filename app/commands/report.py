"""What `verify` and `status` say."""

import json
from dataclasses import asdict
from typing import Any

from app.commands.printing import shown
from app.commands.standing import build_line, builds_facts
from eventstore import EventStore, Harm, Verdict, format_time
from eventstore.ingest.health import IngesterState, health

CLOCK_TOLERANCE = 60_000_000
"""How far recorded_at may run ahead of the clock before `status` warns, in microseconds."""


def verdict_json(verdict: Verdict) -> str:
    """The verdict as one JSON object."""
    return json.dumps(asdict(verdict))


def verdict_page(verdict: Verdict) -> str:
    """The verdict for people: what was read, what vouches for it, each harm on a line."""
    anchored = f"anchors vouch up to position {verdict.anchored:,}" if verdict.anchored else "no anchor vouches for it"
    read = f"{verdict.events:,} events in {verdict.blocks:,} sealed blocks (up to {verdict.sealed:,}); {anchored}."
    if verdict.ok:
        return f"Whole: {read}"
    return "\n".join([f"Harmed: {read}", *map(harm_line, verdict.harms)])


def harm_line(harm: Harm) -> str:
    """Where, what kind, and the sentence."""
    where = f"position {harm.position}" if harm.position is not None else f"block {harm.block}"
    known = harm.position is not None or harm.block is not None
    return f"  {where if known else 'the log'}: {harm.kind}. {shown(harm.sentence)}"


def status_facts(store: EventStore) -> dict[str, Any]:
    """Where the store, its ingesters and its read models stand, as plain JSON values."""
    head, ingest = store.head(), health(store)
    return {
        "store": store.database.label,
        "schema": head.schema,
        "position": head.position,
        "recorded_at": None if head.recorded_at is None else format_time(head.recorded_at),
        "lag": ingest.lag,
        "duplicates": ingest.duplicates,
        "dead_letters": ingest.dead_letters,
        "losses": len(ingest.losses),
        "ingesters": [ingester_facts(one) for one in ingest.ingesters],
        "projections": builds_facts(store),
        "warnings": clock_warnings(head.recorded_at, store.now()),
    }


def ingester_facts(one: IngesterState) -> dict[str, Any]:
    """One ingester as plain JSON values."""
    return {
        "name": one.name,
        "state": one.state,
        "servers": one.servers,
        "topics": one.topics,
        "rate": one.rate,
        "updated_at": format_time(one.updated_at),
        "last_error": one.last_error,
        "last_error_at": None if one.last_error_at is None else format_time(one.last_error_at),
    }


def clock_warnings(recorded_at: int | None, now: int) -> list[str]:
    """What is odd about the store's time: it never goes back, so one wrong clock holds it up for all."""
    ahead = 0 if recorded_at is None else recorded_at - now
    if ahead <= CLOCK_TOLERANCE:
        return []
    return [
        f"The last event was recorded {ahead // 1_000_000:,} s ahead of this machine's clock. Correct whichever clock "
        "is wrong: until this one has caught up, new events are recorded at that same time."
    ]


def status_page(facts: dict[str, Any]) -> str:
    """The same for people."""
    last = facts["recorded_at"] or "-"
    lines = [
        f"{facts['store']}: position {facts['position']:,}, schema {facts['schema']}, last {last}",
        f"{facts['lag']:,} messages behind, {facts['duplicates']:,} duplicates, {facts['dead_letters']:,} dead letters "
        f"waiting, {facts['losses']:,} losses",
    ]
    lines += [ingester_line(one) for one in facts["ingesters"]]
    lines += map(build_line, facts["projections"])
    return "\n".join([*lines, *(f"Warning: {warning}" for warning in facts["warnings"])])


def ingester_line(one: dict[str, Any]) -> str:
    """One ingester for people; its last error with the time, since it may be long over."""
    error = f"; last error {one['last_error_at']}: {shown(one['last_error'])}" if one["last_error"] else ""
    return f"{one['name']}: {one['state']}, {one['topics']}{error}"
