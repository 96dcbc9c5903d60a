"""Cards that hang among good ones: with a breaker nobody waits long, and the good ones are all charged."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from seed.shop.platform.breaker import REST
from tests.parts.kafka import Kafka
from tests.shop.mesh import read
from tests.shop.services import Shop, until

pytestmark = pytest.mark.real("kafka")

ORDERS = 30
PATIENCE = 0.8
"""How long the answer for one card is waited for, in seconds."""
TIMEOUT = 3.0
"""How long somebody waits who has the pending payments processed, in seconds."""

Make = Callable[..., Shop]


@pytest.fixture
def make(kafka: Kafka, tmp_path: Path) -> Iterator[Make]:
    shops: list[Shop] = []

    def made(**settings: object) -> Shop:
        shops.append(Shop(kafka, f"sqlite:///{tmp_path}", **{"patience": PATIENCE, **settings}))
        shops[-1].start("cards", "products", "orders", "order-views", "payments")
        shops[-1].offer("mug", 12.5, 100)
        return shops[-1]

    yield made
    for shop in shops:
        shop.stop()


def ordered(shop: Shop, *, good: Callable[[int], bool]) -> list[str]:
    """Thirty orders, of which the card of each that is not good hangs; the good ones."""
    cards = {shop.order(card="ok" if good(number) else "unreachable"): good(number) for number in range(ORDERS)}
    return [order for order, is_good in cards.items() if is_good]


@pytest.mark.parametrize(("breaker", "in_time"), [(3, True), (0, False)], ids=["with a breaker", "without"])
def test_who_has_payments_processed_waits_no_longer_than_the_timeout(make: Make, breaker: int, in_time: bool) -> None:
    """Without the breaker one card after another is waited for, four at a time."""
    shop = make(breaker=breaker, pay_every=0, patience=0.5)
    ordered(shop, good=lambda number: number % 10 == 0)
    until(lambda: shop.get("payments", "/payments").get("pending", {}).get("payments") == ORDERS)
    took = [shop.post("payments", "/process_payments").elapsed.total_seconds() for _ in range(3)]
    assert (max(took) < TIMEOUT) is in_time


def test_the_good_cards_are_all_charged_though_hanging_ones_open_the_breaker(make: Make, kafka: Kafka) -> None:
    """Each hanging card is asked for once before a good one has to wait for it again: that bounds the wait."""
    shop = make()
    good = ordered(shop, good=lambda number: number % 3 != 0)
    hanging = ORDERS - len(good)
    until(lambda: all(shop.status(order) == "paid" for order in good), seconds=(hanging + 1) * (REST + PATIENCE))
    assert shop.get("cards", "/ledger")["captured"] == 12.5 * len(good)
    until(lambda: "Breaker Opened" in {one["event"] for one in read(kafka.servers, shop.prefix + "platform")})
