"""What things cost, as the product service told it: no order waits for that service to answer."""

from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, Text, insert, select, update

from seed.shop import inbox
from seed.shop.database import Money, connect
from seed.shop.errors import NotFound
from seed.shop.host import Host
from seed.shop.messages import Message

TABLES = MetaData()
CATALOGUE = Table(
    "catalogue",
    TABLES,
    Column("sku", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("price", Money, nullable=False),
)


class Catalogue:
    """The order service's own copy, kept up to date by events."""

    def __init__(self, host: Host) -> None:
        self._engine = connect(host.settings.database_url, TABLES, inbox.TABLES)
        host.at_end(self._engine.dispose)
        host.bus.on("Product Created", inbox.once(self._engine, self.created))
        host.bus.on("Price Changed", inbox.once(self._engine, self.changed))

    def created(self, connection: Connection, message: Message) -> None:
        """There is something new to buy."""
        values = {name: message.data[name] for name in ("sku", "name", "price")}
        connection.execute(insert(CATALOGUE).values(values))

    def changed(self, connection: Connection, message: Message) -> None:
        """It costs something else."""
        mine = CATALOGUE.c.sku == message.data["sku"]
        connection.execute(update(CATALOGUE).where(mine).values(price=message.data["price"]))

    def priced(self, sku: str, quantity: int) -> dict[str, Any]:
        """A line of an order, with the price of this moment. Raises NotFound."""
        with self._engine.connect() as connection:
            found = connection.execute(select(CATALOGUE).where(CATALOGUE.c.sku == sku)).first()
        if found is None:
            raise NotFound("product", sku)
        return {"sku": sku, "name": found.name, "quantity": quantity, "price": found.price}
