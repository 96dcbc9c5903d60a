"""How the commands print what read models answer: as one JSON object, or for people. Times are RFC 3339."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.commands.printing import one_line, shown
from eventstore import Change, Facet, Json, Kind, Micros, RecordedEvent, changes, encode, format_time
from eventstore.histories import AsOf, Between, Changed, Counts, Curve, Ever, Page, Place, Steps, Stored, Tally, Was

Facets = Mapping[str, Facet]


def json_line(facts: Mapping[str, Any]) -> str:
    """The facts as one line of JSON; decimals and states as they are."""
    return one_line(encode(dict(facts)))


def time(micros: Micros | None) -> str | None:
    """A time as text; None stays None."""
    return None if micros is None else format_time(micros)


def value(facet: Facet, held: Any) -> Any:
    """A facet's value as people know it: a decimal with its point, a time as text."""
    return time(held) if facet.kind is Kind.TIME else facet.shown(held)


def cursor(place: Place | None) -> str | None:
    """A place in a list as one word, which `place` reads."""
    return None if place is None else f"{place.valid_from}/{place.event_position}/{place.key}"


def place(text: str) -> Place:
    """The place that a cursor means. Raises ValueError for another word."""
    since, position, key = text.split("/", 2)
    return Place(int(since), int(position), key)


def stored_facts(row: Stored | None, facets: Facets) -> dict[str, Any]:
    """A stored state: of a key that never held anything nothing is known."""
    if row is None:
        return dict.fromkeys(
            ("state", "since", "until", "event_position", "known_from", "gone_since", "parked", "error", "facets")
        )
    return {
        "state": _json(row.state),
        "since": time(row.since),
        "until": time(row.until),
        "event_position": row.event_position,
        "known_from": row.known_from,
        "gone_since": time(row.gone_since),
        "parked": row.parked,
        "error": row.error,
        "facets": {name: value(facets[name], held) for name, held in row.facets.items()},
    }


def _json(state: str | None) -> Json | None:
    return None if state is None else Json(state)


def state_facts(answer: AsOf, facets: Facets) -> dict[str, Any]:
    """A key at a moment."""
    facts = {"projection": answer.projection, "key": answer.key, **stored_facts(answer.row, facets)}
    return {**facts, "checkpoint": answer.checkpoint, "refolded": answer.refolded}


def state_page(answer: AsOf) -> str:
    """A key at a moment, for people."""
    row, head = answer.row, f"{shown(answer.key)} by {answer.projection}"
    if row is None:
        return f"{head}: never held anything by then (checkpoint {answer.checkpoint:,})"
    if row.state is None:
        return f"{head}: gone since {time(row.gone_since)}, by the event at {row.event_position:,}"
    stopped = "" if row.parked is None else f"\nparked at the event {row.parked:,}: {shown(row.error or 'see there')}"
    until = f" until {time(row.until)}" if row.until is not None else ""
    return f"{head}, since {time(row.since)}{until} by the event at {row.event_position:,}{stopped}\n{shown(row.state)}"


def steps_facts(answer: Steps, events: Mapping[int, RecordedEvent], facets: Facets, before: str | None) -> Any:
    """All steps of a key, each with its event and what it changed. `before` is the state before the first."""
    told = [
        {
            **stored_facts(row, facets),
            "event": _event(events[row.event_position]),
            "changed": changed_facts(old, row.state),
        }
        for old, row in _paired(answer.rows, before)
    ]
    after = cursor(answer.rows[-1].place) if answer.more else None
    facts = {"projection": answer.projection, "key": answer.key, "steps": told, "after": after}
    return {**facts, "checkpoint": answer.checkpoint, "refolded": answer.refolded}


def _paired(rows: Sequence[Stored], before: str | None) -> Iterable[tuple[str | None, Stored]]:
    return zip([before, *(row.state for row in rows)], rows, strict=False)


def _event(event: RecordedEvent) -> dict[str, Any]:
    return {"position": event.position, "id": event.id, "stream": event.stream, "type": event.type}


def changed_facts(before: str | None, after: str | None) -> list[dict[str, Any]]:
    """What differs between two states."""
    return [
        {"path": one.name, "before": _json(one.before), "after": _json(one.after)} for one in changes(before, after)
    ]


def steps_page(answer: Steps, events: Mapping[int, RecordedEvent], before: str | None) -> str:
    """The steps of a key, for people: a line for each event, and a line for each value that it changed."""
    lines = []
    for old, row in _paired(answer.rows, before):
        stopped = "" if row.error is None else f"  parked: {shown(row.error)}"
        gone = "  gone" if row.state is None else ""
        lines += [
            f"{row.event_position:>9}  {time(row.since)}  {shown(events[row.event_position].type)}{gone}{stopped}"
        ]
        lines += [f"{'':>13}{change_line(one)}" for one in changes(old, row.state)]
    more = [f"More: --after {shown(cursor(answer.rows[-1].place) or '')}"] if answer.more else []
    return "\n".join([*(lines or [f"{shown(answer.key)} by {answer.projection}: no steps by then"]), *more])


def change_line(one: Change) -> str:
    """The same of one value, for people."""
    before, after = one.before or "not there", one.after or "not there"
    return f"{shown(one.name)}: {shown(before)} -> {shown(after)}"


def page_facts(answer: Page, facets: Facets) -> dict[str, Any]:
    """Keys at a moment, the last changed first."""
    return {
        "projection": answer.projection,
        "rows": [{"key": row.key, **stored_facts(row, facets)} for row in answer.rows],
        "after": cursor(answer.after),
        "visited": answer.visited,
        "complete": answer.complete,
        "flat": answer.flat,
        "checkpoint": answer.checkpoint,
    }


