"""Services: the map and the lists below it, as what the browser parts are given. Pure."""

import math
from collections.abc import Sequence
from typing import Any

from app import formats, payload
from app.frames.layout import Box, Way, laid_out
from app.frames.tables import Cell, Column, Look, Row, Table, toned
from app.links import Place
from app.service_answers import RECENT, Call, Instance, Services
from app.theme import Tone, tone

BREAKERS = {"closed": Tone.DONE, "half open": Tone.WAITING, "open": Tone.FAILED}

DASHES = {"closed": "", "half open": "2 5", "open": "8 6"}
"""How a breaker is drawn, so that it is never told by colour alone."""

HEAD, LINE, FOOT = 48, 20, 8
"""Heights within a service on the map, in pixels: its name and word, an instance, the space below."""

MOST_LINES = 4
"""So many instances are told within a service on the map, the others counted."""


def cards(found: Services, look: Look) -> list[dict[str, Any]]:
    """The instances by how they are, the breakers, the calls."""
    there = [one for one in found.instances if one.status != "left"]
    by = {status: [one.key for one in there if one.status == status] for status in ("up", "unhealthy", "expired")}
    breakers = [one.breaker for one in found.calls]
    opened, half, failed = breakers.count("open"), breakers.count("half open"), sum(one.failed for one in found.calls)
    services = formats.plural(len({one.service for one in there}), "service")
    return [
        _card("Instances up", len(by["up"]), f"of {formats.count(len(there))} in {services}"),
        _card("Unhealthy", len(by["unhealthy"]), _names(by["unhealthy"]), look),
        _card("Expired", len(by["expired"]), _names(by["expired"]), look),
        _card("Breakers open", opened, f"{formats.count(half)} half open", look),
        _card("Calls a minute", sum(one.per_minute for one in found.calls), "as last summed up"),
        _card("Failed calls", failed, f"in the {formats.duration(RECENT)} before", look),
    ]


def _card(label: str, number: int, note: str, look: Look | None = None) -> dict[str, Any]:
    """A card; with a look it stands out when there is any."""
    wrong = toned("", Tone.FAILED, look) if look is not None and number else {}
    return {"label": label, "value": formats.count(number), "note": note, "title": note, **wrong}


def _names(keys: Sequence[str]) -> str:
    return ", ".join(payload.visible(key) for key in keys) or "none"


def map_of(found: Services, look: Look, place: Place) -> dict[str, Any]:
    """The map. It is laid out by what the head knows, so that nothing moves while the moment does."""
    lines = {name: min(number, MOST_LINES + 1) for name, number in found.known.items()}
    layout = laid_out({name: HEAD + LINE * number + FOOT for name, number in lines.items()}, found.pairs)
    return {
        "caption": "Services and the calls between them",
        "columns": layout.columns,
        "height": layout.height,
        "nodes": [_node(box, found, look, place) for box in layout.boxes],
        "edges": [_edge(way, found, look, place) for way in layout.ways],
    }


def _node(box: Box, found: Services, look: Look, place: Place) -> dict[str, Any]:
    instances = [one for one in found.instances if one.service == box.name]
    selected, known = box.name == place.service, box.name in found.present
    word, meant = _word(instances) if known else ("not known yet", Tone.UNKNOWN)
    name = payload.visible(box.name)
    return {
        "id": box.name,
        "name": name,
        "column": box.column,
        "top": box.top,
        "height": box.height,
        **toned(word, meant, look),
        "label": f"{name}, {word}" + (", chosen" if selected else ""),
        "href": place.but(service="" if selected else box.name).href(),
        "lines": [*(_line(one, look) for one in _most(instances)), *_others(len(instances), look)],
        "faint": not known,
        "failing": meant is Tone.FAILED,
        "selected": selected,
    }


