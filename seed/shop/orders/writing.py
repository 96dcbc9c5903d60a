"""The write side: commands become events, each appended behind the very state that it was decided on."""

import secrets
from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from hashlib import sha256
from typing import Annotated, Any

import msgspec
from flask import request

from eventstore import EventStore, NewEvent, clock, migrate
from eventstore.errors import WrongExpectedVersion
from seed.shop.host import Host, body
from seed.shop.messages import Message, facts
from seed.shop.orders import order as orders
from seed.shop.orders.catalogue import Catalogue
from seed.shop.orders.order import Decision, Fact
from seed.shop.orders.publishing import Publisher
from seed.shop.sagas import Step, triggers
from seed.shop.trace import current

STEPS: Mapping[Step, Decision] = {
    Step.CONFIRM: orders.confirm,
    Step.MARK_PAID: orders.mark_paid,
    Step.CANCEL: orders.cancel,
    Step.MARK_REFUNDED: orders.mark_refunded,
}
"""What the saga wants of an order."""

REPORTS: Mapping[str, Decision] = {
    "Shipment Created": orders.mark_packed,
    "Shipment Dispatched": orders.mark_shipped,
    "Shipment Delivered": orders.mark_delivered,
}
"""What others tell of it, whichever saga leads."""


class Line(msgspec.Struct):
    """So many of a product."""

    sku: str
    quantity: Annotated[int, msgspec.Meta(ge=1, le=1_000)]


class NewOrder(msgspec.Struct):
    """What a customer wants, where to, and by which card."""

    customer_id: str
    items: Annotated[list[Line], msgspec.Meta(min_length=1, max_length=100)]
    card: str = "ok"
    ship_to: dict[str, str] = {}


class Orders:
    """Takes orders, and what happens to them. Its outbox and its inbox are the log itself."""

    def __init__(self, host: Host) -> None:
        migrate(host.settings.database_url)
        self._host, self._store = host, EventStore.open(host.settings.database_url)
        host.at_end(self._store.close)
        self._catalogue = Catalogue(host)
        Publisher(host, self._store)
        host.route("POST", "/create_order", self.create_order)
        for step, decision in STEPS.items():
            for event in triggers(host.settings.saga, step):
                host.bus.on(event, partial(self.decide, decision))
        for event, decision in REPORTS.items():
            host.bus.on(event, partial(self.decide, decision))

    def create_order(self) -> tuple[Any, int]:
        """Take an order. The same `Idempotency-Key` again gives the first result. Raises NotFound for a product."""
        said = body(NewOrder)
        order_id = _order_id(request.headers.get("Idempotency-Key"))
        lines = [self._catalogue.priced(line.sku, line.quantity) for line in said.items]
        total = sum((line["price"] * line["quantity"] for line in lines), Decimal("0.00"))
        data = {"order_id": order_id, **msgspec.structs.asdict(said), "items": lines, "total": total}
        try:
            self._append(Fact("Order Created", {**data, "currency": "EUR"}), 0)
        except WrongExpectedVersion:
            total = orders.folded(self._store.read_stream(f"order-{order_id}", limit=1))["total"]
        return {"order_id": order_id, "status": "created", "total": total}, 201

    def decide(self, decision: Decision, message: Message) -> None:
        """Append what follows from the message for its order; decide anew where another writer was quicker."""
        if self._store.effects(message.id, limit=1):
            return
        while not self._decided(decision, message):
            self._host.log("info", "another writer was quicker", order_id=message.data["order_id"])

    def _decided(self, decision: Decision, message: Message) -> bool:
        """Whether it went well: nobody appended to the order since it was read."""
        events = list(self._store.read_stream(f"order-{message.data['order_id']}"))
        fact = decision(orders.folded(events), message.data) if events else None
        try:
            if fact is not None:
                self._append(fact, len(events))
        except WrongExpectedVersion:
            return False
        return True

    def _append(self, fact: Fact, version: int) -> None:
        event = self._event(fact)
        self._store.append([event], expected={event.stream: version})
        self._host.log("info", fact.type, order_id=fact.data["order_id"])

    def _event(self, fact: Fact) -> NewEvent:
        return NewEvent(
            stream=f"order-{fact.data['order_id']}",
            category="order",
            type=fact.type,
            data=dict(fact.data),
            metadata=facts(self._host.name, [("customer", fact.data["customer_id"])]),
            occurred_at=clock.now(),
            **current()._asdict(),
        )


def _order_id(key: str | None) -> str:
    """The id that belongs to the client's key, or a new one."""
    return sha256(key.encode()).hexdigest()[:10] if key else secrets.token_hex(5)
