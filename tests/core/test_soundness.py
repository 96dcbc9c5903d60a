"""Each usual mistake of a read model is planted once, and found; what is sound is left alone."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eventstore.core.event import RecordedEvent
from eventstore.core.facet import Facet, Kind
from eventstore.core.projection import Projection, load
from eventstore.core.soundness import Mistake, check
from eventstore.core.upcast import Upcasters, upcaster
from eventstore.settings import SHIPPED
from tests.given import recorded

Fold = Callable[[Any, RecordedEvent], Any]
EVENTS = [recorded(n, at=n, data=f'{{"n": {n}, "items": []}}') for n in range(1, 61)]
COUNT = itertools.count()


def of(
    fold: Fold, *facets: Facet, keys: Any = None, upcasters: Upcasters | None = None, source: str = ""
) -> Projection:
    projection = Projection("mine", keys=keys or (lambda event: [event.stream]), facets=facets)
    projection.on("Said")(fold)
    return projection.loaded("mine", source, upcasters or Upcasters())


def found(projection: Projection) -> dict[Mistake, tuple[str, int | None, int]]:
    return {one.mistake: (one.place, one.position, one.times) for one in check(projection, EVENTS).findings}


def counting(state: Any, event: RecordedEvent) -> Any:
    return {"n": state.get("n", 0) + 1, "last": event.data["n"]}


def test_a_sound_one_is_left_alone() -> None:
    sound = of(
        counting, Facet("n", Kind.INTEGER, summed=True), source="from datetime import datetime\nx = open_door = 1"
    )
    checked = check(sound, EVENTS)
    assert (checked.events, checked.keys, checked.findings) == (60, 1, ())


def changes_state(state: Any, event: RecordedEvent) -> Any:
    state["n"] = event.data["n"]
    return dict(state)


def changes_deep_inside(state: Any, event: RecordedEvent) -> Any:
    seen = state.get("seen", [])
    seen.append(1)
    return {"seen": seen}


def changes_event(_: Any, event: RecordedEvent) -> Any:
    event.data["items"].append(1)
    return {"n": 1}


def counts_runs(_: Any, __: RecordedEvent) -> Any:
    return {"run": next(COUNT)}


def raises(state: Any, event: RecordedEvent) -> Any:
    return {"n": 1 / (event.data["n"] - 2)} if event.data["n"] == 2 else {"n": 1}


@pytest.mark.parametrize(
    ("fold", "mistake", "position", "times"),
    [
        (changes_state, Mistake.CHANGES_STATE, 1, 60),
        (changes_deep_inside, Mistake.CHANGES_STATE, 2, 59),
        (changes_event, Mistake.CHANGES_EVENT, 1, 60),
        (counts_runs, Mistake.UNSTEADY, 1, 60),
        (lambda _, event: {"total": float(event.data["n"])}, Mistake.FLOAT, 1, 60),
        (lambda _, event: {"items": [{"price": 0.5}]}, Mistake.FLOAT, 1, 60),
        (lambda _, event: event.data["n"], Mistake.NO_OBJECT, 1, 1),
        (lambda _, event: {"at": object()}, Mistake.UNSTORABLE, 1, 1),
        (lambda _, event: {1: "a"}, Mistake.UNSTORABLE, 1, 1),
        (lambda state, event: {"all": state.get("all", "") + "x" * 5_000}, Mistake.TOO_LARGE, 14, 1),
        (raises, Mistake.RAISES, 2, 1),
    ],
    ids=[
        "state",
        "deep inside",
        "event",
        "chance",
        "float",
        "deep float",
        "no object",
        "object",
        "name",
        "size",
        "raises",
    ],
)
def test_a_mistake_of_a_fold_is_found(fold: Fold, mistake: Mistake, position: int, times: int) -> None:
    assert found(of(fold)) == {mistake: ("Said", position, times)}


def unsteady_keys(_: RecordedEvent) -> Any:
    return [str(next(COUNT))]


@pytest.mark.parametrize(
    ("keys", "mistake"),
    [
        (lambda event: [event.data["no such name"]], Mistake.KEYS_RAISE),
        (lambda event: [event.data["n"]], Mistake.BAD_KEY),
        (lambda event: [""], Mistake.BAD_KEY),
        (lambda event: ["é" * 600], Mistake.BAD_KEY),
        (lambda event: ["a\0b"], Mistake.BAD_KEY),
        (unsteady_keys, Mistake.UNSTEADY),
    ],
    ids=["raises", "number", "empty", "long", "NUL", "chance"],
)
def test_a_mistake_of_the_keys_is_found(keys: Any, mistake: Mistake) -> None:
    assert found(of(lambda _, __: {}, keys=keys)) == {mistake: ("Said", 1, 60)}


def test_a_facet_that_never_fits_and_one_with_too_many_values_are_found() -> None:
    facets = [Facet("n", Kind.TIME, path="name"), Facet("last", counted=True), Facet("absent", Kind.DECIMAL)]
    mine = of(lambda _, event: {"name": "never a time", "last": event.data["n"]}, *facets)
    assert found(mine) == {Mistake.MISFIT: ("facet n", None, 1), Mistake.CROWDED: ("facet last", None, 1)}


def test_a_mistake_of_an_upcaster_is_found() -> None:
    def broken(data: Any) -> Any:
        return data["no such name"]

    def changes(data: Any) -> Any:
        data["items"].append(1)
        return {**data}

    for shape, mistake in ((broken, Mistake.UPCASTER_RAISES), (changes, Mistake.CHANGES_EVENT)):
        mistakes = found(of(counting, upcasters=Upcasters([(upcaster("Said")(shape), "")])))
        assert mistakes[mistake][1] == 1


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("import random", "import random"),
        ("from time import time", "import time"),
        ("import urllib.request", "import urllib.request"),
        ("import requests", "import requests"),
        ("from uuid import uuid4", "import uuid"),
        ("from eventstore.clock import wall_clock", "import eventstore.clock"),
        ("today = datetime.now()", "datetime.now()"),
        ("def fold(state, event):\n    return {'day': date.today()}", "date.today()"),
        ("rates = open('rates.csv')", "open()"),
        ("part = hash('a') % 8", "hash()"),
    ],
)
def test_code_that_reaches_outside_is_found(line: str, named: str) -> None:
    (finding,) = check(of(counting, source=f"'''A model.'''\n\n{line}\n"), EVENTS).findings
    assert (finding.mistake, finding.detail) == (Mistake.OUTSIDE, named)
    assert finding.place in {"line 3", "line 4"}


def test_a_clock_is_found_by_running_as_well(tmp_path: Path) -> None:
    file = tmp_path / "clocked.py"
    file.write_text(
        "from eventstore import Projection\nfrom time import time_ns\n"
        "clocked = Projection('clocked', keys=lambda e: ['k'])\n"
        "@clocked.on('Said')\ndef said(state, event):\n    return {'at': time_ns()}\n"
    )
    mistakes = [(one.mistake, one.place) for one in check(load([str(file)])[0], EVENTS[:1]).findings]
    assert mistakes == [(Mistake.OUTSIDE, "line 2"), (Mistake.UNSTEADY, "Said")]


@pytest.mark.parametrize("one", load(SHIPPED), ids=lambda one: one.name)
def test_the_shipped_ones_reach_nowhere(one: Projection) -> None:
    assert check(one, [recorded(n, type=kind) for n, kind in enumerate(one.types, 1)]).findings == ()