def _word(instances: Sequence[Instance]) -> tuple[str, Tone]:
    """How a service is: in its worst tone."""
    there = [one for one in instances if one.status != "left"]
    up = [one for one in there if one.status == "up"]
    if not there:
        return ("left", Tone.UNDONE) if instances else ("in no registry", Tone.UNKNOWN)
    return f"{len(up)} of {len(there)} up", Tone.DONE if len(up) == len(there) else Tone.FAILED


def _most(instances: Sequence[Instance]) -> Sequence[Instance]:
    """Those that are told one by one: where there are too many, those in trouble."""
    if len(instances) <= MOST_LINES:
        return instances
    return sorted(instances, key=lambda one: tone(one.status) is not Tone.FAILED)[:MOST_LINES]


def _line(one: Instance, look: Look) -> dict[str, Any]:
    text = f"{payload.visible(one.name)} {payload.visible(one.status)}"
    return {**toned(text, tone(one.status), look), "title": payload.visible(one.reason or one.address)}


def _others(number: int, look: Look) -> list[dict[str, Any]]:
    left = number - MOST_LINES
    return [{**toned(f"and {left} more", Tone.UNKNOWN, look), "title": ""}] if left > 0 else []


def _edge(way: Way, found: Services, look: Look, place: Place) -> dict[str, Any]:
    calls = [one for one in found.calls if (one.caller, one.callee) == (way.caller, way.callee)]
    name = f"{payload.visible(way.caller)} to {payload.visible(way.callee)}"
    drawn = {"id": name, "points": way.points, "turned": way.turned}
    if not calls:
        told = toned("no calls yet", Tone.UNKNOWN, look)
        return {**drawn, **told, "label": f"{name}, no calls yet", "rate": "", "dash": "", "width": 1, "faint": True}
    worst = max(calls, key=lambda one: (list(BREAKERS).index(_breaker(one)), one.failed, one.per_minute, one.key))
    rate, per_minute = _rate(calls), sum(one.per_minute for one in calls)
    failed = sum(one.failed for one in calls)
    word = payload.visible(worst.breaker) + (f", {formats.count(failed)} failed" if failed else "")
    return {
        **drawn,
        **toned(word, _meant(worst, failed), look),
        "label": f"{name}, breaker {word}, {rate}: calls a minute, and how long 95 of 100 took at most",
        "rate": rate,
        "href": story_of("calls", worst.key, place),
        "dash": DASHES[_breaker(worst)],
        "width": round(1.5 + 1.5 * math.log10(1 + per_minute), 2),
        "failing": _breaker(worst) != "closed" or failed > 0,
        "faint": bool(place.service) and place.service not in (way.caller, way.callee),
    }


def _meant(one: Call, failed: int) -> Tone:
    """What a breaker says; a closed one behind which calls failed is not well either."""
    return Tone.WAITING if failed and _breaker(one) == "closed" else BREAKERS[_breaker(one)]


def _breaker(one: Call) -> str:
    """The breaker, as far as its word is known."""
    return one.breaker if one.breaker in BREAKERS else "closed"


def _rate(calls: Sequence[Call]) -> str:
    """Calls a minute and how long 95 of 100 took at most, of several callers the slowest."""
    slowest = max((one.p95_ms for one in calls if one.p95_ms is not None), default=None)
    took = "" if slowest is None else f" · {slowest:,} ms"
    return f"{formats.count(sum(one.per_minute for one in calls))}/min{took}"


def story_of(model: str, key: str, place: Place) -> str:
    """The link to a key's row in one of the two read models, at the moment."""
    return place.kept(k=key, p=model).href("order")


def missing() -> dict[str, Any]:
    """What the page needs, where the store has no read models of services."""
    text = (
        "The map is made of the read models instances and calls, and of what registry, sidecars and callers tell on "
        "the topic platform. Run the living shop; or name eventstore.projections.services in `projections` of the "
        "settings, and project it:"
    )
    commands = ["make shop", "chronoscope project"]
    return {"title": "No services to show", "text": text, "commands": commands, "look": "panel"}


