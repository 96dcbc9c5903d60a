"""The world: every flow of the shop goes on side by side, and their messages come out as they arrive.

Pure, and of constant memory: a flow that waits is six numbers in a heap. What it does next follows from its number
alone, and is thought out again when its time comes, so that a hundred thousand orders need no more room than ten.
Only the stock is shared.
"""

from collections.abc import Iterator
from functools import lru_cache
from heapq import heappop, heappush
from typing import NamedTuple

from eventstore import Micros
from seed.course import DAY, DAYS, HOUR, ORDERS, Course
from seed.flow import DAY_OF_SHOP, ORDER, VISIT, WATCH, Fact, Plan
from seed.plans import PLANS
from seed.warehouse import Warehouse
from seed.wire import Message, messages

VISITS = 0.5
"""Visits without an order, for each order."""

SIGNED, COURSE = "products", "course"
"""The topic whose first message names the course, and the header that does."""

_REMEMBERED = 128
"""Plans kept at hand: flows in their first, busy hour. The others are planned anew when they go on."""


class _Waiting(NamedTuple):
    """A flow that goes on at `at` with the fact of number `step`; `instead`: with the plan for sold out goods."""

    at: Micros
    kind: str
    number: int
    step: int
    begins: Micros
    instead: bool


class _Arriving(NamedTuple):
    at: Micros
    serial: int
    message: Message


def world(random_seed: int, until: Micros, orders: int | None = None, days: int = DAYS) -> Iterator[Message]:
    """Every message that arrives before `until`, in the order of arrival, from a course that ends there."""
    course = Course.ending(until, random_seed=random_seed, orders=ORDERS if orders is None else orders, days=days)
    return told(course, until)


def told(course: Course, until: Micros) -> Iterator[Message]:
    """Every message of the course that arrives before `until`, in the order of arrival.

    The same course is always the same messages: with a later `until` they only go on.
    """
    return World(course).messages(until)


class World:
    """The shop while its story goes on."""

    def __init__(self, course: Course) -> None:
        self._course, self._warehouse = course, Warehouse(course)
        self._waiting: list[_Waiting] = []
        self._arriving: list[_Arriving] = []
        self._serial, self._is_named = 0, False
        self._plan = lru_cache(maxsize=_REMEMBERED)(self._plan_of)
        self._beginnings = {
            ORDER: course.beginnings(ORDER),
            VISIT: course.beginnings(VISIT, VISITS),
            DAY_OF_SHOP: _regular(course.start, DAY),
            WATCH: _regular(course.start, HOUR),
        }

    def messages(self, until: Micros) -> Iterator[Message]:
        """What arrives before `until`. To be asked once."""
        for kind in self._beginnings:
            self._begin_next(kind)
        while self._waiting[0].at < until:
            flow = heappop(self._waiting)
            while self._arriving and self._arriving[0].at <= flow.at:
                yield heappop(self._arriving).message
            self._go_on(flow)
        while self._arriving and self._arriving[0].at < until:
            yield heappop(self._arriving).message

    def _begin_next(self, kind: str) -> None:
        number, begins = next(self._beginnings[kind])
        heappush(self._waiting, _Waiting(begins, kind, number, 0, begins, instead=False))

    def _go_on(self, flow: _Waiting) -> None:
        """Everything that the flow does at this instant; then it waits again, or has ended."""
        if flow.step == 0 and flow.at == flow.begins:
            self._begin_next(flow.kind)
        plan = self._plan(flow.kind, flow.number, flow.begins)
        facts = plan.otherwise if flow.instead else plan.facts
        for step in range(flow.step, len(facts)):
            if facts[step].at > flow.at:
                return heappush(self._waiting, flow._replace(at=facts[step].at, step=step))
            if step == plan.gate and not flow.instead and not self._warehouse.has(plan.wanted):
                return heappush(self._waiting, flow._replace(at=plan.otherwise[0].at, step=0, instead=True))
            self._send(facts[step])
        return None

    def _send(self, fact: Fact) -> None:
        data = self._warehouse.settle(fact)
        for message in [] if data is None else messages(fact, data):
            self._serial += 1
            heappush(self._arriving, _Arriving(message.arrived_at, self._serial, self._named(message)))

    def _named(self, message: Message) -> Message:
        """The message; the first about a product carries the course's name, by which a topic tells whose it is."""
        if self._is_named or message.topic != SIGNED:
            return message
        self._is_named = True
        return message._replace(headers=(*message.headers, (COURSE, self._course.name.encode())))

    def _plan_of(self, kind: str, number: int, begins: Micros) -> Plan:
        return PLANS[kind](self._course, number, begins)


def _regular(start: Micros, every: Micros) -> Iterator[tuple[int, Micros]]:
    number = 0
    while True:
        yield number, start + number * every
        number += 1