def page_page(answer: Page, facets: Facets) -> str:
    """The same for people: a line for each key with its facets; without facets its state."""
    lines = [f"{time(row.since)}  {shown(row.key)}  {_facets(row, facets)}" for row in answer.rows]
    return "\n".join([*(lines or ["No key is so at that moment."]), *_rest(cursor(answer.after), answer.complete)])


def _facets(row: Stored, facets: Facets) -> str:
    held = [f"{name}={shown(str(value(facets[name], one)))}" for name, one in row.facets.items() if one is not None]
    return "  ".join(held) if row.facets else shown(row.state or "")


def _rest(after: str | None, complete: bool) -> list[str]:  # noqa: FBT001 - a fact
    more = [f"More: --after {shown(after)}"] if after is not None else []
    return more if complete else [*more, "Not all was looked at, since that would take long: narrow it, or go on."]


def tally_facts(tally: Tally, facets: Facets) -> dict[str, Any]:
    """How many keys hold a value, with the sums over them."""
    return {"value": tally.value, "keys": tally.keys, "sums": _sums(tally, facets)}


def _sums(tally: Tally, facets: Facets) -> dict[str, Any]:
    return {name: facets[name].shown(number) for name, number in tally.sums.items()}


def count_facts(answer: Counts, facets: Facets) -> dict[str, Any]:
    """Keys by value."""
    return {
        "projection": answer.projection,
        "by": answer.by,
        "keys": answer.keys,
        "tallies": [tally_facts(tally, facets) for tally in answer.tallies],
        "complete": answer.complete,
        "flat": answer.flat,
        "checkpoint": answer.checkpoint,
    }


def count_page(answer: Counts, facets: Facets) -> str:
    """The same for people."""
    lines = [f"{tally.keys:>9,}  {_named(tally.value, answer.by)}{_summed(tally, facets)}" for tally in answer.tallies]
    return "\n".join([*lines, *([f"{answer.keys:>9,}  in all"] if answer.by else [])] or ["        0  in all"])


def _named(word: str | None, by: str | None) -> str:
    """A facet's value, '' where the state has none; None: the key holds nothing."""
    if word is None:
        return "nothing held"
    return shown(word) or (f"without {by}" if by else "held")


def _summed(tally: Tally, facets: Facets) -> str:
    return "".join(f"  {name} {number}" for name, number in _sums(tally, facets).items())


def curve_facts(answer: Curve, facets: Facets) -> dict[str, Any]:
    """Counts and sums over time: of each point its time and its tallies."""
    points = [
        {"at": time(point.at), "tallies": [tally_facts(one, facets) for one in point.tallies.values()]}
        for point in answer.points
    ]
    return {
        "projection": answer.projection,
        "by": answer.facet,
        "values": list(answer.values),
        "bucket_seconds": answer.width / 1_000_000,
        "points": points,
        "complete": answer.complete,
        "flat": answer.flat,
        "checkpoint": answer.checkpoint,
    }


def curve_page(answer: Curve, facets: Facets) -> str:
    """The same for people: a line for each point."""
    lines = []
    for point in answer.points:
        told = [
            f"{_named(name, answer.facet)} {tally.keys:,}{_summed(tally, facets)}"
            for name, tally in point.tallies.items()
        ]
        lines.append(f"{time(point.at)}  {', '.join(told) or 'nothing'}")
    return "\n".join([*lines, *_rest(None, answer.complete)])


def between_facts(answer: Between, facets: Facets) -> dict[str, Any]:
    """What changed between two moments: how many keys went where, and the keys behind that."""
    return {
        "projection": answer.projection,
        "by": answer.by,
        "appeared": answer.appeared,
        "gone": answer.gone,
        "changed": answer.changed,
        "moves": [{"before": move.before, "after": move.after, "keys": move.keys} for move in answer.moves],
        "rows": [_changed_facts(row, facets) for row in answer.rows],
        "after": answer.after,
        "complete": answer.complete,
        "flat": answer.flat,
        "checkpoint": answer.checkpoint,
    }


def _changed_facts(row: Changed, facets: Facets) -> dict[str, Any]:
    first, second = (None if one is None else stored_facts(one, facets) for one in (row.first, row.second))
    return {"key": row.key, "first": first, "second": second}


def between_page(answer: Between) -> str:
    """The same for people: the moves, then the keys with what changed in each."""
    lines = [f"{answer.appeared:,} appeared, {answer.gone:,} gone, {answer.changed:,} changed"]
    lines += [
        f"{move.keys:>9,}  {_named(move.before, answer.by)} -> {_named(move.after, answer.by)}" for move in answer.moves
    ]
    for row in answer.rows:
        states = [None if one is None else one.state for one in (row.first, row.second)]
        lines += [shown(row.key), *(f"    {change_line(one)}" for one in changes(*states))]
    return "\n".join([*lines, *_rest(answer.after, answer.complete)])


def ever_facts(answer: Ever) -> dict[str, Any]:
    """Keys that were ever so, with the times."""
    return {
        "projection": answer.projection,
        "keys": [{"key": one.key, "intervals": _intervals(one)} for one in answer.found],
        "after": cursor(answer.after),
        "visited": answer.visited,
        "complete": answer.complete,
        "checkpoint": answer.checkpoint,
    }


def _intervals(one: Was) -> list[dict[str, Any]]:
    return [{"since": time(span.since), "until": time(span.until)} for span in one.intervals]


def ever_page(answer: Ever) -> str:
    """The same for people."""
    lines = []
    for one in answer.found:
        spans = [f"{time(span.since)} to {time(span.until) or 'the moment'}" for span in one.intervals]
        lines.append(f"{shown(one.key)}  {', '.join(spans)}")
    return "\n".join([*(lines or ["No key was ever so."]), *_rest(cursor(answer.after), answer.complete)])
