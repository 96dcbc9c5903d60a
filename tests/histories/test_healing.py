"""Proving and healing: drift is found and named; parked keys are folded anew without a rebuild."""

import pytest

from eventstore import errors
from eventstore.core.event import RecordedEvent
from eventstore.core.facet import Facet
from eventstore.core.history import history
from eventstore.core.projection import Projection, State
from eventstore.projector import Projector, heal, keep, prove
from eventstore.store import EventStore
from tests.given import NOON, SECOND, event
from tests.histories import projected
from tests.histories.declared import as_told

KEYS = [f"order-{number}" for number in range(6)]


def counter(*, broken: bool, other: int = 0) -> Projection:
    """Adds up amounts; the broken one cannot take what is no number, nor route what has no key."""
    made = Projection("adder", keys=lambda e: keys(e, broken=broken), facets=(Facet("status", counted=True),))
    made.sources = (f"broken = {broken}; other = {other}",)

    @made.on("Added")
    def added(state: State, event: RecordedEvent) -> State:
        amount = event.data["amount"]
        number = amount if broken or isinstance(amount, int) else 0
        total = state.get("total", 0) + number + (other if event.stream == "order-5" else 0)
        return {"total": total, "status": "large" if total > 5 else "small"}

    return made


def keys(event: RecordedEvent, *, broken: bool) -> list[str]:
    if broken and "homeless" in event.data:
        raise KeyError("no key")
    return [event.stream]


@pytest.fixture
def poisoned(store: EventStore) -> EventStore:
    """A projected log with one poisoned event, late events before and behind it, and one that cannot be routed."""
    for number in range(30):
        store.append([event(KEYS[number % 6], "Added", {"amount": number % 4}, at=NOON + number * SECOND)])
    store.append([event("order-2", "Added", {"amount": "many"}, at=NOON + 13 * SECOND)])
    store.append([event("order-2", "Added", {"amount": 2}, at=NOON + 5 * SECOND)])
    store.append([event("order-3", "Added", {"amount": 2, "homeless": True}, at=NOON + 99 * SECOND)])
    Projector(store, [counter(broken=True)], batch=7).catch_up()
    return store


def pure(store: EventStore, projection: Projection) -> dict[str, object]:
    log = list(store.read_all())
    return {key: as_told(history(projection, [one for one in log if one.stream == key])) for key in KEYS}


def test_poison_parks_its_key_and_no_other(poisoned: EventStore) -> None:
    rows = projected.rows(poisoned, projected.live(poisoned, "adder"))
    assert {key for key, mine in rows.items() if any(row.at.parked for row in mine)} == {"order-2"}
    assert [row.at.error for row in rows["order-2"] if row.at.error][-1].startswith("TypeError")
    assert poisoned.rows("SELECT position, error FROM unrouted") == [(33, "KeyError: 'no key'")]


def test_a_fix_heals_what_was_parked_without_a_rebuild(poisoned: EventStore) -> None:
    build, mended = projected.live(poisoned, "adder"), counter(broken=False)
    healed = heal(poisoned, mended, accept_code=True)
    assert (healed.keys, healed.parked, healed.routed, healed.accepted) == (("order-2", "order-3"), (), 1, True)
    assert projected.live(poisoned, "adder").number == build.number
    told = projected.rows(poisoned, projected.live(poisoned, "adder"))
    assert {key: as_told(rows) for key, rows in told.items()} == pure(poisoned, mended)
    proof = prove(poisoned, mended, projected.live(poisoned, "adder"))
    assert proof.holds
    assert (proof.keys, proof.compared, proof.at_most) == (6, 6, 0.0)
    assert Projector(poisoned, [mended]).catch_up() == 33
    assert len(poisoned.rows("SELECT build FROM builds")) == 1


def test_changed_code_is_not_taken_unasked(poisoned: EventStore) -> None:
    with pytest.raises(errors.CodeChanged, match="heal adder --accept-code"):
        heal(poisoned, counter(broken=False))


def test_a_change_that_touches_more_is_refused(poisoned: EventStore) -> None:
    before = projected.rows(poisoned, projected.live(poisoned, "adder"))
    with pytest.raises(errors.CodeTouchesMore, match="'order-5'"):
        heal(poisoned, counter(broken=False, other=1), accept_code=True)
    after = projected.rows(poisoned, projected.live(poisoned, "adder"))
    assert {key: as_told(rows) for key, rows in after.items()} == {key: as_told(rows) for key, rows in before.items()}


