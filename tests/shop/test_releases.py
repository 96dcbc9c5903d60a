"""A service is replaced under load by its next release, which writes another shape of an event."""

import threading

import httpx
import pytest

from seed.shop import shapes
from tests.shop.services import Shop, until

pytestmark = pytest.mark.real("kafka")

MUG = {"customer_id": "c1", "items": [{"sku": "mug", "quantity": 1}]}


class Customers(threading.Thread):
    """Order one after another, each until it is accepted, under the same key."""

    def __init__(self, shop: Shop) -> None:
        super().__init__()
        self.shop, self.accepted, self.enough = shop, list[str](), threading.Event()

    def run(self) -> None:
        while not self.enough.is_set():
            self.accepted.append(self.order(f"key-{len(self.accepted)}"))
            self.enough.wait(0.05)

    def order(self, key: str) -> str:
        return str(until(lambda: self.tried(key)).json()["order_id"])

    def tried(self, key: str) -> httpx.Response | None:
        try:
            answer = self.shop.post("orders", "/create_order", MUG, **{"Idempotency-Key": key})
        except httpx.HTTPError:
            return None
        return answer if answer.status_code == 201 else None


@pytest.fixture
def replaced(shop: Shop) -> tuple[Shop, list[str]]:
    """A shop whose order service is of the next release, and what customers ordered meanwhile. Until products
    are back, orders wait.
    """
    shop.start("cards", "order-views", "payments", "products")
    shop.launch("orders", module="tests.shop.first_release")
    shop.offer("mug", 12.5, 1_000)
    shop.order()
    shop.halt("products")
    customers = Customers(shop)
    customers.start()
    until(lambda: len(customers.accepted) >= 10)
    shop.end("orders")
    shop.start("orders")
    before = len(customers.accepted)
    until(lambda: len(customers.accepted) >= before + 10)
    customers.enough.set()
    customers.join()
    return shop, customers.accepted


def test_no_accepted_order_is_lost(replaced: tuple[Shop, list[str]]) -> None:
    shop, orders = replaced
    shop.start("products")
    until(lambda: all(shop.status(order) == "paid" for order in orders))
    shown = [shop.get("order-views", f"/orders/{order}") for order in orders]
    assert {(one["total"], one["customer_id"], one["paid"]) for one in shown} == {(12.5, "c1", 12.5)}
    assert shop.get("cards", "/ledger")["captured"] == 12.5 * (1 + len(set(orders)))


def test_a_release_that_cannot_read_the_old_shape_gets_stuck(
    monkeypatch: pytest.MonkeyPatch, replaced: tuple[Shop, list[str]]
) -> None:
    monkeypatch.setattr(shapes, "SHAPES", {})
    shop, orders = replaced
    shop.start("products")
    until(lambda: "KeyError" in shop.hosts["orders"].failures.get("consumer", ""))
    assert "paid" not in {shop.status(order) for order in orders[:10]}
