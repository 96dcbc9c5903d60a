"""An order goes through the services, each a process of its own, on the real broker."""

import pytest

from tests.shop.services import Shop, until

pytestmark = pytest.mark.real("kafka")


def test_an_order_is_reserved_and_paid(shop: Shop) -> None:
    shop.launch("cards", "products", "orders", "order-views", "payments")
    shop.offer("mug", 12.5)
    order = shop.order(items=[{"sku": "mug", "quantity": 2}])
    until(lambda: shop.status(order) == "paid")
    assert shop.get("payments", f"/payments/{order}")["amount"] == 25
    assert shop.get("cards", "/ledger") == {"charges": 1, "captured": 25, "refunded": 0}
    assert shop.get("products", "/products/mug")["reserved"] == 2
