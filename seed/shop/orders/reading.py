"""The read side: a projection of the log, in a process of its own that answers while the write side is down."""

from typing import Any

from flask import request
from msgspec import Raw

from eventstore import EventStore, Histories, Projector, Where, load, migrate
from seed.shop.errors import NotFound
from seed.shop.host import Host

MODULES = ("eventstore.projections.orders", "seed.shop.shapes")
"""The very read model that the dashboard shows, and what brings old orders to today's shape."""


class OrderViews:
    """Answers what the orders are."""

    def __init__(self, host: Host) -> None:
        migrate(host.settings.database_url)
        projections = load(MODULES)
        store = EventStore.open(host.settings.database_url)
        self._histories = Histories(store, projections)
        projector = Projector(store, projections)
        projector.catch_up()
        host.every(0.1, "projector", projector.catch_up)
        host.at_end(store.close)
        host.route("GET", "/orders", self.orders)
        host.route("GET", "/orders/<order_id>", self.order)

    def orders(self) -> Any:
        """The orders that changed last; with `status`, those in that state."""
        status = request.args.get("status")
        where = [Where("status", "=", status)] if status else []
        page = self._histories.page("orders", where=where, limit=50)
        return [Raw(row.state) for row in page.rows if row.state is not None]

    def order(self, order_id: str) -> Any:
        """One order. Raises NotFound."""
        found = self._histories.as_of("orders", f"order-{order_id}")
        if found.state is None:
            raise NotFound("order", order_id)
        return Raw(found.state)
