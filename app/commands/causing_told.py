"""How the commands print a flow as a tree, and what an event did to each read model."""

from collections.abc import Iterator, Sequence
from typing import Any

from app import formats
from app.commands.printing import event_line, shown
from app.commands.told import change_line, changed_facts, json_line, time
from eventstore import Flow, FlowEvent, RecordedEvent, Top, changes
from eventstore.histories import Did, Effect, Effects, Outcome


def flow_json(found: Flow, part: Sequence[FlowEvent], id_: str | None, *, more: bool) -> str:
    """One JSON object: the flow, and its events in the order of the tree. `cause` is the position of the cause."""
    events = [_event_facts(one, found) for one in part]
    facts = {"flow": id_, "events": len(found.events), "beyond": found.beyond, "streams": list(found.streams)}
    return json_line({**facts, "span_seconds": found.span / 1_000_000, "more": more, "tree": events})


def _event_facts(one: FlowEvent, found: Flow) -> dict[str, Any]:
    event = one.event
    return {
        "number": one.number,
        "depth": one.depth,
        "position": event.position,
        "id": event.id,
        "stream": event.stream,
        "version": event.version,
        "type": event.type,
        "occurred_at": time(event.occurred_at),
        "causation_id": event.causation_id,
        "cause": None if one.cause is None else found.events[one.cause].event.position,
        "top": one.top,
        "wait_seconds": None if one.wait is None else one.wait / 1_000_000,
        "long": one.long,
    }


def flow_page(found: Flow, part: Sequence[FlowEvent], id_: str | None, *, more: bool) -> str:
    """The tree for people: a line for each event, behind its cause."""
    about = f"{formats.plural(len(found.events), 'event')} in {formats.plural(len(found.streams), 'stream')}"
    head = f"{'no flow' if id_ is None else shown(id_)}: {about} over {formats.duration(found.span)}"
    beyond = f", {formats.plural(found.beyond, 'event')} beyond the moment left out" if found.beyond else ""
    first = ["It has more events: these are from its first."] if more else []
    return "\n".join([head + beyond, *first, *_tree(found, part)])


def _tree(found: Flow, part: Sequence[FlowEvent]) -> Iterator[str]:
    following = 0
    for one in part:
        yield from _left_out(one.number - following)
        yield _line(one)
        following = one.number + 1
    yield from _left_out(len(found.events) - following)


def _left_out(number: int) -> list[str]:
    return [f"{'':>9}  ... {formats.plural(number, 'event')} not printed: --limit prints more"] if number > 0 else []


def _line(one: FlowEvent) -> str:
    event = one.event
    name = f"{_branches(one)}{shown(event.type)}  {shown(event.stream)} #{event.version}"
    return f"{event.position:>9}  {time(event.occurred_at)}  {name}{_waited(one)}"


def _branches(one: FlowEvent) -> str:
    """The lines of the branches that the event is in; one that follows alone stands below its cause."""
    outer = "".join("│  " if more else "   " for more in one.rails)
    if one.alone or not one.rails:
        return f"{outer}{'↓ ' if one.alone else ''}"
    return f"{outer[:-3]}{'├─ ' if one.rails[-1] else '└─ '}"


def _waited(one: FlowEvent) -> str:
    if one.wait is not None:
        early = "  before its cause" if one.wait < 0 else ""
        return f"  {formats.duration(one.wait)}{'  long' if one.long else ''}{early}"
    whys = {
        Top.MISSING: "which is not among these: a command, an event of another flow, or one that never came",
        Top.BEYOND: "which is beyond the moment",
        Top.RING: "and so, by others, by itself: the ring is cut here",
    }
    why = whys.get(one.top or Top.BEGINS)
    return "" if why is None else f"  caused by {shown(one.event.causation_id or '')}, {why}"


def effects_json(event: RecordedEvent, found: Sequence[Effects]) -> str:
    """One JSON object: of each read model what became of the event, and the keys with their states."""
    models = [
        {
            "projection": one.projection,
            "outcome": one.outcome.name.lower(),
            "checkpoint": one.checkpoint,
            "error": one.error,
            "left_out": one.left_out,
            "keys": [_effect_facts(key) for key in one.effects],
        }
        for one in found
    ]
    return json_line({"position": event.position, "id": event.id, "type": event.type, "effects": models})


def _effect_facts(one: Effect) -> dict[str, Any]:
    before, after = (None if row is None else row.state for row in (one.before, one.after))
    return {
        "key": one.key,
        "before": None if one.before is None else one.before.event_position,
        "did": one.did.value,
        "changes": changed_facts(before, after) if one.after is not None else [],
        "parked": None if one.after is None else one.after.parked,
        "error": None if one.after is None else one.after.error,
        "rewrote": one.rewrote,
    }


def effects_page(event: RecordedEvent, found: Sequence[Effects]) -> str:
    """The same for people: a line for each key, and one for each value that it changed."""
    return "\n".join([event_line(event), *(line for one in found for line in _model(one))])


def _model(found: Effects) -> Iterator[str]:
    if found.outcome is not Outcome.FOLDED:
        where = f" (checkpoint {found.checkpoint or 0:,})" if found.outcome is Outcome.WAITING else ""
        error = "" if found.error is None else f": {shown(found.error)}"
        yield f"{found.projection}: {found.outcome.value}{where}{error}"
    for one in found.effects:
        before, after = (None if row is None else row.state for row in (one.before, one.after))
        changed = changes(before, after) if one.after is not None else ()
        yield f"{found.projection}  {shown(one.key)}: {_did(one, len(changed))}"
        yield from (f"    {change_line(change)}" for change in changed)
    if found.left_out:
        yield f"{found.projection}: {formats.plural(found.left_out, 'more key')}"


def _did(one: Effect, changed: int) -> str:
    error = "" if one.after is None or one.after.error is None else f": {shown(one.after.error)}"
    said = {
        Did.BEGAN: "the key begins",
        Did.CHANGED: f"changed {formats.plural(changed, 'value')}",
        Did.NOTHING: "changed nothing",
        Did.REMOVED: "the key holds nothing any more",
        Did.PARKED: "parked, the fold could not take it",
        Did.WAITS: f"waits, the key is parked since the event at {0 if one.after is None else one.after.parked}",
        Did.UNKNOWN: "no state behind it: other code made this read model, or it drifted (`chronoscope verify`)",
    }[one.did]
    late = f"; it came late: {formats.plural(one.rewrote, 'later state')} rewritten" if one.rewrote else ""
    return f"{said}{error}{late}"
