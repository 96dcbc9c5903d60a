"""The course of a story: when it begins, how busy it is, and the days that are not like the others."""

import math
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import count, islice
from typing import Self

from eventstore import Micros
from seed.dice import digest

SECOND: Micros = 1_000_000
MINUTE: Micros = 60 * SECOND
HOUR: Micros = 60 * MINUTE
DAY: Micros = 24 * HOUR

RANDOM_SEED, ORDERS, DAYS = 7, 2_000, 90
"""The shop that is made where nothing else is asked for: its chance, and its orders within its days."""

_BY_HOUR = (4, 2, 1, 1, 1, 2, 5, 11, 18, 24, 28, 31, 33, 29, 26, 26, 28, 32, 38, 45, 48, 40, 24, 11)
_BY_WEEKDAY = (1.0, 0.95, 0.98, 1.05, 1.1, 0.85, 1.25)
_GROWN = 170
"""The day on which the shop stops growing, so that a story that is carried on for years stays of one size."""

SALE_DAY = 74
_RUSH = {SALE_DAY - 1: 1.2, SALE_DAY: 4.2, SALE_DAY + 1: 1.5}

RELEASE = 21 * DAY + 6 * HOUR
"""Until this moment services write their events in the first shape."""

OUTAGE = (66 * DAY + 10 * HOUR + 40 * MINUTE, 66 * DAY + 14 * HOUR + 25 * MINUTE)
"""A Thursday, from 10:40 to 14:25: the payment service answers nobody."""

WRONG_CLOCK = (45 * DAY + 5 * HOUR, 45 * DAY + 20 * HOUR)
"""A Thursday on which the warehouse's new server calls its local time UTC: its times are two hours ahead."""

CROSSING = 50
"""A Tuesday on which a cancellation and a parcel cross."""

STRIKE = (30 * DAY, 33 * DAY)
"""Three days of strike at the carrier: nothing is delivered on time."""


@dataclass(frozen=True)
class Course:
    """Everything that a story follows from: the same course is the same messages, byte for byte.

    `start` is a Monday's midnight UTC, so that a weekday is the same number of days behind it in every story.
    `orders` fall into the first `days` days; those after them follow the same rhythm.
    """

    random_seed: int
    start: Micros
    orders: int = ORDERS
    days: int = DAYS

    @classmethod
    def ending(cls, until: Micros, *, random_seed: int = RANDOM_SEED, orders: int = ORDERS, days: int = DAYS) -> Self:
        """The course that has run for at least `days` whole days at `until`: at most six more, from a Monday on."""
        first_day = until // DAY - days
        return cls(random_seed, (first_day - (first_day + 3) % 7) * DAY, orders, days)

    @property
    def name(self) -> str:
        """The course as a text; a store keeps it as the topics' id."""
        return f"seed-{self.random_seed}-from-{self.start}-{self.orders}-orders-in-{self.days}-days"

    @classmethod
    def named(cls, name: str) -> Self | None:
        """The course of that name; None if it names none."""
        found = re.fullmatch(r"seed-(-?\d+)-from-(-?\d+)-(\d+)-orders-in-(\d+)-days", name)
        return cls(*map(int, found.groups())) if found else None

    def beginnings(self, kind: str, share: float = 1.0) -> Iterator[tuple[int, Micros]]:
        """The flows of a kind in the order in which they begin: number from 0, and time. Without an end.

        There are `orders * share` of them in the first days, spread by the rhythm, one to each equal part of it.
        """
        part = self._busyness / (self.orders * share)
        number, level, due = 0, 0.0, self._due(kind, 0, part)
        for hour in count():
            busy = busyness(hour)
            while due < level + busy:
                yield number, self.start + hour * HOUR + int((due - level) / busy * HOUR)
                number += 1
                due = self._due(kind, number, part)
            level += busy

    def order_after(self, offset: Micros) -> int:
        """The number of the first order that surely begins after `offset` from the start, whatever the random seed."""
        hours, rest = divmod(offset, HOUR)
        level = sum(map(busyness, range(hours))) + busyness(hours) * rest / HOUR
        return math.ceil(level * self.orders / self._busyness)

    def begins(self, numbers: Collection[int]) -> dict[int, Micros]:
        """When the orders of these numbers begin."""
        beginnings = self.beginnings("order")
        return {number: at for number, at in islice(beginnings, max(numbers, default=-1) + 1) if number in numbers}

    def _due(self, kind: str, number: int, part: float) -> float:
        return (number + digest(f"{self.random_seed}/{kind}/{number}/due") / 2.0**64) * part

    @cached_property
    def _busyness(self) -> float:
        return sum(map(busyness, range(self.days * 24)))


def busyness(hour: int) -> float:
    """How busy the shop is in that hour from its start: by hour, weekday and growth; and the sale."""
    day, hour_of_day = divmod(hour, 24)
    growth = 0.6 + 0.9 * min(day, _GROWN) / 90
    return _BY_HOUR[hour_of_day] * _BY_WEEKDAY[day % 7] * growth * _RUSH.get(day, 1.0)


def within(window: tuple[Micros, Micros], offset: Micros) -> bool:
    """Whether the offset from the start lies in the window."""
    return window[0] <= offset < window[1]
