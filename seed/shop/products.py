"""Products: what is on sale, what lies on the shelf, and what of it is promised to an order."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec
from flask import request
from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from seed.shop.database import Money
from seed.shop.errors import AlreadyThere, NotAllowed, NotFound, OutOfStock
from seed.shop.host import Desk, Host, body
from seed.shop.messages import Message
from seed.shop.sagas import Step, triggers

TABLES = MetaData()
PRODUCTS = Table(
    "products",
    TABLES,
    Column("sku", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("price", Money, nullable=False),
    Column("on_hand", Integer, nullable=False, default=0),
    Column("reserved", Integer, nullable=False, default=0),
    CheckConstraint("reserved >= 0 AND on_hand >= reserved", "nothing_is_promised_that_is_not_there"),
)
RESERVATIONS = Table(
    "reservations",
    TABLES,
    Column("order_id", Text, primary_key=True),
    Column("sku", Text, primary_key=True),
    Column("quantity", Integer, nullable=False),
)
"""What is promised, and to which order; a row goes when its goods do."""

_FREE = PRODUCTS.c.on_hand - PRODUCTS.c.reserved


class NewProduct(msgspec.Struct):
    """Something to sell."""

    sku: str
    name: str
    price: Decimal


class Change(msgspec.Struct):
    """What is to be different about a product."""

    name: str | None = None
    price: Decimal | None = None


class Delivery(msgspec.Struct):
    """Goods that come in."""

    quantity: int


class Products:
    """The catalogue and the stock. All lines of an order are reserved in one transaction, or none."""

    def __init__(self, host: Host) -> None:
        self._desk = Desk(host, TABLES)
        host.route("POST", "/products", self.create)
        host.route("GET", "/products", self.search)
        host.route("GET", "/products/<sku>", self.product)
        host.route("PUT", "/products/<sku>", self.change)
        host.route("DELETE", "/products/<sku>", self.delete)
        host.route("POST", "/products/<sku>/stock", self.receive)
        for step, handler in ((Step.RESERVE, self.reserve), (Step.RELEASE, self.release), (Step.PICK, self.pick)):
            for event in triggers(host.settings.saga, step):
                self._desk.on(event, handler)

    def create(self) -> tuple[Any, int]:
        """Put something on sale; there is none of it yet. Raises AlreadyThere."""
        said = msgspec.structs.asdict(body(NewProduct))
        try:
            with self._desk.engine.begin() as connection:
                connection.execute(insert(PRODUCTS).values(**said))
                self._desk.tell(connection, "products", "Product Created", said["sku"], {**said, "currency": "EUR"})
        except IntegrityError:
            raise AlreadyThere("product", said["sku"]) from None
        return said, 201

    def search(self) -> Any:
        """The products whose name holds the text `q`, by name."""
        named = PRODUCTS.c.name.icontains(request.args.get("q", ""), autoescape=True)
        with self._desk.engine.connect() as connection:
            found = connection.execute(select(PRODUCTS).where(named).order_by(PRODUCTS.c.name).limit(100)).mappings()
            return [dict(row) for row in found]

    def product(self, sku: str) -> Any:
        """One product. Raises NotFound."""
        with self._desk.engine.connect() as connection:
            return self._found(connection, sku)

    def change(self, sku: str) -> Any:
        """Change its name or price, and tell of a new price. Raises NotFound."""
        said = {name: value for name, value in msgspec.structs.asdict(body(Change)).items() if value is not None}
        with self._desk.engine.begin() as connection:
            before = self._found(connection, sku)
            if said:
                connection.execute(update(PRODUCTS).where(PRODUCTS.c.sku == sku).values(**said))
            if said.get("price", before["price"]) != before["price"]:
                data = {"sku": sku, "price": said["price"], "before": before["price"]}
                self._desk.tell(connection, "products", "Price Changed", sku, data)
            return {**before, **said}

    def delete(self, sku: str) -> Any:
        """Take it off sale. Raises NotFound; NotAllowed while some of it is promised."""
        with self._desk.engine.begin() as connection:
            found = self._found(connection, sku)
            if found["reserved"]:
                raise NotAllowed(f"The product {sku}", "promised to orders")
            connection.execute(delete(PRODUCTS).where(PRODUCTS.c.sku == sku))
            self._desk.tell(connection, "products", "Product Deleted", sku, {"sku": sku})
        return {"sku": sku}

    def receive(self, sku: str) -> Any:
        """Goods come in. Raises NotFound."""
        quantity = body(Delivery).quantity
        with self._desk.engine.begin() as connection:
            if not self._move(connection, sku, on_hand=quantity):
                raise NotFound("product", sku)
            return self._tell(connection, "Stock Received", sku, quantity)

    def reserve(self, connection: Connection, message: Message) -> None:
        """Promise all lines of the order, or tell which cannot be."""
        order, lines = message.data["order_id"], wanted(message.data)
        try:
            with connection.begin_nested():
                for sku, quantity in lines.items():
                    self._promise(connection, order, sku, quantity)
        except OutOfStock as missing:
            data = {"sku": missing.sku, "order_id": order, "wanted": missing.wanted, "reason": "out of stock"}
            self._desk.tell(connection, "stock", "Reservation Failed", missing.sku, data, about=(("order", order),))
            return
        for sku, quantity in lines.items():
            self._tell(connection, "Stock Reserved", sku, quantity, order)

    def release(self, connection: Connection, message: Message) -> None:
        """What was promised to the order is free again."""
        for sku, quantity in self._taken(connection, message.data["order_id"]):
            self._move(connection, sku, reserved=-quantity)
            self._tell(connection, "Stock Released", sku, quantity, message.data["order_id"])

    def pick(self, connection: Connection, message: Message) -> None:
        """What was promised to the order leaves the shelf."""
        for sku, quantity in self._taken(connection, message.data["order_id"]):
            self._move(connection, sku, on_hand=-quantity, reserved=-quantity)
            self._tell(connection, "Stock Picked", sku, quantity, message.data["order_id"])

    def _promise(self, connection: Connection, order: str, sku: str, quantity: int) -> None:
        if not self._move(connection, sku, reserved=quantity):
            free = connection.execute(select(_FREE).where(PRODUCTS.c.sku == sku)).scalar() or 0
            raise OutOfStock(sku, quantity, free)
        connection.execute(insert(RESERVATIONS).values(order_id=order, sku=sku, quantity=quantity))

    def _move(self, connection: Connection, sku: str, *, on_hand: int = 0, reserved: int = 0) -> bool:
        """Change the levels where they allow it: one statement, so that two orders cannot both get the last one."""
        allowed = (PRODUCTS.c.sku == sku, _FREE + on_hand - reserved >= 0)
        levels = {"on_hand": PRODUCTS.c.on_hand + on_hand, "reserved": PRODUCTS.c.reserved + reserved}
        return connection.execute(update(PRODUCTS).where(*allowed).values(levels)).rowcount == 1

    def _taken(self, connection: Connection, order: str) -> list[tuple[str, int]]:
        """The order's reservations, which are none any more."""
        mine = RESERVATIONS.c.order_id == order
        rows = connection.execute(select(RESERVATIONS).where(mine).order_by(RESERVATIONS.c.sku)).all()
        connection.execute(delete(RESERVATIONS).where(mine))
        return [(row.sku, row.quantity) for row in rows]

    def _tell(self, connection: Connection, event: str, sku: str, quantity: int, order: str | None = None) -> Any:
        found = self._found(connection, sku)
        data = {"sku": sku, "quantity": quantity, "on_hand": found["on_hand"], "reserved": found["reserved"]}
        if order is None:
            self._desk.tell(connection, "stock", event, sku, data)
        else:
            self._desk.tell(connection, "stock", event, sku, {**data, "order_id": order}, about=(("order", order),))
        return data

    def _found(self, connection: Connection, sku: str) -> dict[str, Any]:
        found = connection.execute(select(PRODUCTS).where(PRODUCTS.c.sku == sku)).mappings().first()
        if found is None:
            raise NotFound("product", sku)
        return dict(found)


def wanted(order: Mapping[str, Any]) -> dict[str, int]:
    """How many of each sku, in one order for all, so that two orders never wait for each other."""
    found: dict[str, int] = {}
    for line in order["items"]:
        found[line["sku"]] = found.get(line["sku"], 0) + line["quantity"]
    return dict(sorted(found.items()))
