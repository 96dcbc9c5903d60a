"""Whatever dies, nothing is lost and nothing is done twice; beside each pattern the same run without it."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, select

from eventstore import EventStore, NewEvent, clock
from seed.shop import inbox, lease
from seed.shop.bus import Bus
from seed.shop.database import connect
from seed.shop.errors import Unreachable
from seed.shop.host import Host
from seed.shop.messages import Message, message
from seed.shop.orders.catalogue import Catalogue
from seed.shop.orders.order import Fact, State, confirm, folded
from seed.shop.outbox import Outbox
from seed.shop.platform.calls import Calls
from tests.parts.kafka import Kafka
from tests.shop import dying
from tests.shop.services import Shop, until

pytestmark = pytest.mark.real("kafka")


@pytest.mark.parametrize(("way", "told"), [("outbox", ["Thing Made"]), ("naive", [])])
def test_a_crash_between_database_and_broker(
    shop: Shop, kafka: Kafka, tmp_path: Path, way: str, told: list[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'dying.db'}"
    command = [sys.executable, "-m", "tests.shop.dying", way, url, kafka.servers, shop.prefix]
    assert subprocess.run(command, check=False).returncode == 9
    engine, bus = connect(url), Bus(kafka.servers, "reborn", "1", prefix=shop.prefix)
    with engine.connect() as connection:
        assert connection.execute(select(dying.THINGS.c.name)).scalars().all() == ["a"]
    Outbox(engine, "dying").relay(bus, "reborn", clock.now())
    assert heard(bus, "Thing Made") == told
    engine.dispose()


def heard(bus: Bus, event: str) -> list[str]:
    """What comes within a few seconds, until a message that is published now."""
    found: list[str] = []
    bus.on(event, lambda one: found.append(one.event))
    bus.on("The End", lambda one: found.append(one.event))
    bus.publish([message("test", "products", "The End", "a", {}, 0)])
    consume_until(bus, lambda: "The End" in found)
    return found[:-1]


def consume_until(bus: Bus, true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true() and time.monotonic() < deadline:
        bus.consume()
    bus.close()
    assert true()


def test_a_message_that_comes_twice_is_done_once(shop: Shop, kafka: Kafka, tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'inbox.db'}", inbox.TABLES)
    bus = Bus(kafka.servers, "twice", "1", prefix=shop.prefix)
    once, naive = [0], [0]

    def handle(_: Connection, __: Message) -> None:
        once[0] += 1

    def handle_naively(_: Message) -> None:
        naive[0] += 1

    bus.on("Thing Made", inbox.once(engine, handle))
    bus.on("Thing Made", handle_naively)
    same = message("test", "products", "Thing Made", "a", {}, 0)
    bus.publish([same, same])
    assert heard(bus, "Thing Made") == ["Thing Made"] * 2
    assert (once, naive) == ([1], [2])
    engine.dispose()


def test_a_handler_that_fails_gets_the_message_again(shop: Shop, kafka: Kafka) -> None:
    bus = Bus(kafka.servers, "failing", "1", prefix=shop.prefix)
    tries: list[str] = []

    def handle(one: Message) -> None:
        tries.append(one.key)
        if len(tries) == 1:
            raise OSError("the disk is full")

    bus.on("Thing Made", handle)
    bus.publish([message("test", "products", "Thing Made", "a", {}, 0)])
    with pytest.raises(OSError, match="full"):
        consume_until(bus, lambda: bool(tries))
    consume_until(bus, lambda: len(tries) == 2)


def test_one_instance_publishes_at_a_time(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'lease.db'}", lease.TABLES)
    assert lease.lease(engine, "one", now=0)
    assert lease.lease(engine, "one", now=lease.TERM)
    assert not lease.lease(engine, "two", now=2 * lease.TERM)
    assert lease.lease(engine, "two", now=2 * lease.TERM + 1)
    assert not lease.lease(engine, "one", now=2 * lease.TERM + 2)
    engine.dispose()


def test_a_provider_that_answers_late_takes_the_money_once(shop: Shop) -> None:
    shop.start("cards")
    host = Host(replace(shop.settings("payments"), patience=0.3))
    caller = Calls(host).at("cards", f"http://127.0.0.1:{shop.ports['cards']}")
    again_and_again(lambda _: caller.post("/charges", charge("order-1")))
    assert shop.get("cards", "/ledger")["captured"] == 10
    # naive: each attempt is a payment of its own
    again_and_again(lambda attempt: caller.post("/charges", charge(f"order-2-{min(attempt, 1)}")))
    assert shop.get("cards", "/ledger")["captured"] == 30
    host.start()
    host.stop()


def charge(payment: str) -> dict[str, Any]:
    return {"payment": payment, "amount": Decimal(10), "card": "slow"}


def again_and_again(ask: Callable[[int], Any]) -> None:
    """Ask until there is an answer."""
    for attempt in range(5):
        try:
            ask(attempt)
        except Unreachable:
            time.sleep(0.5)  # the provider finishes meanwhile
        else:
            return
    raise AssertionError("never answered")


def test_an_outage_of_the_provider_delays_payments_and_loses_none(shop: Shop) -> None:
    shop.start("cards", "products", "orders", "order-views", "payments")
    shop.offer()
    shop.post("cards", "/mood", {"down": True})
    orders = [shop.order() for _ in range(5)]
    until(lambda: shop.get("payments", "/payments").get("pending", {}).get("payments") == 5)
    begins = time.monotonic()
    answer = shop.post("payments", "/process_payments")
    assert time.monotonic() - begins < 6
    assert answer.json()["under_way"] == 5
    time.sleep(3)  # more attempts than a payment has while the provider says no
    assert [shop.status(order) for order in orders] == ["confirmed"] * 5
    shop.post("cards", "/mood", {"down": False})
    until(lambda: all(shop.status(order) == "paid" for order in orders))
    assert shop.get("cards", "/ledger") == {"charges": 5, "captured": 62.5, "refunded": 0}


def test_the_read_side_answers_while_the_write_side_is_down(shop: Shop) -> None:
    shop.launch("products", "orders", "order-views")
    shop.offer()
    order = shop.order()
    until(lambda: shop.status(order) == "confirmed")
    shop.kill("orders")
    with pytest.raises(httpx.TransportError):
        shop.post("orders", "/create_order", {})
    assert shop.status(order) == "confirmed"
    shop.launch("orders")
    again = shop.order()
    until(lambda: shop.status(again) == "confirmed")


def test_without_a_side_of_its_own_nobody_reads_while_nobody_writes(shop: Shop) -> None:
    shop.launch("orders", module="tests.shop.one_sided")
    order = a_mug_ordered(shop)
    until(lambda: shop.get("orders", f"/orders/{order}"))
    shop.kill("orders")
    with pytest.raises(httpx.TransportError):
        shop.get("orders", f"/orders/{order}")


def a_mug_ordered(shop: Shop) -> str:
    """An order in a shop without a product service."""
    mug = {"sku": "mug", "name": "mug", "price": 1}
    bus = Bus(shop.settings("orders").kafka, "test", "1", prefix=shop.prefix)
    bus.publish([message("test", "products", "Product Created", "mug", mug, 0)])
    bus.close()
    return shop.order()


@pytest.mark.parametrize(("own", "status"), [(True, 201), (False, 503)], ids=["with prices of its own", "asking"])
def test_orders_are_taken_while_the_product_service_is_down(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, own: bool, status: int
) -> None:
    """Without a copy of the prices that events brought, the order service has to ask, and the order is lost."""
    shop.start("products", "orders")
    shop.offer()
    shop.order()
    if not own:
        calls = Calls(Host(shop.settings("orders"))).at("products", f"http://127.0.0.1:{shop.ports['products']}")
        monkeypatch.setattr(Catalogue, "priced", lambda _, sku, __: calls.get(f"/products/{sku}"))
    shop.halt("products")
    said = {"customer_id": "c1", "items": [{"sku": "mug", "quantity": 1}]}
    assert shop.post("orders", "/create_order", said).status_code == status


def test_one_of_two_instances_is_killed_under_load(shop: Shop) -> None:
    shop.start("cards", "products", "orders", "order-views")
    shop.launch("payments", "payments#2")
    shop.offer("mug", 12.5, 200)
    orders = [shop.order() for _ in range(30)]
    until(lambda: shop.get("payments#2", "/payments"))
    shop.kill("payments")
    orders += [shop.order() for _ in range(30)]
    until(lambda: all(shop.status(order) == "paid" for order in orders), 50)
    assert shop.get("cards", "/ledger") == {"charges": 60, "captured": 750, "refunded": 0}


@pytest.mark.parametrize(("guarded", "confirmed"), [(True, 1), (False, 2)], ids=["expected version", "naive"])
def test_two_writers_of_one_order(shop: Shop, guarded: bool, confirmed: int) -> None:
    shop.start("orders")
    order, both, calls = a_mug_ordered(shop), threading.Barrier(2), count()

    def slow(state: State, said: Mapping[str, Any]) -> Fact | None:
        """Both read the order before either writes."""
        if next(calls) < 2:
            both.wait(10)
        return confirm(state, said)

    with EventStore.open(shop.urls["orders"]) as store, ThreadPoolExecutor(2) as pool:
        write = shop.services["orders"].decide if guarded else naive(store)
        said = [message("test", "stock", "Stock Reserved", "mug", {"order_id": order}, 0) for _ in range(2)]
        list(pool.map(write, (slow, slow), said))
        types = [one.type for one in store.read_stream(f"order-{order}")]
    assert types == ["Order Created", *["Order Confirmed"] * confirmed]


def naive(store: EventStore) -> Callable[[Any, Message], None]:
    """What a writer does that does not say which version it has seen."""

    def write(decision: Any, said: Message) -> None:
        stream = f"order-{said.data['order_id']}"
        fact = decision(folded(store.read_stream(stream)), said.data)
        if fact is not None:
            store.append([NewEvent(stream=stream, category="order", type=fact.type, data=dict(fact.data))])

    return write
