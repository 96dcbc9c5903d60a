"""Each planted story is true: its claim is read from the messages."""

from decimal import Decimal
from typing import Any

import pytest

from seed.course import DAY, HOUR, MINUTE
from seed.planted import Tale
from seed.stories import Story, stories
from seed.wire import Fate
from tests.seed.conftest import Shop, Told


@pytest.fixture(scope="session")
def tales(shop: Shop) -> dict[Tale, Story]:
    return {story.tale: story for story in stories(shop.course.start)}


def flow(shop: Shop, story: Story) -> list[Told]:
    """Everything that belongs to the story's order, by when it happened."""
    order = story.stream.partition("-")[2]
    ids = {told.event.correlation_id for told in shop.events if told.data.get("order_id") == order}
    return [told for flow in ids for told in shop.flows[flow]]


def named(events: list[Told], name: str) -> list[Told]:
    return [told for told in events if told.type == name.replace(" ", "")]


def test_there_are_stories_enough_and_each_can_be_stood_in(shop: Shop, tales: dict[Tale, Story]) -> None:
    assert set(tales) == set(Tale)
    for story in tales.values():
        first = min(told.at for told in shop.events if told.event.stream == story.stream)
        assert first <= story.at
        assert story.stream in story.title


def test_the_numbers_of_the_documentation_hold_for_every_seed_and_start() -> None:
    streams = [story.stream for story in stories(0)]
    assert streams == [story.stream for story in stories(91 * DAY, random_seed=1234)]


def test_paid_twice(shop: Shop, tales: dict[Tale, Story]) -> None:
    events = flow(shop, tales[Tale.PAID_TWICE])
    assert [len(named(events, name)) for name in ("Payment Failed", "Payment Completed", "Order Paid")] == [2, 2, 2]
    assert len(named(events, "Payment Refunded")) == 1
    assert tales[Tale.PAID_TWICE].at == named(events, "Order Paid")[1].at


def test_late_scan(shop: Shop, tales: dict[Tale, Story]) -> None:
    events = flow(shop, tales[Tale.LATE_SCAN])
    (delivered,), (refunded,) = named(events, "Order Delivered"), named(events, "Order Refunded")
    assert delivered.at < refunded.at
    assert delivered.message.arrived_at > refunded.message.arrived_at + HOUR


def test_crossed(shop: Shop, tales: dict[Tale, Story]) -> None:
    events = flow(shop, tales[Tale.CROSSED])
    (shipped,), (cancelled,) = named(events, "Order Shipped"), named(events, "Order Cancelled")
    assert 0 < cancelled.at - shipped.at < MINUTE
    assert shipped.message.arrived_at > cancelled.message.arrived_at + 20 * MINUTE


def test_stuck(shop: Shop, tales: dict[Tale, Story]) -> None:
    events = flow(shop, tales[Tale.STUCK])
    assert [told.type for told in events if told.message.topic == "payments"] == ["PaymentRequested", "PaymentFailed"]
    assert named(events, "Stock Reserved")
    assert not named(events, "Stock Released")
    assert events[-1].at < shop.messages[-1].arrived_at - 7 * DAY


def test_the_only_poster(shop: Shop, tales: dict[Tale, Story]) -> None:
    got, late = flow(shop, tales[Tale.LAST_ONE]), flow(shop, tales[Tale.TOO_LATE])
    assert named(got, "Stock Reserved")[0].data["sku"] == named(late, "Reservation Failed")[0].data["sku"] == "ART-001"
    assert named(got, "Order Delivered")
    assert named(late, "Order Cancelled")[0].data["reason"] == "out of stock"


def test_reused_id(shop: Shop, tales: dict[Tale, Story]) -> None:
    events = flow(shop, tales[Tale.REUSED_ID])
    (completed,) = named(events, "Payment Completed")
    dead = [m for m in shop.messages if m.fate is Fate.DEAD_LETTER and completed.event.id.encode() in (m.value or b"")]
    assert len(dead) == 1
    assert dead[0].value != completed.message.value


def test_declined(shop: Shop, tales: dict[Tale, Story]) -> None:
    payments = [told.type for told in flow(shop, tales[Tale.DECLINED]) if told.message.topic == "payments"]
    assert payments[:8] == [*["PaymentRequested", "PaymentDeclined"] * 3, "PaymentRequested", "PaymentCompleted"]


def test_sent_twice(shop: Shop, tales: dict[Tale, Story]) -> None:
    events = flow(shop, tales[Tale.SENT_TWICE])
    key = tales[Tale.SENT_TWICE].stream.encode()
    again = [m for m in shop.messages if m.fate is Fate.DUPLICATE and m.key == key]
    assert len(again) == 3
    assert len(named(events, "Order Created")) == 1


def test_wrong_clock(shop: Shop, tales: dict[Tale, Story]) -> None:
    (packed,) = named(flow(shop, tales[Tale.WRONG_CLOCK]), "Order Packed")
    assert packed.at - packed.message.arrived_at in range(2 * HOUR - MINUTE, 2 * HOUR)


def test_old_price(shop: Shop, tales: dict[Tale, Story]) -> None:
    events = flow(shop, tales[Tale.OLD_PRICE])
    (created,) = named(events, "Order Created")
    items: Any = created.data["items"]
    prices = {told.data["sku"]: told.data for told in shop.of("Price Changed") if told.data["reason"] == "sale"}
    assert all(item["price"] == prices[item["sku"]]["before"] > prices[item["sku"]]["price"] for item in items)
    assert created.at > max(told.at for told in shop.of("Price Changed") if told.data["reason"] == "sale")


def test_first_shape(shop: Shop, tales: dict[Tale, Story]) -> None:
    events = flow(shop, tales[Tale.FIRST_SHAPE])
    (placed,) = (told for told in events if told.event.type == "OrderPlaced")
    assert isinstance(placed.data["amount"], str)
    assert Decimal(placed.data["amount"]) == named(events, "Order Paid")[0].data["paid"]
