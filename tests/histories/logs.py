"""Logs for properties: few times for many events, so that ties and lateness are the norm; and the oracle for them.

The fold reveals order, parking depends on the state, some events remove the key, and `set` forgets, so that states
agree again behind a late event.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import strategies as st

from eventstore.core.canonical import encode
from eventstore.core.event import Micros, NewEvent, RecordedEvent
from eventstore.core.facet import Facet, Kind
from eventstore.core.moment import Moment
from eventstore.core.projection import Projection, State
from eventstore.core.replay import replay

Log = list[list[NewEvent]]
"""Commits."""

MINUTE: Micros = 60_000_000
KEYS = ("a", "b")
TIMES = 5
"""How many times the events of a log have: some in one bucket of ten minutes, some in others."""

traced = Projection(
    "traced",
    keys=lambda event: (key for key in event.data["keys"]),
    facets=(
        Facet("status", counted=True),
        Facet("amount", Kind.DECIMAL, summed=True, scale=1),
        Facet("size", Kind.INTEGER),
    ),
)


def time(tick: int) -> Micros:
    """Ticks lie seven minutes apart."""
    return 1_772_366_400_000_000 + tick * 7 * MINUTE


@traced.on("add")
def add(state: State, event: RecordedEvent) -> State:
    """Longer by one; the status is the value."""
    values = [*state.get("values", []), event.data["value"]]
    return told(values)


@traced.on("set")
def put(_: State, event: RecordedEvent) -> State:
    """Whatever was before does not matter."""
    return told([event.data["value"]])


@traced.on("need")
def need(state: State, event: RecordedEvent) -> State:
    """Raises unless two values are there."""
    first, second, *_ = state["values"]
    return told([first, second, event.data["value"]])


@traced.on("remove")
def remove(_: State, __: RecordedEvent) -> None:
    """The key holds nothing."""


@traced.on("same")
def same(state: State, _: RecordedEvent) -> State:
    """Nothing changes."""
    return state if "values" in state else told([])


def told(values: list[int]) -> dict[str, Any]:
    """The state: values, and what is counted and summed of them."""
    amount = Decimal(sum(values)) / 2
    return {"values": values, "status": f"s{sum(values) % 3}", "amount": amount, "size": len(values)}


TYPES = ("add", "add", "add", "set", "need", "remove", "same")

events = st.builds(
    lambda keys, kind, tick, value: NewEvent(
        stream="thing-1",
        category="thing",
        type=kind,
        data={"keys": keys, "value": value},
        occurred_at=time(tick),
    ),
    keys=st.sampled_from([["a"], ["a"], ["b"], ["a", "b"], ["a", "a"], []]),
    kind=st.sampled_from(TYPES),
    tick=st.integers(0, TIMES - 1),
    value=st.integers(0, 4),
)
commits: st.SearchStrategy[Log] = st.lists(st.lists(events, min_size=1, max_size=4), min_size=2, max_size=7)


def joined(logs: Sequence[Log]) -> Log:
    """One log after another, each with keys of its own: a store made once tries several."""
    return [[_numbered(event, number) for event in commit] for number, log in enumerate(logs) for commit in log]


def _numbered(event: NewEvent, number: int) -> NewEvent:
    return replace(event, data={**event.data, "keys": [f"{key}{number}" for key in event.data["keys"]]})


several = st.lists(commits, min_size=2, max_size=4).map(joined)


def seeded(number: int) -> Log:
    """A log of the same kind by chance alone, the same for the same number; its keys carry the number."""
    random = Random(f"log {number}")
    return [[_seeded(random, number) for _ in range(random.randint(1, 4))] for _ in range(random.randint(2, 7))]


def _seeded(random: Random, number: int) -> NewEvent:
    keys = random.choice([["a"], ["a"], ["b"], ["a", "b"], ["a", "a"]])
    return NewEvent(
        stream="thing-1",
        category="thing",
        type=random.choice(TYPES),
        data={"keys": [f"{key}{number}" for key in keys], "value": random.randint(0, 4)},
        occurred_at=time(random.randint(0, TIMES - 1)),
    )


def named(name: str) -> Projection:
    """The same projection by another name: a build of its own in the same store."""
    one = copy(traced)
    one.name = name
    return one


def mended(name: str) -> Projection:
    """The same with other code, in which `need` takes what is there; it differs where `need` raised, and only there."""
    one = named(name)
    one.sources = ("mended",)
    one._folds = {
        **traced._folds,
        "need": lambda state, event: told([*state.get("values", [])[:2], event.data["value"]]),
    }
    return one


def of_key(events: Sequence[RecordedEvent], key: str) -> list[RecordedEvent]:
    """The key's events: what `keys` says, and nothing of ours."""
    return [event for event in events if key in event.data["keys"]]


def oracle(events: Sequence[RecordedEvent], key: str, moment: Moment) -> str | None:
    """The key's state at the moment by plain replay, as text."""
    state = replay(traced, of_key(events, key), moment)
    return None if state is None else str(encode(state))
