"""The card provider: no part of the shop, but a company that it calls, with troubles of its own.

A charge, a refund and a void name the payment, so that a repeated one does nothing more. Some cards are for trials:
`declined`, `slow` (the money moves, but the first answer comes too late) and `unreachable` (no answer ever comes).
"""

import time
from decimal import Decimal
from http import HTTPStatus
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, func, insert, select, update

from seed.shop.database import Money, connect
from seed.shop.errors import ShopError
from seed.shop.host import Host, body

TABLES = MetaData()
CHARGES = Table(
    "charges",
    TABLES,
    Column("payment", Text, primary_key=True),
    Column("captured", Money, nullable=False, default=Decimal(0)),
    Column("refunded", Money, nullable=False, default=Decimal(0)),
    Column("void", Integer, nullable=False, default=0),
)


class Charge(msgspec.Struct):
    """Take this much from the card, once for each payment."""

    payment: str
    amount: Decimal
    card: str


class Back(msgspec.Struct):
    """Give back what was taken for a payment, and take nothing for it any more."""

    payment: str


class Mood(msgspec.Struct):
    """How the provider is today: seconds that each answer takes, and whether it is down."""

    delay: float = 0.0
    down: bool = False


class Down(ShopError):
    """The provider has an outage."""

    status = HTTPStatus.SERVICE_UNAVAILABLE

    def __str__(self) -> str:
        return "The card provider has an outage; ask again later."


class Cards:
    """Takes money and gives it back."""

    def __init__(self, host: Host) -> None:
        self._engine = connect(host.settings.database_url, TABLES)
        self._hang, self._mood = host.settings.patience * 1.5, Mood()
        host.at_end(self._engine.dispose)
        host.route("POST", "/charges", self.charge)
        host.route("POST", "/backs", self.give_back)
        host.route("GET", "/ledger", self.ledger)
        host.route("POST", "/mood", self.change_mood)

    def charge(self) -> Any:
        """Take the money, unless it was taken; what became of it."""
        said = body(Charge)
        self._suffer()
        if said.card == "unreachable":
            time.sleep(self._hang)
            raise Down
        with self._engine.begin() as connection:
            first, answer = self._charge(connection, said)
        if first and said.card == "slow":
            time.sleep(self._hang)
        return answer

    def give_back(self) -> Any:
        """Give back what was taken, if anything was, and how much that is in all."""
        payment = body(Back).payment
        self._suffer()
        with self._engine.begin() as connection:
            if _found(connection, payment) is None:
                connection.execute(insert(CHARGES).values(payment=payment))
            values = {"refunded": CHARGES.c.captured, "void": 1}
            connection.execute(update(CHARGES).where(CHARGES.c.payment == payment).values(values))
            return {"refunded": _found(connection, payment).refunded}

    def ledger(self) -> Any:
        """What was taken and given back in all."""
        with self._engine.connect() as connection:
            sums = select(func.count(), func.sum(CHARGES.c.captured), func.sum(CHARGES.c.refunded))
            charges, captured, refunded = connection.execute(sums).one()
        return {"charges": charges, "captured": captured or Decimal(0), "refunded": refunded or Decimal(0)}

    def change_mood(self) -> Any:
        """Be slow, or down, or well again, from now on."""
        self._mood = body(Mood)
        return msgspec.structs.asdict(self._mood)

    def _suffer(self) -> None:
        time.sleep(self._mood.delay)
        if self._mood.down:
            raise Down

    def _charge(self, connection: Connection, said: Charge) -> tuple[bool, Any]:
        found = _found(connection, said.payment)
        if said.card == "declined" or (found is not None and found.void):
            return False, {"state": "declined", "reason": "insufficient funds"}
        if found is None:
            connection.execute(insert(CHARGES).values(payment=said.payment, captured=said.amount))
        return found is None, {"state": "captured"}


def _found(connection: Connection, payment: str) -> Any:
    return connection.execute(select(CHARGES).where(CHARGES.c.payment == payment)).first()
