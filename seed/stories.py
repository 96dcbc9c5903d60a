"""The planted stories, for readers: which stream to open, at which moment, and what there is to see.

The numbers of the orders follow from the size of the shop alone, and are the same for every random seed and start:
docs/stories.md tells the stories of the usual size.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from eventstore import Micros
from seed.course import DAYS, ORDERS, RANDOM_SEED, Course
from seed.flow import Fact
from seed.plans import order_plan
from seed.planted import Tale, planted


@dataclass(frozen=True, slots=True)
class Story:
    """Something to find: open `stream` and stand at `at` (microseconds UTC, when it happened)."""

    stream: str
    title: str
    at: Micros
    sentence: str
    tale: Tale


Moment = Callable[[Sequence[Fact]], Micros]


def _nth(name: str, number: int = 0) -> Moment:
    """When the fact of that type, without spaces, happens for the n-th time; -1: the last."""
    return lambda facts: [fact.at for fact in facts if fact.type.replace(" ", "") == name][number]


@dataclass(frozen=True, slots=True)
class _Telling:
    category: str
    title: str
    sentence: str
    moment: Moment


_TELLINGS: Mapping[Tale, _Telling] = {
    Tale.PAID_TWICE: _Telling(
        "order",
        "{stream} was paid twice",
        "The payment service was down; two attempts timed out, and when it came back it had captured both.",
        _nth("OrderPaid", 1),
    ),
    Tale.LATE_SCAN: _Telling(
        "order",
        "{stream} was refunded as lost, and had been delivered the day before",
        "The driver's scanner was offline for a day: as it happened it was delivered, as we knew it it was lost.",
        _nth("OrderRefunded"),
    ),
    Tale.CROSSED: _Telling(
        "order",
        "{stream} was cancelled half a minute after it had left",
        "The carrier's messages came half an hour late: the last to arrive says shipped, the last to happen cancelled.",
        _nth("OrderCancelled"),
    ),
    Tale.STUCK: _Telling(
        "order",
        "{stream} is stuck: its payment was never answered",
        "One attempt timed out in the outage, nobody asked again, and its goods have been reserved ever since.",
        _nth("PaymentFailed"),
    ),
    Tale.TOO_LATE: _Telling(
        "order",
        "{stream} came too late for the only poster",
        "There was one signed poster in the sale; an earlier order took it, and this one was cancelled.",
        _nth("OrderCreated"),
    ),
    Tale.REUSED_ID: _Telling(
        "payment",
        "{stream} has a dead letter that claims another amount",
        "The payment service gave an event id away a second time, so its second message was kept as a dead letter.",
        _nth("PaymentCompleted"),
    ),
    Tale.DECLINED: _Telling(
        "payment",
        "{stream} needed four attempts",
        "Three were declined, the fourth paid.",
        _nth("PaymentDeclined", 2),
    ),
    Tale.SENT_TWICE: _Telling(
        "order",
        "{stream} was announced twice and exists once",
        "The order service crashed and sent its messages again: counted as duplicates, and nothing changed.",
        _nth("OrderPaid"),
    ),
    Tale.WRONG_CLOCK: _Telling(
        "order",
        "{stream} was packed two hours ahead of time, said the warehouse",
        "A new server called local time UTC: what it claims was set to when we learnt it, and the claim was kept.",
        _nth("OrderPacked"),
    ),
    Tale.OLD_PRICE: _Telling(
        "order",
        "{stream} paid yesterday's price in the sale",
        "The cart was filled on the eve of the sale and checked out in it, at the prices of the eve.",
        _nth("OrderCreated"),
    ),
    Tale.FIRST_SHAPE: _Telling(
        "order",
        "{stream} is told in the first shape",
        "Before the release of day 21 an order was placed, its sum a text called amount; the app leaves out spaces.",
        _nth("OrderPlaced"),
    ),
    Tale.LAST_ONE: _Telling(
        "order",
        "{stream} got the only poster",
        "It ordered the one signed poster of the sale; three hours later somebody else wanted it too.",
        _nth("OrderConfirmed"),
    ),
}
"""The best first: a page with room for three shows three."""


def stories(start: Micros, *, random_seed: int = RANDOM_SEED, orders: int = ORDERS, days: int = DAYS) -> list[Story]:
    """The stories of the course that begins at `start`, the best first."""
    course = Course(random_seed, start, orders, days)
    numbers = {tale: number for number, tale in planted(course).items()}
    begins = course.begins(numbers.values())
    return [_told(course, tale, numbers[tale], begins[numbers[tale]]) for tale in _TELLINGS if tale in numbers]


def _told(course: Course, tale: Tale, number: int, begins: Micros) -> Story:
    telling = _TELLINGS[tale]
    stream = f"{telling.category}-{1000 + number}"
    at = telling.moment(order_plan(course, number, begins).facts)
    return Story(stream, telling.title.format(stream=stream), at, telling.sentence, tale)
