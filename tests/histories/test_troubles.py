"""What is wrong with a read model can be asked for: parked keys, unrouted events, the last proof."""

import json

import pytest

from eventstore.core.event import RecordedEvent
from eventstore.core.projection import Projection, State
from eventstore.histories import Histories, LastProof, ParkedKey, UnroutedEvent
from eventstore.projector import Projector
from eventstore.store import EventStore
from tests import given
from tests.histories.projected import live

fragile = Projection("fragile", keys=lambda event: [event.data["key"]])


@fragile.on("Good")
def good(state: State, _: RecordedEvent) -> State:
    """Takes anything."""
    return {**state, "status": "good"}


@fragile.on("Mended")
def mended(state: State, _: RecordedEvent) -> State:
    """From here on bad events can be taken."""
    return {**state, "mended": True}


@fragile.on("Bad")
def bad(state: State, event: RecordedEvent) -> State:
    """Takes nothing that was not mended."""
    if "mended" not in state:
        raise RuntimeError(f"cannot take {event.data['key']}")
    return state


def told(store: EventStore, *events: tuple[str, dict[str, str]]) -> Histories:
    """Histories of these events, each a second after the one before."""
    for number, (kind, data) in enumerate(events):
        store.append([given.event("thing-1", kind, data, given.NOON + number * given.SECOND)])
    Projector(store, [fragile]).catch_up()
    return Histories(store, [fragile])


def test_parked_keys_are_told_with_their_event_and_error(store: EventStore) -> None:
    events = [("Good", "a"), ("Bad", "b"), ("Bad", "a"), ("Good", "a"), ("Bad", "a"), ("Good", "c")]
    histories = told(store, *((kind, {"key": key}) for kind, key in events))
    found = histories.parked("fragile")
    assert found.total == 2
    assert list(found.keys) == [
        ParkedKey("a", 3, given.NOON + 2 * given.SECOND, "RuntimeError: cannot take a"),
        ParkedKey("b", 2, given.NOON + 1 * given.SECOND, "RuntimeError: cannot take b"),
    ]
    assert found.after is None
    assert found.checkpoint == 6


def test_parked_keys_come_in_pages(store: EventStore) -> None:
    histories = told(store, *(("Bad", {"key": key}) for key in "dcba"))
    first = histories.parked("fragile", limit=3)
    assert ([one.key for one in first.keys], first.after, first.total) == (["a", "b", "c"], "c", 4)
    assert [one.key for one in histories.parked("fragile", after="c").keys] == ["d"]


def test_a_late_event_that_frees_a_key_takes_it_off_the_list(store: EventStore) -> None:
    histories = told(store, ("Good", {"key": "a"}), ("Bad", {"key": "a"}))
    assert [one.position for one in histories.parked("fragile").keys] == [2]
    store.append([given.event("thing-1", "Mended", {"key": "a"}, given.NOON)])
    Projector(store, [fragile]).catch_up()
    assert histories.parked("fragile").total == 0


def test_unrouted_events_are_told_with_their_error(store: EventStore) -> None:
    histories = told(store, ("Good", {"key": "a"}), ("Good", {}), ("Good", {}))
    found = histories.unrouted("fragile", limit=1)
    assert list(found.events) == [UnroutedEvent(2, "KeyError: 'key'")]
    assert (found.after, found.total) == (2, 2)
    assert [one.position for one in histories.unrouted("fragile", after=2).events] == [3]


@pytest.mark.parametrize("drifts", [[], [{"key": "a", "what": "state"}]])
def test_the_last_proof_is_that_of_the_live_build(drifts: list[dict[str, str]], store: EventStore) -> None:
    histories = told(store, ("Good", {"key": "a"}))
    assert histories.last_proof("fragile") is None
    build = live(store, "fragile").number
    with store.write() as writer:
        for number in (build, build + 1):
            row = (number, 1, given.NOON, 1, number, json.dumps(drifts))
            writer.execute("INSERT INTO proofs VALUES (?, ?, ?, ?, ?, ?)", row)
    assert histories.last_proof("fragile") == LastProof(build, 1, given.NOON, 1, build, drifts)
