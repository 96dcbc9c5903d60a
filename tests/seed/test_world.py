"""The story is pure: it repeats itself, it only goes on, and it needs no room."""

import tracemalloc
from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from seed.course import DAY, Course
from seed.wire import PARTITIONS, Fate
from seed.world import told, world
from tests.seed.conftest import UNTIL, Shop

SMALL = Course.ending(UNTIL, orders=120, days=12)
WHOLE = list(told(SMALL, SMALL.start + 16 * DAY))


def test_the_same_seed_and_end_are_the_same_bytes() -> None:
    assert list(world(7, UNTIL, orders=60, days=8)) == list(world(7, UNTIL, orders=60, days=8))


def test_another_seed_is_another_story() -> None:
    one, other = (Counter((m.value, m.headers) for m in world(seed, UNTIL, orders=60, days=8)) for seed in (7, 8))
    shared = sum((one & other).values())
    assert shared < 0.02 * sum(one.values())


@given(st.integers(min_value=-DAY, max_value=16 * DAY))
def test_a_later_end_only_goes_on(offset: int) -> None:
    until = SMALL.start + offset
    assert list(told(SMALL, until)) == [message for message in WHOLE if message.arrived_at < until]


def test_messages_come_in_the_order_of_arrival(shop: Shop) -> None:
    assert all(one.arrived_at <= other.arrived_at for one, other in pairwise(shop.messages))
    assert all(message.timestamp == message.arrived_at // 1_000 for message in shop.messages)


def test_a_key_stays_in_its_partition(shop: Shop) -> None:
    places = {(message.topic, message.key, message.partition) for message in shop.messages if message.key is not None}
    keys = {(topic, key) for topic, key, _ in places}
    assert len(places) == len(keys)
    assert {partition for _, _, partition in places} == set(range(PARTITIONS))


def test_the_usual_shop_has_the_usual_size(shop: Shop) -> None:
    orders = shop.of("Order Created", "Order Placed")
    assert 30_000 < len(shop.messages) < 60_000
    assert sum(told.at < shop.course.start + shop.course.days * DAY for told in orders) in range(1_990, 2_001)


def test_every_topic_and_both_spellings_are_there(shop: Shop) -> None:
    assert len(Counter(message.topic for message in shop.messages)) == 9
    types = Counter(told.event.type for told in shop.events)
    assert types["Order Created"] > types["OrderCreated"] > 100
    assert types["Payment Completed"] > 1_000
    assert types["User Registered"] > 300


def test_five_times_the_orders_need_no_more_memory() -> None:
    few, many = _peak(6_000), _peak(30_000)
    assert many - few < 2_000_000  # kept, the messages alone would be 10 MB


def _peak(orders: int) -> int:
    """The most memory that telling two days takes, in bytes."""
    course = Course.ending(UNTIL, orders=orders, days=90)
    tracemalloc.start()
    try:
        for _ in told(course, course.start + 2 * DAY):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_repetitions_are_the_same_bytes_again(shop: Shop) -> None:
    first = {(m.topic, m.partition, m.key, m.value, m.headers) for m in shop.messages if m.fate is Fate.EVENT}
    again = [m for m in shop.messages if m.fate is Fate.DUPLICATE]
    assert 100 < len(again) < 400
    assert all((m.topic, m.partition, m.key, m.value, m.headers) in first for m in again)