def unknown(found: Services, place: Place) -> dict[str, Any]:
    """A chosen service that there is not."""
    named = payload.visible(formats.elided(place.service, 60))
    return {
        "title": f"There is no service {named}",
        "text": f"Services that are known: {_names(tuple(found.known))}.",
        "links": [_all(place)],
        "look": "panel",
    }


def _all(place: Place) -> dict[str, str]:
    return {"text": "All services", "href": place.but(service="").href()}


def service(found: Services, look: Look, place: Place) -> dict[str, Any]:
    """The chosen service: how it is, who calls it, whom it calls, and the ways to what it told."""
    instances = [one for one in found.instances if one.service == place.service]
    word, meant = _word(instances) if place.service in found.present else ("not known yet", Tone.UNKNOWN)
    callers = [caller for caller, callee in found.pairs if callee == place.service]
    callees = [callee for caller, callee in found.pairs if caller == place.service]
    links = [
        {"text": "Its logs", "href": place.kept(stream=f"log-{place.service}").href("logs")},
        {"text": "Its events", "href": place.kept(stream=f"platform-{place.service}/*").href("events")},
    ]
    return {
        "title": payload.visible(place.service),
        "level": "h2",
        "badges": [toned(word, meant, look)],
        "note": f"called by {_names(callers)}; calls {_names(callees)}",
        "links": [*links, _all(place)],
    }


def narrowed(found: Services, name: str) -> tuple[tuple[Instance, ...], tuple[Call, ...]]:
    """The instances of a service, and the calls to and from it; without a name all."""
    instances = tuple(one for one in found.instances if name in ("", one.service))
    return instances, tuple(one for one in found.calls if name in ("", one.caller, one.callee))


def instances(found: Sequence[Instance], look: Look, place: Place) -> Table:
    """A row for each instance, which leads to its story."""
    columns = (
        Column("Instance", "29%", "mono", link=True),
        Column("Status", "124px"),
        Column("Address, reason", "", "mono"),
        Column("Changed, UTC", "134px", "mono", "right"),
    )
    return Table("Instances", columns, tuple(_instance(one, look, place) for one in found))


def _instance(one: Instance, look: Look, place: Place) -> Row:
    meant, address, reason = tone(one.status), payload.visible(one.address), payload.visible(one.reason)
    cells = (
        Cell(payload.visible(one.key)),
        _word_cell(one.status, meant, look),
        Cell(address or formats.MISSING, title=f"{address}\n{reason}".strip(), note=reason, dim=True),
        Cell(formats.short_time(one.since), title=formats.full_time(one.since), dim=True),
    )
    return Row(one.key, cells, story_of("instances", one.key, place), dim=one.status == "left")


def _word_cell(text: str, meant: Tone, look: Look) -> Cell:
    told = toned(payload.visible(text), meant, look)
    return Cell(told["text"], icon=told["icon"], tone=told["tone"])


COUNTED = ("failures", "refused", "opened", "bulkhead full")


def calls(found: Sequence[Call], look: Look, place: Place) -> Table:
    """A row for each caller and callee, which leads to its story."""
    numbers = (Column(name, "96px", "mono", "right") for name in ("calls/min", "p95, ms", *COUNTED))
    columns = (Column("Calls", "", "mono", link=True), Column("Breaker", "120px"), *numbers)
    return Table(
        "Calls",
        (*columns, Column("Changed, UTC", "134px", "mono", "right")),
        tuple(_call(one, look, place) for one in found),
    )


def _call(one: Call, look: Look, place: Place) -> Row:
    counts = (one.failures, one.refused, one.opened, one.bulkhead_full)
    cells = (
        Cell(payload.visible(one.key)),
        _word_cell(one.breaker, BREAKERS[_breaker(one)], look),
        Cell(formats.count(one.per_minute), dim=not one.per_minute),
        Cell(formats.count(one.p95_ms), dim=one.p95_ms is None),
        *(Cell(formats.count(number), dim=not number) for number in counts),
        Cell(formats.short_time(one.since), title=formats.full_time(one.since), dim=True),
    )
    return Row(one.key, cells, story_of("calls", one.key, place))
