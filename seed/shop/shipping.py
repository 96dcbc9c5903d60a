"""Shipping: parcels on their way, from the order that is paid to the door."""

import secrets
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Row, Table, Text, insert, select, update

from eventstore import clock
from seed.shop.database import Number
from seed.shop.errors import NotFound
from seed.shop.host import Desk, Host
from seed.shop.messages import Message
from seed.shop.sagas import Step, triggers
from seed.shop.trace import Trace, current, following

TABLES = MetaData()
SHIPMENTS = Table(
    "shipments",
    TABLES,
    Column("order_id", Text, primary_key=True),
    Column("status", Text, nullable=False, index=True),
    Column("carrier", Text, nullable=False),
    Column("tracking", Text, nullable=False),
    Column("due", Number, nullable=False),
    Column("correlation_id", Text, nullable=False),
    Column("causation_id", Text),
)
NEXT = {"created": ("dispatched", "Shipment Dispatched"), "dispatched": ("delivered", "Shipment Delivered")}
CARRIERS = ("DHL", "DPD", "GLS", "PostNord", "UPS")
NOT_SERVED = ("nowhere",)
"""Countries that no carrier goes to: an order that must be undone after it was paid."""


class Shipping:
    """Sends a parcel for each paid order, and follows it."""

    def __init__(self, host: Host) -> None:
        self._desk, self._leg = Desk(host, TABLES), int(host.settings.pace * 1_000_000)
        host.route("GET", "/shipments/<order_id>", self.shipment)
        host.every(0.1, "parcels", self.move)
        for event in triggers(host.settings.saga, Step.SHIP):
            self._desk.on(event, self.ship)

    def ship(self, connection: Connection, message: Message) -> None:
        """Hand a parcel to a carrier, or say that none goes there."""
        order, to = message.data["order_id"], message.data["ship_to"]
        if to.get("country") in NOT_SERVED:
            self._tell(connection, "Shipment Refused", order, reason="no carrier goes there")
            return
        carrier = secrets.choice(CARRIERS)
        parcel = {"carrier": carrier, "tracking": f"{carrier[:2].upper()}{secrets.randbelow(10**10):010}"}
        values = {"order_id": order, "status": "created", "due": clock.now() + self._leg, **parcel}
        connection.execute(insert(SHIPMENTS).values(**values, **current()._asdict()))
        self._tell(connection, "Shipment Created", order, **parcel, to=to.get("city", ""))

    def move(self) -> None:
        """Parcels that are due come one leg further."""
        due = SHIPMENTS.c.status.in_(list(NEXT)) & (SHIPMENTS.c.due <= clock.now())
        with self._desk.engine.connect() as connection:
            parcels = connection.execute(select(SHIPMENTS).where(due).order_by(SHIPMENTS.c.due).limit(100)).all()
        for parcel in parcels:
            with following(Trace(parcel.correlation_id, parcel.causation_id)):
                self._advance(parcel)

    def shipment(self, order_id: str) -> Any:
        """Where the parcel of an order is. Raises NotFound."""
        shown = [SHIPMENTS.c[name] for name in ("order_id", "status", "carrier", "tracking")]
        with self._desk.engine.connect() as connection:
            found = connection.execute(select(*shown).where(SHIPMENTS.c.order_id == order_id)).mappings().first()
        if found is None:
            raise NotFound("shipment", order_id)
        return dict(found)

    def _advance(self, parcel: Row[Any]) -> None:
        status, event = NEXT[parcel.status]
        same = (SHIPMENTS.c.order_id == parcel.order_id) & (SHIPMENTS.c.status == parcel.status)
        values = {"status": status, "due": clock.now() + self._leg}
        with self._desk.engine.begin() as connection:
            if connection.execute(update(SHIPMENTS).where(same).values(values)).rowcount:
                self._tell(connection, event, parcel.order_id)

    def _tell(self, connection: Connection, event: str, order: str, **more: Any) -> None:
        data = {"shipment_id": order, "order_id": order, **more}
        self._desk.tell(connection, "shipments", event, order, data, (("order", order),))
