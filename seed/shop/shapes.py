"""Old shapes of messages, brought to today's where they are read; what was written stays as it is.

So a service can be replaced by its next release under load: messages of both are under way at the same time. The time
machine takes the same upcasters, since its settings name this module.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from eventstore import upcaster

Data = Mapping[str, Any]


@upcaster("Order Created")
def order_created(data: Data) -> Data:
    """The first release called the customer `user` and the total `amount`, a text."""
    if "user" not in data:
        return data
    rest = {name: value for name, value in data.items() if name not in ("user", "amount")}
    return {**rest, "customer_id": data["user"], "total": Decimal(data["amount"])}


SHAPES = {name: one.shape for one in (order_created,) for name in one.types}
"""What brings the data of a message of that name to today's shape."""


def today(event: str, data: Data) -> Data:
    """The data of a message in today's shape."""
    return SHAPES[event](data) if event in SHAPES else data