def test_healing_without_a_fix_changes_nothing(poisoned: EventStore) -> None:
    before = projected.rows(poisoned, projected.live(poisoned, "adder"))
    healed = heal(poisoned, counter(broken=True))
    assert (healed.keys, healed.parked, healed.routed) == (("order-2",), ("order-2",), 0)
    after = projected.rows(poisoned, projected.live(poisoned, "adder"))
    assert {key: as_told(rows) for key, rows in after.items()} == {key: as_told(rows) for key, rows in before.items()}


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("UPDATE {rows} SET state = '{{\"total\":77}}' WHERE key = 'order-1' AND event_position = 14", "state"),
        ("DELETE FROM {rows} WHERE key = 'order-1' AND event_position = 14", "event missing"),
        ("UPDATE {rows} SET known_from = 15 WHERE key = 'order-1' AND event_position = 14", "belief"),
        ("DELETE FROM {rows} WHERE key = 'order-2' AND known_to = 32", "belief missing"),
        ("UPDATE {rollup} SET keys = keys + 1 WHERE facet = 'status' AND value = 'large'", "roll-up"),
    ],
)
def test_drift_is_named(poisoned: EventStore, change: str, what: str) -> None:
    build = projected.live(poisoned, "adder")
    assert prove(poisoned, counter(broken=True), build).holds
    with poisoned.write() as writer:
        assert writer.execute(change.format(rows=build.rows, rollup=build.rollup))
    proof = prove(poisoned, counter(broken=True), build)
    assert [drift.what for drift in proof.drifts][:1] == [what]
    if what == "state":
        (drift,) = proof.drifts
        assert (drift.key, drift.occurred_at, drift.position) == ("order-1", NOON + 13 * SECOND, 14)
        assert (drift.stored, drift.replayed) == ('{"total":77}', '{"total":5,"status":"small"}')
    keep(poisoned, proof)
    assert poisoned.rows("SELECT keys, sampled FROM proofs WHERE build = ?", (build.number,)) == [(6, 6)]


def test_a_sample_says_how_sure_it_is(poisoned: EventStore) -> None:
    proof = prove(poisoned, counter(broken=True), projected.live(poisoned, "adder"), sample=3)
    assert (proof.keys, proof.compared) == (6, 3)
    assert round(proof.at_most, 3) == round(1 - 0.05 ** (1 / 3), 3)


def test_a_rebuild_is_proved_before_it_is_swapped_in(poisoned: EventStore) -> None:
    projector = Projector(poisoned, [counter(broken=True)])
    first = projected.live(poisoned, "adder")
    projector.rebuild("adder")
    assert projected.live(poisoned, "adder").number == first.number
    projector.catch_up()
    second = projected.live(poisoned, "adder")
    assert second.number > first.number
    assert poisoned.rows("SELECT build FROM proofs") == [(second.number,)]
    projector.rebuild("adder")
    projector.catch_up()
    states = sorted(poisoned.rows("SELECT build, state FROM builds"))
    assert states == [(second.number, "old"), (second.number + 1, "live")]


def test_a_build_that_drifts_is_not_swapped_in(poisoned: EventStore) -> None:
    projector = Projector(poisoned, [counter(broken=True)])
    first = projected.live(poisoned, "adder")
    projector.rebuild("adder")
    projector.catch_up(until=20)
    ((number,),) = poisoned.rows("SELECT build FROM builds WHERE state = 'building'")
    with poisoned.write() as writer:
        writer.execute(f"UPDATE history_{number} SET state = '{{}}' WHERE key = 'order-1' AND valid_to > {2**61}")
    projector.catch_up()
    assert projected.live(poisoned, "adder").number == first.number
    ((failure,),) = poisoned.rows("SELECT failure FROM builds WHERE build = ?", (number,))
    assert "order-1" in failure


def test_a_build_whose_code_changed_again_is_collected(poisoned: EventStore) -> None:
    first = projected.live(poisoned, "adder")
    Projector(poisoned, [counter(broken=False, other=1)]).catch_up(until=1)
    Projector(poisoned, [counter(broken=False, other=2)]).catch_up()
    states = sorted(poisoned.rows("SELECT build, state FROM builds"))
    assert states == [(first.number, "old"), (first.number + 2, "live")]


def test_a_build_that_answers_comes_before_one_that_is_being_made(poisoned: EventStore) -> None:
    projector = Projector(poisoned, [counter(broken=True)], batch=7)
    projector.rebuild("adder")
    poisoned.append([event("order-1", "Added", {"amount": 1}, at=NOON + 200 * SECOND)])
    seen: list[int] = []
    projector.catch_up(on_progress=lambda reached, _: seen.append(reached))
    assert seen[:3] == [34, 7, 14]
