"""Payments: each is tried until the card provider says yes or no, and nobody is charged twice.

Handlers only note what is to be done; `process` does it, in the background or when asked, and never for long.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from sqlalchemy import Column, Connection, Integer, MetaData, Row, Table, Text, func, insert, select, update

from eventstore import Micros, clock
from seed.shop.database import Money, Number
from seed.shop.errors import NotAsked, NotFound, Unreachable
from seed.shop.host import Desk, Host
from seed.shop.messages import Message
from seed.shop.platform.calls import Calls
from seed.shop.sagas import Step, triggers
from seed.shop.trace import Trace, current, following

TABLES = MetaData()
PAYMENTS = Table(
    "payments",
    TABLES,
    Column("order_id", Text, primary_key=True),
    Column("status", Text, nullable=False, index=True),
    Column("amount", Money, nullable=False),
    Column("currency", Text, nullable=False),
    Column("card", Text, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("due", Number, nullable=False),
    Column("reason", Text),
    Column("correlation_id", Text, nullable=False),
    Column("causation_id", Text),
)
"""`status`: pending, completed or declined; of a cancelled order voiding or refunding, then voided or refunded."""

SHOWN = ("order_id", "status", "amount", "currency", "attempts", "reason")
UNDONE_BY = {"pending": "voiding", "completed": "refunding"}
UNDER_WAY = ("pending", "voiding", "refunding")
ATTEMPTS = 3
"""How often a provider that answers other questions is asked for a payment before that counts as declined."""
PAUSE: Micros = 500_000
"""How long after an attempt without an answer the next one is due, growing with each."""
AT_ONCE = 4
"""How many payments are tried at a time: one without an answer holds up no other."""
LONGEST = 5.0
"""After so many seconds `process` begins no further payment."""


class Payments:
    """Takes the money for orders, and gives it back."""

    def __init__(self, host: Host) -> None:
        self._desk = Desk(host, TABLES)
        self._provider = Calls(host).at("cards", host.settings.cards)
        self._pool = ThreadPoolExecutor(AT_ONCE)
        host.at_end(self._pool.shutdown)
        host.route("POST", "/process_payments", self.process)
        host.route("GET", "/payments", self.payments)
        host.route("GET", "/payments/<order_id>", self.payment)
        for step, handler in ((Step.CHARGE, self.ask), (Step.REFUND, self.cancel)):
            for event in triggers(host.settings.saga, step):
                self._desk.on(event, handler)
        if host.settings.pay_every:
            host.every(host.settings.pay_every, "payments", self.process)

    def ask(self, connection: Connection, message: Message) -> None:
        """Note that an order wants to be paid."""
        said = {name: message.data[name] for name in ("order_id", "currency", "card")}
        values = {**said, "amount": message.data["total"], "status": "pending", "due": clock.now()}
        connection.execute(insert(PAYMENTS).values(**values, **current()._asdict()))
        self._tell(connection, "Payment Requested", self._found(connection, said["order_id"]), method="card", attempt=1)

    def cancel(self, connection: Connection, message: Message) -> None:
        """Note that there will be no order, so that the money goes back, or is never taken."""
        mine = PAYMENTS.c.order_id == message.data["order_id"]
        values = {"due": clock.now(), "reason": message.data["reason"], **current()._asdict()}
        for before, status in UNDONE_BY.items():
            of_it = mine & (PAYMENTS.c.status == before)
            connection.execute(update(PAYMENTS).where(of_it).values(status=status, **values))

    def process(self) -> Any:
        """Try what is due, for a few seconds; how much was tried, and how much is still under way."""
        until = clock.elapsed() + LONGEST
        tried = sum(self._pool.map(partial(self._try, until), self._due()))
        with self._desk.engine.connect() as connection:
            under_way = select(func.count()).where(PAYMENTS.c.status.in_(UNDER_WAY))
            return {"tried": tried, "under_way": connection.execute(under_way).scalar()}

    def payments(self) -> Any:
        """How many payments are in each state, and the sum of their amounts."""
        with self._desk.engine.connect() as connection:
            sums = select(PAYMENTS.c.status, func.count(), func.sum(PAYMENTS.c.amount)).group_by(PAYMENTS.c.status)
            return {status: {"payments": count, "amount": sum_} for status, count, sum_ in connection.execute(sums)}

    def payment(self, order_id: str) -> Any:
        """The payment of an order. Raises NotFound."""
        with self._desk.engine.connect() as connection:
            found = self._found(connection, order_id)
        return {name: getattr(found, name) for name in SHOWN}

    def _due(self) -> Sequence[Row[Any]]:
        """Those that were asked for least come first: a card that hangs is not to keep the breaker open for others."""
        due = PAYMENTS.c.status.in_(UNDER_WAY) & (PAYMENTS.c.due <= clock.now())
        waiting = select(PAYMENTS).where(due).order_by(PAYMENTS.c.attempts, PAYMENTS.c.due).limit(50)
        with self._desk.engine.connect() as connection:
            return connection.execute(waiting).all()

    def _try(self, until: float, payment: Row[Any]) -> bool:
        """Whether there was time for it."""
        if clock.elapsed() > until:
            return False
        step: Callable[[Row[Any]], None] = self._charge if payment.status == "pending" else self._give_back
        with following(Trace(payment.correlation_id, payment.causation_id)):
            try:
                step(payment)
            except Unreachable as error:
                self._put_off(payment, error)
        return True

    def _charge(self, payment: Row[Any]) -> None:
        """Ask the provider for the money, as often as it takes to know."""
        asked = {"payment": payment.order_id, "amount": payment.amount, "card": payment.card}
        try:
            answer = self._provider.post("/charges", asked)
        except Unreachable as error:
            if isinstance(error, NotAsked) or payment.attempts + 1 < ATTEMPTS:
                raise
            answer = self._given_up(payment)
        if answer["state"] == "captured":
            self._settle(payment, "completed", "Payment Completed")
        else:
            self._settle(payment, "declined", "Payment Declined", reason=answer["reason"])

    def _given_up(self, payment: Row[Any]) -> Any:
        """Make sure that the provider takes nothing. In an outage this gets no answer either, and we ask again."""
        self._provider.post("/backs", {"payment": payment.order_id})
        return {"state": "declined", "reason": "no answer from the card provider"}

    def _give_back(self, payment: Row[Any]) -> None:
        """Give back what came in. Under a voided payment that may be money of which no answer ever told us."""
        answer = self._provider.post("/backs", {"payment": payment.order_id})
        if not answer["refunded"]:
            self._settle(payment, "voided", "Payment Voided", reason=payment.reason)
            return
        with self._desk.engine.begin() as connection:
            if self._change(connection, payment, status="refunded"):
                if payment.status == "voiding":
                    self._tell(connection, "Payment Completed", payment)
                self._tell(connection, "Payment Refunded", payment, reason=payment.reason)

    def _settle(self, payment: Row[Any], status: str, event: str, **more: Any) -> None:
        """Note how it ended and tell it; where another thread or a cancellation was quicker, nothing."""
        with self._desk.engine.begin() as connection:
            if self._change(connection, payment, status=status, reason=more.get("reason")):
                self._tell(connection, event, payment, **more)

    def _put_off(self, payment: Row[Any], error: Unreachable) -> None:
        """No answer came: whether the money moved is unknown, so the same question will be asked again."""
        asked = not isinstance(error, NotAsked)
        attempts = payment.attempts + asked
        with self._desk.engine.begin() as connection:
            values = {"attempts": attempts, "due": clock.now() + PAUSE * max(1, min(attempts, 10))}
            if self._change(connection, payment, **values) and asked:
                self._tell(connection, "Payment Failed", payment, attempt=attempts, reason=str(error))

    def _change(self, connection: Connection, payment: Row[Any], **values: Any) -> bool:
        same = (PAYMENTS.c.order_id == payment.order_id) & (PAYMENTS.c.status == payment.status)
        return connection.execute(update(PAYMENTS).where(same).values(values)).rowcount == 1

    def _tell(self, connection: Connection, event: str, payment: Row[Any], **more: Any) -> None:
        data = {"payment_id": payment.order_id, "order_id": payment.order_id, **more}
        data |= {"amount": payment.amount, "currency": payment.currency}
        self._desk.tell(connection, "payments", event, payment.order_id, data, (("order", payment.order_id),))

    def _found(self, connection: Connection, order_id: str) -> Row[Any]:
        found = connection.execute(select(PAYMENTS).where(PAYMENTS.c.order_id == order_id)).first()
        if found is None:
            raise NotFound("payment", order_id)
        return found
