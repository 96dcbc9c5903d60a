"""Logs whose states are nested and recur: few names, few values that are easily taken for each other, few times.

Events replace the state, lay over it, write it again, remove it, or raise; so leaves and what holds them go and come
back, times tie, events are late, and keys park.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from eventstore.core.canonical import decode, encode
from eventstore.core.event import Micros, NewEvent, RecordedEvent
from eventstore.core.moment import Moment
from eventstore.core.paths import Path
from eventstore.core.projection import Projection, State
from eventstore.core.replay import fold_order, replay, steps
from tests.histories.pure import stored

ALIKE = [0, 1, True, False, None, "1", "", "a", "true", Decimal("1.0"), Decimal("1.00"), Decimal("-2.5")]
INNER = ["a", "0", "x y", 'q"\\', "not"]
OUTER = ["status", "total", "items"]

values: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from(ALIKE),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(INNER), inner, max_size=3),
    max_leaves=5,
)
states = st.dictionaries(st.sampled_from(OUTER), values, max_size=3)

painted = Projection("painted", keys=lambda event: [event.stream])


@painted.on("put")
def put(_: State, event: RecordedEvent) -> State:
    """Whatever was before does not matter."""
    found: State = event.data
    return found


@painted.on("lay")
def lay(state: State, event: RecordedEvent) -> State:
    """Members that are named are set."""
    return {**state, **event.data}


@painted.on("same")
def same(state: State, _: RecordedEvent) -> State:
    """Written again as it is."""
    found: State = decode(encode(state))
    return found


@painted.on("remove")
def remove(_: State, __: RecordedEvent) -> None:
    """The key holds nothing."""


@painted.on("fail")
def fail(_: State, __: RecordedEvent) -> State:
    """Parks the key."""
    raise ValueError("no")


kinds = st.sampled_from(["put", "put", "put", "lay", "lay", "lay", "same", "remove", "remove", "fail"])
events = st.builds(
    lambda kind, tick, data: NewEvent(stream="a", category="a", type=kind, data=data, occurred_at=tick * 10),
    kind=kinds,
    tick=st.integers(0, 4),
    data=states,
)
logs = st.lists(st.lists(events, min_size=1, max_size=3), min_size=1, max_size=6).map(stored)
moments = st.builds(Moment, st.none() | st.integers(-1, 5).map(lambda tick: tick * 10), st.none() | st.integers(0, 12))


@dataclass(frozen=True)
class Row:
    """A step as histories give it."""

    event_position: int
    since: Micros
    state: str | None


def rows(log: list[RecordedEvent], moment: Moment) -> list[Row]:
    """The steps of the story."""
    told = steps(painted, log, moment)
    return [Row(one.event.position, one.event.occurred_at, text(one.state)) for one in told]


def text(state: State | None) -> str | None:
    return None if state is None else encode(state)


def prefixes(log: list[RecordedEvent], moment: Moment) -> list[tuple[RecordedEvent, State | None]]:
    """Each event in fold order, and the state by folding all up to it anew."""
    order = fold_order(log, moment)
    return [(event, replay(painted, order[: place + 1])) for place, event in enumerate(order)]


def flat(value: Any, path: Path = ()) -> Iterator[tuple[Path, tuple[str, str]]]:
    """Leaves by path, as type and spelling."""
    inner = (
        list(value.items() if isinstance(value, dict) else enumerate(value)) if isinstance(value, dict | list) else []
    )
    for step, one in inner:
        yield from flat(one, (*path, step))
    if not inner:
        yield path, (type(value).__name__, str(value))


def flat_state(state: State | None) -> dict[Path, tuple[str, str]]:
    """The same of a state; of none nothing."""
    return {} if state is None else dict(flat(state))
