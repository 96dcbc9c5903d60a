"""An order goes through the services, each a process of its own, on the real broker."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.parts.kafka import Kafka
from tests.shop.services import Shop, until

pytestmark = pytest.mark.real("kafka")


@pytest.fixture
def shop(kafka: Kafka, tmp_path: Path) -> Iterator[Shop]:
    started = Shop(kafka, f"sqlite:///{tmp_path}")
    try:
        yield started
    finally:
        started.stop()


def test_an_order_is_reserved_and_paid(shop: Shop) -> None:
    shop.launch("cards", "products", "orders", "order-views", "payments")
    shop.offer("mug", 12.5)
    order = shop.order(items=[{"sku": "mug", "quantity": 2}])
    until(lambda: shop.status(order) == "paid")
    assert shop.get("payments", f"/payments/{order}")["amount"] == 25
    assert shop.get("cards", "/ledger") == {"charges": 1, "captured": 25, "refunded": 0}
    assert shop.get("products", "/products/mug")["reserved"] == 2
