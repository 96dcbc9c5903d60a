"""The order service's first release, as a process: it wrote `Order Created` in another shape."""

import os
from dataclasses import replace
from typing import Any

from eventstore import NewEvent
from seed.shop.host import Host
from seed.shop.orders.order import Fact
from seed.shop.orders.writing import Orders
from seed.shop.platform.discovery import register
from seed.shop.settings import Settings


class FirstOrders(Orders):
    """As `Orders`, but that it writes `user`, and `amount` as a text."""

    def _event(self, fact: Fact) -> NewEvent:
        event = super()._event(fact)
        return replace(event, data=first_shape(fact.data)) if fact.type == "Order Created" else event


def first_shape(data: Any) -> dict[str, Any]:
    rest = {name: value for name, value in data.items() if name not in ("customer_id", "total")}
    return {**rest, "user": data["customer_id"], "amount": str(data["total"])}


if __name__ == "__main__":
    started = Host(Settings.load(os.environ))
    FirstOrders(started)
    register(started)
    started.run()
