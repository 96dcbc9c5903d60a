"""One event of two thousand that a fold cannot take: its key waits and says so, no other notices, a fix mends it."""

from collections.abc import Sequence
from random import Random

import pytest

from eventstore.core.canonical import encode
from eventstore.core.event import NewEvent, RecordedEvent
from eventstore.core.facet import Facet
from eventstore.core.history import history
from eventstore.core.projection import Projection, State
from eventstore.core.replay import replay
from eventstore.errors import CodeTouchesMore
from eventstore.histories import Histories
from eventstore.projector import Healed, Projector, heal
from eventstore.store import EventStore
from tests.given import NOON, SECOND, event
from tests.histories import projected
from tests.histories.declared import as_told

EVENTS, KEYS, POISONED = 2_000, 50, 1_000
STOPPED, FREED = "order-7", "order-8"


def summing(nothing: int | None, *, wrong: bool = False) -> Projection:
    """Amounts in their order; `nothing` stands for what is no number, None: it raises. `wrong`: all are one more."""
    made = Projection("summing", keys=lambda one: [one.stream], facets=(Facet("status", counted=True),))
    made.sources = (f"nothing = {nothing}; wrong = {wrong}",)

    @made.on("Added")
    def added(state: State, one: RecordedEvent) -> State:
        amount = one.data["amount"]
        number = amount if isinstance(amount, int) else nothing
        if number is None:
            raise TypeError(f"{amount!r} is no number")
        amounts = [*state.get("amounts", []), number + wrong][-9:]
        return {"amounts": amounts, "status": "odd" if sum(amounts) % 2 else "even"}

    @made.on("Needs Three")
    def needs_three(state: State, _: RecordedEvent) -> State:
        if nothing is None and len(state.get("amounts", [])) < 3:
            raise ValueError("not three yet")
        return state or {"amounts": []}

    return made


def log() -> list[NewEvent]:
    """The poison stops one key for ever. Another one stops and is freed by late events: now nothing shows of it."""
    random = Random(5)
    made = [
        event(f"order-{random.randrange(KEYS)}", "Added", {"amount": random.randrange(9)}, at=NOON + number * SECOND)
        for number in range(EVENTS)
    ]
    made[POISONED] = event(STOPPED, "Added", {"amount": "many"}, at=NOON + POISONED * SECOND)
    freed = [event(FREED, "Needs Three", {}, at=NOON - 9 * SECOND)]
    freed += [event(FREED, "Added", {"amount": 1}, at=NOON - at * SECOND) for at in (12, 11, 10)]
    return [freed[0], *made, *freed[1:]]


@pytest.fixture
def poisoned(store: EventStore) -> EventStore:
    events = log()
    for start in range(0, len(events), 25):
        store.append(events[start : start + 25])
    Projector(store, [summing(None)], batch=300).catch_up()
    return store


def by_key(store: EventStore) -> dict[str, list[RecordedEvent]]:
    found: dict[str, list[RecordedEvent]] = {}
    for one in store.read_all():
        found.setdefault(one.stream, []).append(one)
    return found


def text(projection: Projection, events: Sequence[RecordedEvent]) -> str:
    return str(encode(replay(projection, events)))


def test_its_key_waits_and_says_so_and_no_other_notices(poisoned: EventStore) -> None:
    histories, events = Histories(poisoned), by_key(poisoned)
    ((place,),) = poisoned.rows("SELECT position FROM events WHERE data LIKE '%many%'")
    row = histories.as_of("summing", STOPPED).row
    assert row is not None
    assert row.parked == place
    told = histories.steps("summing", STOPPED).rows
    assert {one.event_position: one.error for one in told if one.error} == {place: "TypeError: 'many' is no number"}
    assert row.state == [one.state for one in told if one.event_position < place][-1]
    for key, mine in events.items():
        one = histories.as_of("summing", key).row
        assert one is not None
        assert (one.parked is None) == (key != STOPPED)
        assert key == STOPPED or one.state == text(summing(None), mine)
    assert histories.count("summing").keys == KEYS


def test_a_fix_mends_it_without_a_rebuild_in_every_belief(poisoned: EventStore) -> None:
    fixed, build = summing(0), projected.live(poisoned, "summing")
    healed = heal(poisoned, fixed, accept_code=True)
    assert healed.keys == (STOPPED, FREED)
    assert healed.parked == ()
    now = projected.live(poisoned, "summing")
    assert now.number == build.number
    wanted = {key: as_told(history(fixed, mine)) for key, mine in by_key(poisoned).items()}
    assert projected.table(poisoned, now) == wanted
    assert projected.rollup(poisoned, now) == projected.recounted(poisoned, now)
    Projector(poisoned, [fixed]).catch_up()
    assert [one.number for one in Histories(poisoned).builds()] == [build.number]


def test_a_fix_that_changes_others_is_refused(poisoned: EventStore) -> None:
    before = projected.table(poisoned, projected.live(poisoned, "summing"))
    with pytest.raises(CodeTouchesMore):
        heal(poisoned, summing(0, wrong=True), accept_code=True)
    assert projected.table(poisoned, projected.live(poisoned, "summing")) == before


def test_a_projector_that_was_at_work_meanwhile_takes_in_what_healing_changed(poisoned: EventStore) -> None:
    """It read the key's rows before they were replaced: what it made of them must not be written."""
    poisoned.append([event(STOPPED, "Added", {"amount": number}, at=NOON + 9 * EVENTS * SECOND) for number in (1, 2)])
    healed: list[Healed] = []

    def meanwhile(point: str) -> None:
        if point == "folded" and not healed:
            healed.append(heal(poisoned, summing(None)))

    Projector(poisoned, [summing(None)], hook=meanwhile).catch_up()
    assert healed[0].keys == (STOPPED, FREED)
    now = projected.live(poisoned, "summing")
    mine = by_key(poisoned)[STOPPED]
    assert projected.table(poisoned, now)[STOPPED] == as_told(history(summing(None), mine))
