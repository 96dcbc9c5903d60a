"""The shipped read models over the whole shop: what they say adds up, and agrees with what the seed knows."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest

from eventstore.core.canonical import encode
from eventstore.core.event import RecordedEvent
from eventstore.core.projection import Projection, load
from eventstore.core.replay import steps
from eventstore.settings import SHIPPED
from seed.course import DAY, HOUR, OUTAGE
from tests import given
from tests.seed.conftest import UNTIL, Shop, Told

States = Mapping[str, Any]
SETTLED = 2 * DAY
"""So long before the end of the story everything has arrived: what is younger may be under way."""


def recorded(position: int, told: Told) -> RecordedEvent:
    """The event as the store keeps it: a claim ahead of its arrival is set back to it."""
    event, arrived = told.event, told.message.arrived_at
    return given.recorded(
        position,
        at=min(told.at, arrived),
        data=encode(event.data),
        id=event.id,
        stream=event.stream,
        category=event.category,
        type=event.type,
        metadata_text=encode(event.metadata),
        recorded_at=arrived,
        correlation_id=event.correlation_id,
        causation_id=event.causation_id,
    )


@pytest.fixture(scope="module")
def events(shop: Shop) -> list[RecordedEvent]:
    return [recorded(position, told) for position, told in enumerate(shop.events, 1)]


@pytest.fixture(scope="module")
def model(events: list[RecordedEvent]) -> Callable[[str], States]:
    """The live states of a shipped projection, by key. No key of the shop parks."""
    projections = {one.name: one for one in load(SHIPPED)}
    known: dict[str, States] = {}

    def folded(name: str) -> States:
        if name not in known:
            known[name] = states(projections[name], events)
        return known[name]

    return folded


def states(projection: Projection, events: list[RecordedEvent]) -> States:
    mine: dict[str, list[RecordedEvent]] = defaultdict(list)
    for event in events:
        for key in set(projection.keys(event)) if projection.handles(event) else ():
            mine[key].append(event)
    last = {key: list(steps(projection, of_key))[-1] for key, of_key in mine.items()}
    assert [(key, step.error) for key, step in last.items() if step.parked] == []
    return {key: step.state for key, step in last.items() if step.state is not None}


@pytest.mark.parametrize("name", [one.name for one in load(SHIPPED)])
def test_every_state_can_be_stored_and_most_facets_have_a_value(model: Callable[[str], States], name: str) -> None:
    projection = next(one for one in load(SHIPPED) if one.name == name)
    found = model(name)
    assert len(found) > 30
    assert max(len(encode(state)) for state in found.values()) < 4_096
    for number, facet in enumerate(projection.facets):
        values = [projection.facets_of(state)[number] for state in found.values()]
        assert any(value is not None for value in values), facet
        assert not facet.counted or len(set(values)) <= 50, facet
        if facet.name == "status":
            assert None not in values


def test_the_money_of_payments_is_that_of_orders(model: Callable[[str], States]) -> None:
    orders, payments = model("orders"), model("payments")
    ends = UNTIL - SETTLED
    old = {key for key, state in payments.items() if state.get("captured_at") and _micros(state["captured_at"]) < ends}
    assert len(old) > 1_500
    for key in old:
        order, payment = orders[key.replace("payment", "order")], payments[key]
        assert (order["paid"], order["payments"]) == (payment["captured"], payment["captures"]), key
        assert order.get("refunded", 0) <= payment.get("refunded", 0) <= payment["captured"], key
    back = sum((payments[key].get("refunded", Decimal(0)) for key in old), Decimal(0))
    assert back > 1_000
    paid = sum(payments[key]["captured"] for key in old)
    said = sum(orders[key.replace("payment", "order")]["paid"] for key in old)
    assert paid == said
    assert all(isinstance(state["captured"], Decimal) for state in payments.values() if "captured" in state)


def test_a_second_capture_shows(model: Callable[[str], States]) -> None:
    twice = {key: state for key, state in model("payments").items() if state.get("captures", 0) > 1}
    assert len(twice) == 1
    (state,) = twice.values()
    assert state["captured"] == 2 * state["amount"] == 2 * state["refunded"]
    assert state["status"] == "partly refunded"


def test_stock_is_what_the_warehouse_counted(model: Callable[[str], States], shop: Shop) -> None:
    shelves = model("stock")
    counted: dict[str, tuple[str, int, int]] = {}
    for told in shop.events:
        if told.event.category == "stock" and "on_hand" in told.data:
            levels = (told.event.id, told.data["on_hand"], told.data["reserved"])
            counted[told.event.stream] = max(counted.get(told.event.stream, levels), levels)
    # what is still under way at the story's end is missing from our sum
    summed = {key: [shelves[key]["on_hand"], shelves[key]["reserved"]] for key in counted}
    differ = [key for key, (_, *levels) in counted.items() if summed[key] != levels]
    assert len(differ) <= 2
    assert len(counted) > 40
    assert min(state["available"] for state in shelves.values()) >= 0
    assert all(state["name"] and state["price"] > 0 for state in shelves.values())
    assert shelves["stock-ART-001"]["status"] == "sold out"
    assert shelves["stock-ART-001"]["refused"] == 1


def test_customers_ordered_what_orders_say(model: Callable[[str], States]) -> None:
    customers, orders = model("customers"), model("orders")
    ordered: dict[str, Decimal] = defaultdict(Decimal)
    for state in orders.values():
        ordered[f"customer-{state['customer_id']}"] += state["total"]
    assert {key: state["ordered"] for key, state in customers.items() if "ordered" in state} == ordered
    assert sum(state.get("orders", 0) for state in customers.values()) == len(orders)
    assert {state["status"] for state in customers.values()} <= {"registered", "buyer", "regular", "visitor"}


def test_every_parcel_and_mail_is_somewhere(model: Callable[[str], States], shop: Shop) -> None:
    parcels = model("shipments")
    assert {state["status"] for state in parcels.values()} <= {"created", "dispatched", "delayed", "delivered"}
    assert sum(state["delays"] for state in parcels.values()) == len(shop.of("Shipment Delayed"))
    assert sum(state["sent"] for state in model("notifications").values()) == len(shop.of("Email Sent"))


def test_the_outage_stands_in_the_logs_of_its_hours(model: Callable[[str], States], shop: Shop) -> None:
    logs = model("service_logs")
    assert sum(state["lines"] for state in logs.values()) == len(shop.of("Log Written"))
    hours = {key for key, state in logs.items() if key.startswith("payment-service/") and state["errors"] >= 15}
    begins, ends = (shop.course.start + at for at in OUTAGE)
    assert {state["hour"][:13] for state in map(logs.__getitem__, hours)} == {
        _hour(at) for at in range(begins, ends, HOUR // 2)
    }


def _micros(text: str) -> int:
    from eventstore import parse_time

    return parse_time(text).micros


def _hour(at: int) -> str:
    from eventstore import format_time

    return format_time(at)[:13]
