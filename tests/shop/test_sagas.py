"""The same 200 orders, choreographed and orchestrated, through failures and a killed payment service."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from eventstore import EventStore, RecordedEvent
from seed.shop.orders.order import folded
from tests.parts.kafka import Kafka
from tests.shop.services import SERVICES_OF, Shop, until

pytestmark = pytest.mark.real("kafka")

ORDERS = 200
PRICES = {"mug": Decimal("12.50"), "tea": Decimal("4.90"), "gone": Decimal("9.00")}
STOCK = 1_000
TROUBLES: Mapping[int, dict[str, Any]] = {
    0: {"card": "declined"},
    1: {"items": [{"sku": "gone", "quantity": 1}]},
    2: {"card": "slow"},
    3: {"card": "unreachable"},
    4: {"ship_to": {"country": "nowhere"}},
    5: {"items": [{"sku": "mug", "quantity": 1}, {"sku": "gone", "quantity": 2}]},
}
"""What goes wrong with an order, by its number's last twentieth."""
OUTCOMES = {0: "cancelled", 1: "cancelled", 3: "cancelled", 4: "refunded", 5: "cancelled"}
"""How such an order ends; all others are delivered."""


def wanted(number: int) -> dict[str, Any]:
    items = [{"sku": "mug", "quantity": 1 + number % 3}, {"sku": "tea", "quantity": 1}]
    return {"customer_id": f"c{number % 7}", "items": items, **TROUBLES.get(number % 20, {})}


@dataclass(frozen=True)
class Run:
    """What a run left: each order by its number, the ledger of the card provider, payments, products, and the log."""

    orders: Sequence[Mapping[str, Any]]
    ledger: Mapping[str, Any]
    payments: Mapping[str, Any]
    products: Mapping[str, Mapping[str, Any]]


def orders_in(store: EventStore) -> dict[str, Mapping[str, Any]]:
    streams: dict[str, list[RecordedEvent]] = {}
    for event in store.read_all():
        streams.setdefault(event.stream.removeprefix("order-"), []).append(event)
    return {order: folded(events) for order, events in streams.items()}


def run(shop: Shop, saga: str) -> Run:
    """All orders, while payment is killed in the middle and comes back."""
    shop.start(*[name for name in SERVICES_OF[saga] if name != "payments"])
    shop.launch("payments")
    for sku, price in PRICES.items():
        shop.offer(sku, float(price), 0 if sku == "gone" else STOCK)
    ids = []
    for number in range(ORDERS):
        ids.append(shop.order(**wanted(number)))
        if number == ORDERS // 2:
            shop.kill("payments")
    time.sleep(2)
    shop.launch("payments")
    with EventStore.open(shop.urls["orders"], read_only=True) as store:
        until(lambda: all(ended(number, one) for number, one in enumerate(in_turn(store, ids))), 120, every=1)
        until(lambda: not any(shop.get("products", f"/products/{sku}")["reserved"] for sku in PRICES))
        products = {sku: shop.get("products", f"/products/{sku}") for sku in PRICES}
        return Run(in_turn(store, ids), shop.get("cards", "/ledger"), shop.get("payments", "/payments"), products)


def in_turn(store: EventStore, ids: Sequence[str]) -> list[Mapping[str, Any]]:
    found = orders_in(store)
    return [found[order] for order in ids]


def ended(number: int, order: Mapping[str, Any]) -> bool:
    return order["status"] in ("delivered", "cancelled", "refunded") and not awaits_money(number, order)


def awaits_money(number: int, order: Mapping[str, Any]) -> bool:
    return order["status"] == "cancelled" and "paid" in order


@pytest.fixture(scope="module", params=list(SERVICES_OF))
def finished(request: pytest.FixtureRequest, kafka: Kafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    # nothing is to be overdue, also where the machine is in a hurry: test_coordinator.py has that
    place = f"sqlite:///{tmp_path_factory.mktemp('shop')}"
    shop = Shop(kafka, place, saga=request.param, deadline=600.0)
    try:
        yield run(shop, request.param)
    finally:
        shop.stop()


def test_each_order_ends_as_it_must(finished: Run) -> None:
    expected = [OUTCOMES.get(number % 20, "delivered") for number in range(ORDERS)]
    assert [order["status"] for order in finished.orders] == expected


def test_all_money_adds_up(finished: Run) -> None:
    paid = sum(order.get("paid", 0) for order in finished.orders)
    refunded = sum(order.get("refunded", 0) for order in finished.orders)
    ledger = finished.ledger
    assert paid - refunded == Decimal(str(ledger["captured"])) - Decimal(str(ledger["refunded"]))
    delivered = sum(order["total"] for order in finished.orders if order["status"] == "delivered")
    assert paid - refunded == delivered
    assert Counter({state: one["payments"] for state, one in finished.payments.items()}) == {
        "completed": 150, "declined": 20, "refunded": 10,
    }  # fmt: skip


def test_all_stock_adds_up(finished: Run) -> None:
    sold: Counter[str] = Counter()
    for order in finished.orders:
        if order["status"] == "delivered":
            sold.update({line["sku"]: line["quantity"] for line in order["items"]})
    for sku, product in finished.products.items():
        assert product["on_hand"] == (0 if sku == "gone" else STOCK - sold[sku])
        assert product["reserved"] == 0
