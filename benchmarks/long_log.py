"""A shop's orders over two years, for the benches of read models: the same events for the same seed, in any number.

About seven events an order; ids ascend with birth; the time from step to step is log-normal with a median of two hours,
up to 60 days; 8 statuses, of which `refunded` comes to 0.4 % of the orders. An event that is late reaches the log
behind others of its order that happened after it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from uuid import UUID

from eventstore import NewEvent
from eventstore.core.canonical import Json
from eventstore.core.event import Micros

SECOND: Micros = 1_000_000
DAY: Micros = 86_400 * SECOND
BEGIN: Micros = 1_700_000_000 * SECOND
"""2023-11-14, when the first order came."""

SPAN: Micros = 730 * DAY
"""The time in which orders are born."""

EVENTS_PER_ORDER = 7.05
LATE = 0.03
RARE = "refunded"

COURSE = ("Order Confirmed", "Order Paid", "Address Changed", "Order Packed", "Order Shipped", "Order Delivered")


@dataclass(frozen=True, slots=True, order=True)
class Told:
    """One event before it is written out: when it reaches the log, when it happened, of which order, its type."""

    arrives: Micros
    occurred: Micros
    order: int
    type: str


def told(events: int, random: Random, *, late: float = LATE) -> list[Told]:
    """So many events, in the order in which the log gets them."""
    orders = max(1, round(events / EVENTS_PER_ORDER))
    found = [one for number in range(orders) for one in _order(number, orders, random, late)]
    return sorted(found)[:events]


def _order(number: int, orders: int, random: Random, late: float) -> Iterator[Told]:
    at = BEGIN + SPAN * number // orders + int(random.random() * SPAN / orders)
    for kind in _course(random):
        delay = int(random.expovariate(1 / DAY)) if random.random() < late else 0
        yield Told(at + delay, at, number, kind)
        at += min(int(random.lognormvariate(8.88, 1.6) * SECOND), 60 * DAY)


def _course(random: Random) -> Iterator[str]:
    yield "Order Created"
    for kind in COURSE:
        if random.random() < 0.01:
            yield "Order Cancelled"
            return
        yield kind
    if random.random() < 0.004:
        yield "Order Refunded"
    if random.random() < 0.25:
        yield "Order Updated"


def by_topic(log: Sequence[Told], topics: int = 3) -> list[Told]:
    """The same events as a backfill of that many topics brings them: one after another, each for some of the types."""
    kinds = sorted({one.type for one in log})
    return sorted(log, key=lambda one: (kinds.index(one.type) * topics // len(kinds), one.arrives))


def one_key(events: int, random: Random, *, late: float = 0.0) -> list[Told]:
    """So many events of one order, one a second."""
    times = (BEGIN + number * SECOND for number in range(events))
    delays = (60 * SECOND if random.random() < late else 0 for _ in range(events))
    return sorted(Told(at + delay, at, 0, "Order Updated") for at, delay in zip(times, delays, strict=True))


def written(log: Sequence[Told], random: Random) -> Iterator[NewEvent]:
    """The events as producers send them: payloads of which a state of about 190 bytes is made."""
    for one in log:
        yield NewEvent(
            stream=stream(one.order),
            category="order",
            type=one.type,
            data=Json(_payload(one, random)),
            id=str(UUID(int=random.getrandbits(128), version=4)),
            occurred_at=one.occurred,
        )


def stream(order: int) -> str:
    """The key of an order; bytes sort as births do."""
    return f"order-{order:08}"


def _payload(one: Told, random: Random) -> str:
    said = f'"order_id":"{one.order:08}"'
    if one.type == "Order Paid":
        return f'{{{said},"paid":{5 + random.randrange(400)}.50}}'
    if one.type != "Order Created":
        return f'{{{said},"note":"step {random.randrange(1_000):03}"}}'
    cents, customer = 500 + random.randrange(40_000), random.randrange(100_000)
    items = f'[{{"sku":"SKU-{random.randrange(9_999):04}","quantity":2}}]'
    total = f"{cents // 100}.{cents % 100:02}"
    return f'{{{said},"customer_id":"c-{customer:06}","currency":"EUR","total":{total},"items":{items}}}'
