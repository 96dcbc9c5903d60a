"""Services: instances and calls at a moment, out of their read models; nothing is asked of a running service."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from app.answers import Event, Standing, Viewer
from app.links import Place
from app.model_answers import Model, ModelRow
from app.queries import source
from app.queries.events import seen_all
from app.queries.models import Refused, rows
from app.service_answers import RECENT, TROUBLE, Call, Instance, Services, Spread
from eventstore import EventQuery

NEEDED = {"instances": {"service", "status"}, "calls": {"caller", "callee", "status"}}
"""The read models that the map is made of, and the facets without which it cannot be drawn."""

MOST = 1_000
"""So many instances, and calls, are read."""

BEFORE, AFTER = 200, 50
"""So many events of trouble are read up to the moment, and behind it."""


class _Read(NamedTuple):
    """The rows of a read model at a moment, and whether those are all."""

    rows: tuple[ModelRow, ...]
    complete: bool


def mapped(models: Sequence[Model]) -> tuple[Model, Model] | None:
    """The two read models that a map is made of; None where one is missing, not projected, or masked."""
    found = {one.name: one for one in models if one.build is not None}
    for name, needed in NEEDED.items():
        if name not in found or needed - {facet.name for facet in found[name].shown}:
            return None
    return found["instances"], found["calls"]


def services(viewer: Viewer, at: Standing, models: tuple[Model, Model]) -> Services:
    """Instances and calls at the moment, and what the head knows of them."""
    instances, calls = (_read(viewer, at, model) for model in models)
    head = [_read(viewer, replace(at, occurred=None, known=None, known_at=None), model) for model in models]
    time = at.time or 0
    earlier = {row.key: row for row in _read(viewer, replace(at, occurred=time - RECENT), models[1]).rows}
    return Services(
        tuple(sorted(map(_instance, instances.rows), key=lambda one: one.key)),
        tuple(sorted((_call(row, earlier.get(row.key), time) for row in calls.rows), key=lambda one: one.key)),
        _known(head),
        tuple(sorted({(_text(row, "caller"), _text(row, "callee")) for row in head[1].rows})),
        all(read.complete for read in (instances, calls, *head)),
    )


def _read(viewer: Viewer, at: Standing, model: Model) -> _Read:
    found, after, complete = list[ModelRow](), "", True
    while len(found) < MOST:
        page = rows(viewer, at, model, Place(row=after))
        if isinstance(page, Refused):  # it has no conditions that could be refused
            return _Read(tuple(found), complete=False)
        found += page.rows
        after, complete = page.after, complete and page.complete
        if not after:
            return _Read(tuple(found), complete)
    return _Read(tuple(found[:MOST]), complete=False)


def _known(head: Sequence[_Read]) -> dict[str, int]:
    """All services by name, with how many instances each has had."""
    instances = Counter(_text(row, "service") for row in head[0].rows)
    return {
        name: instances[name] for name in sorted({one for read in head for row in read.rows for one in _named(row)})
    }


def _named(row: ModelRow) -> Iterator[str]:
    return (_text(row, name) for name in ("service", "caller", "callee") if row.values.get(name) is not None)


def _instance(row: ModelRow) -> Instance:
    service, status, address, reason = (_text(row, name) for name in ("service", "status", "address", "reason"))
    return Instance(row.key, service, status, address, reason, row.since)


def _call(row: ModelRow, earlier: ModelRow | None, time: int) -> Call:
    recent, p95 = time - row.since < RECENT, row.values.get("p95_ms")
    before: Mapping[str, object] = {} if earlier is None else earlier.values
    return Call(
        key=row.key,
        caller=_text(row, "caller"),
        callee=_text(row, "callee"),
        breaker=_text(row, "status"),
        failures=_whole(row.values, "failures"),
        refused=_whole(row.values, "refused"),
        opened=_whole(row.values, "opened"),
        bulkhead_full=_whole(row.values, "bulkhead_full"),
        since=row.since,
        per_minute=_whole(row.values, "per_minute") if recent else 0,
        p95_ms=p95 if recent and isinstance(p95, int) else None,
        failed=_whole(row.values, "failures") - _whole(before, "failures"),
    )


def _text(row: ModelRow, name: str) -> str:
    held = row.values.get(name)
    return "" if held is None else str(held)


def _whole(values: Mapping[str, object], name: str) -> int:
    held = values.get(name)
    return held if isinstance(held, int) else 0


def spread(viewer: Viewer, at: Standing) -> Spread:
    """The last trouble up to the moment, and the next behind it, as far as it is known there."""
    end = None if at.time is None else at.time + 1
    query = EventQuery(categories=("platform",), types=tuple(TROUBLE), before=end)
    read = source.store().read_all
    before = seen_all(viewer, list(read(until=at.until, query=query, backwards=True, limit=BEFORE)))
    if at.occurred is None:
        return Spread(_in_time(before), ())
    behind = replace(query, before=None, since=end)
    return Spread(_in_time(before), _in_time(seen_all(viewer, list(read(until=at.until, query=behind, limit=AFTER)))))


def _in_time(events: Sequence[Event]) -> tuple[Event, ...]:
    return tuple(sorted(events, key=lambda one: (one.occurred_at, one.position)))
