"""Flows: everything that follows from one visit to the shop, as facts in the order in which they happen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from eventstore import Micros
from seed.course import HOUR, MINUTE, SECOND, WRONG_CLOCK, Course, within
from seed.dice import Dice, digest

ORDER, VISIT, DAY_OF_SHOP, WATCH = "order", "visit", "day", "watch"
"""The kinds of flows: orders, visits without one, the shop's days, and what monitoring writes."""

LATE, TWICE = 0.046, 0.004
"""Of the facts that another of the same thing follows, the share that it overtakes; of all, the share sent again."""


class Move(StrEnum):
    """What a fact does to the stock of the product that it tells of."""

    RESERVE = "reserve"
    RELEASE = "release"
    SHIP = "ship"
    RETURN = "return"
    REFILL = "refill"


@dataclass(slots=True)
class Fact:
    """Something that happens in the shop, and how its message travels.

    `thing` is the id of what it is about within its topic. It happens at `at`, says that it happened `claims` later,
    and arrives `lag` after it happened; `again` later the same message comes once more, 0: it does not. `old` is the
    first shape of its type. What is `dead` cannot become an event; `raw` are its bytes where they are not JSON.
    """

    at: Micros
    topic: str
    type: str
    thing: str
    data: dict[str, Any]
    id: str
    cause: str | None
    flow: str
    service: str
    lag: Micros
    claims: Micros = 0
    again: Micros = 0
    move: Move | None = None
    objects: tuple[tuple[str, str], ...] = ()
    old: bool = False
    dead: bool = False
    raw: bytes | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A flow from its beginning to its end. The facts from `gate` on need the goods of `wanted`, by sku.

    Where they are not in stock then, the facts of `otherwise` happen instead.
    """

    facts: Sequence[Fact]
    gate: int = -1
    wanted: Mapping[str, int] = field(default_factory=dict)
    otherwise: Sequence[Fact] = ()


_LAGS: dict[str, Micros] = {"shipments": 6 * SECOND, "notifications": 900_000, "logs": 1_500_000}
"""How long messages of a topic are under way, in the mean; the others take a tenth of a second."""

_SERVICES = {
    "customers": "accounts",
    "products": "catalogue",
    "carts": "shop-web",
    "orders": "order-service",
    "payments": "payment-service",
    "stock": "warehouse",
    "shipments": "warehouse",
    "notifications": "mailer",
}


class Flow:
    """Writes the facts of one flow down, one after another: `now` is the time in it.

    In a `smooth` flow no message is late or comes twice, unless its story says so.
    """

    def __init__(self, course: Course, kind: str, number: int, begins: Micros) -> None:
        self.course, self.now = course, begins
        self.dice = Dice(f"{course.random_seed}/{kind}/{number}")
        self.name = f"{course.random_seed}/{kind}/{number}"
        self.id = made_id(f"{self.name}/flow", begins)
        self.facts: list[Fact] = []
        self.last: str | None = None
        self.smooth = False

    @property
    def offset(self) -> Micros:
        """The time since the start of the story."""
        return self.now - self.course.start

    def wait(self, low: Micros, high: Micros) -> None:
        """Let some time pass, between the two."""
        self.now += self.dice.between(low, high)

    def tell(self, topic: str, named: str, thing: str, data: dict[str, Any], **more: Any) -> Fact:
        """Add what happens now, with the type `named`; `more` are fields of Fact.

        It follows from the last fact told, unless `cause` names another.
        """
        service = more.pop("service", _SERVICES.get(topic, topic))
        fact = Fact(
            at=self.now,
            topic=topic,
            type=named,
            thing=thing,
            data=data,
            id=made_id(f"{self.name}/{len(self.facts)}/{named}", self.now),
            cause=more.pop("cause", self.last),
            flow=self.id,
            service=service,
            lag=40_000 + self.dice.about(_LAGS.get(topic, 100_000)),
            claims=2 * HOUR if service == "warehouse" and within(WRONG_CLOCK, self.offset) else 0,
            **more,
        )
        self.facts.append(fact)
        if topic != "logs":
            self.last = fact.id
        return fact

    def log(self, service: str, level: str, message: str, **more: Any) -> None:
        """Add a line that a service writes now."""
        self.tell("logs", "Log Written", service, {"level": level, "message": message, **more}, service=service)

    def aside(self, *steps: Callable[[Any], None]) -> list[Fact]:
        """The facts of what happens instead, told by the steps from now on; the flow itself stays where it is."""
        told, now, last = len(self.facts), self.now, self.last
        for step in steps:
            step(self)
        instead, self.facts = self.facts[told:], self.facts[:told]
        self.now, self.last = now, last
        return self._on_the_way(instead)

    def plan(self) -> list[Fact]:
        """The facts in the order in which they happen, with the troubles of the way."""
        return self._on_the_way(self.facts)

    def _on_the_way(self, facts: Sequence[Fact]) -> list[Fact]:
        facts = sorted(facts, key=lambda fact: fact.at)
        if not self.smooth:
            _delay(facts, self.dice)
            for fact in facts:
                if fact.topic != "logs" and not fact.dead and self.dice.chance(TWICE):
                    fact.again = 2 * SECOND + self.dice.about(2 * MINUTE)
        return facts


def _delay(facts: Sequence[Fact], dice: Dice) -> None:
    """Hold some messages up until the next of the same thing has passed them by."""
    following: dict[tuple[str, str], Micros] = {}
    for fact in reversed(facts):
        after = following.get((fact.topic, fact.thing))
        if after is not None and fact.lag < MINUTE and after - fact.at < 12 * HOUR and dice.chance(LATE):
            fact.lag = after - fact.at + MINUTE + dice.about(40 * MINUTE)
        following[fact.topic, fact.thing] = fact.at


def made_id(name: str, at: Micros) -> str:
    """The UUID of version 7 that belongs to a name and a time."""
    noise = digest(name, 10)
    low = 1 << 63 | noise & ((1 << 62) - 1)
    text = f"{at // 1_000 & 0xFFFF_FFFF_FFFF:012x}7{noise >> 68:03x}{low:016x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
