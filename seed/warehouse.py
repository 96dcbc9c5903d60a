"""The truth about the stock: what lies on the shelves, and what of it is promised."""

from collections.abc import Mapping
from typing import Any

from seed.course import Course
from seed.flow import Fact, Move
from seed.goods import CATALOGUE, POSTER, daily_demand

_EFFECTS = {Move.RESERVE: (0, 1), Move.RELEASE: (0, -1), Move.SHIP: (-1, -1), Move.RETURN: (1, 0), Move.REFILL: (1, 0)}
"""What a move of one thing does to what is on hand, and to what of it is reserved."""


class Warehouse:
    """Counts the goods while the story goes on. Never gives away what is not there."""

    def __init__(self, course: Course) -> None:
        self._full = {one.sku: 12 + round(8 * daily_demand(one, course.orders, course.days)) for one in CATALOGUE}
        self._full[POSTER.sku] = 1
        self._on_hand = dict.fromkeys(self._full, 0)
        self._reserved = dict.fromkeys(self._full, 0)

    def has(self, wanted: Mapping[str, int]) -> bool:
        """Whether all of it is there and promised to nobody."""
        return all(self._on_hand[sku] - self._reserved[sku] >= quantity for sku, quantity in wanted.items())

    def settle(self, fact: Fact) -> dict[str, Any] | None:
        """Do what the fact does to the stock, and give its data with the new levels. None: nothing happens."""
        if fact.move is None:
            return fact.data
        sku = fact.data["sku"]
        quantity = self._missing(sku) if fact.move is Move.REFILL else fact.data["quantity"]
        if quantity == 0:
            return None
        on_hand, reserved = _EFFECTS[fact.move]
        self._on_hand[sku] += on_hand * quantity
        self._reserved[sku] += reserved * quantity
        levels = {"on_hand": self._on_hand[sku], "reserved": self._reserved[sku]}
        return {**fact.data, "quantity": quantity, **levels}

    def _missing(self, sku: str) -> int:
        """How many to order: nothing while more than half of a full shelf is free."""
        free = self._on_hand[sku] - self._reserved[sku]
        return self._full[sku] - free if 2 * free <= self._full[sku] else 0
