"""The shapes in which the shop's services wrote before the release of their day 21, brought to today's.

An order was *placed*: its sum a text called `amount`, its customer `user`, its items bare skus, each as often as it was
bought. An account had one `name` and a `mail`.
"""

import re
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from eventstore.core.upcast import upcaster

RENAMED = {"user": "customer_id", "amount": "total"}
NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,6})?", re.ASCII)


@upcaster("Order Placed")
def order(data: Any) -> Any:
    """The order with a `total` in money, a `customer_id`, and items that say how many."""
    if not isinstance(data, dict) or not RENAMED.keys() & data.keys():
        return data
    found = renamed(data, RENAMED)
    total, items = found.get("total"), found.get("items")
    if isinstance(total, str) and NUMBER.fullmatch(total):
        found["total"] = Decimal(total)
    if isinstance(items, list) and all(isinstance(item, str) for item in items):
        found["items"] = [{"sku": sku, "quantity": times} for sku, times in Counter(items).items()]
    return found


@upcaster("User Registered")
def account(data: Any) -> Any:
    """The account with an `email`, and its name in two parts: the first word, and the rest."""
    if not isinstance(data, dict) or "mail" not in data:
        return data
    found = renamed(data, {"mail": "email"})
    if isinstance(found.get("name"), str):
        first, _, last = found.pop("name").partition(" ")
        found = {"first_name": first, "last_name": last, **found}
    return found


def renamed(data: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The payload with its old names made new, each in its place; where the new one is there too, both stay."""
    old = {before for before, after in names.items() if after not in data}
    return {names[name] if name in old else name: value for name, value in data.items()}
