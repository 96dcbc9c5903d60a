"""Trouble made on purpose in the running shop, as `chronoscope shop` makes it: nothing that was accepted is lost."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, Engine

from seed.shop import inbox
from seed.shop.bus import Handler
from seed.shop.host import Host
from seed.shop.messages import Message
from seed.shop.notifications import Notifications
from seed.shop.platform.gateway import Gateway
from tests.parts.kafka import Kafka
from tests.shop.mesh import read
from tests.shop.services import until
from tests.shop.street import PRICE, Street, opened

pytestmark = pytest.mark.real("kafka")

PATIENCE = 2.0
"""How long the gateway waits for what stands behind it, in seconds."""


@pytest.fixture(scope="module")
def street(kafka: Kafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    folder = tmp_path_factory.mktemp("shop")
    with opened(kafka, folder, {"payments": 2}, sidecars=False, patience=PATIENCE) as made:
        yield made


@pytest.fixture(autouse=True)
def restored(street: Street) -> Iterator[None]:
    """Whatever a test did or failed to do, the next finds the shop well."""
    yield
    street.trouble("restore")
    until(lambda: len(street.there().get("payments", ())) == 2, seconds=60)


def check_delivered_and_charged_once(street: Street, customer: dict[str, str], orders: list[str]) -> None:
    until(lambda: all(street.status(customer, order) == "delivered" for order in orders), seconds=90)
    count = len(set(street.accepted))
    until(lambda: street.ledger() == {"charges": count, "captured": PRICE * count, "refunded": 0})


@pytest.mark.parametrize("trouble", ["kill", "partition"])
def test_orders_wait_for_payment_and_none_is_lost_or_charged_twice(street: Street, trouble: str) -> None:
    """The control is a shop that has the card charged by a call: it could take no order meanwhile."""
    anna = street.customer()
    before = street.there()["payments"]
    street.trouble(trouble, "payment")
    until(lambda: "payments" not in street.there())
    orders = [street.ordered(anna).json()["order_id"] for _ in range(6)]
    until(lambda: all(street.status(anna, order) == "confirmed" for order in orders))
    for one in before:
        with pytest.raises(httpx.TransportError):
            httpx.post(f"{one['direct']}/process_payments", timeout=1)
    until(lambda: "knows no instance" in street.full(anna, orders[0])["missing"].get("payment", ""))
    street.trouble("restore", "payment")
    check_delivered_and_charged_once(street, anna, orders)
    until(lambda: street.full(anna, orders[0]).get("payment", {}).get("status") == "completed")
    expired = [one["data"]["instance"] for one in platform(street) if one["event"] == "Instance Expired"]
    assert {"1", "2"} <= set(expired)


def platform(street: Street) -> list[dict[str, Any]]:
    return read(street.settings("gateway-1").kafka, street.prefix + "platform")


def test_while_payment_is_slow_the_gateway_answers_in_part_and_in_time(street: Street) -> None:
    """The control is a gateway without a breaker, beside it: each of its answers comes too late."""
    bert = street.customer()
    order = street.ordered(bert).json()["order_id"]
    check_delivered_and_charged_once(street, bert, [order])
    until(lambda: not street.full(bert, order)["missing"])
    street.trouble("slow", "payment")
    until(lambda: "breaker is open" in missing(street, bert, order), seconds=60)
    orders = [street.ordered(bert).json()["order_id"] for _ in range(5)]
    took = sorted(seconds(street.gateway, bert, order) for _ in range(6))
    assert took[-2] < PATIENCE  # the last one may be the call that tries whether payment is well again
    with unguarded(street) as slow:
        assert min(seconds(slow, bert, order) for _ in range(2)) >= PATIENCE
    street.trouble("restore", "payment")
    until(lambda: not street.full(bert, order)["missing"])
    check_delivered_and_charged_once(street, bert, orders)
    until(lambda: {"Breaker Opened", "Breaker Half Opened", "Breaker Closed"} <= trips(street))


def missing(street: Street, customer: dict[str, str], order: str) -> str:
    """Why there is no payment, in one of several answers at once."""
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda _: street.full(customer, order), range(3)))
    return " ".join(one.get("missing", {}).get("payment", "") for one in found)


def trips(street: Street) -> set[str]:
    way = {"caller": "gateway", "callee": "payments"}
    return {one["event"] for one in platform(street) if way.items() <= one["data"].items()}


@contextmanager
def unguarded(street: Street) -> Iterator[httpx.Client]:
    """Somebody at a gateway whose breakers never open."""
    told = replace(street.settings("gateway-1"), instance="unguarded", port=0, sidecar="", breaker=0)
    host = Host(told)
    Gateway(host)
    host.start()
    client = httpx.Client(base_url=f"http://127.0.0.1:{host.port}", timeout=20)
    try:
        until(lambda: client.get("/products").status_code == 200)
        yield client
    finally:
        client.close()
        host.stop()


def seconds(gateway: httpx.Client, customer: dict[str, str], order: str) -> float:
    """How long an answer takes in which the payment is missing."""
    began = time.monotonic()
    answer = gateway.get(f"/orders/{order}/full", headers=customer)
    took = time.monotonic() - began
    assert list(answer.json()["missing"]) == ["payment"]
    return took


TWICE = {"products": "stock", "orders": "orders", "payments": "payments", "shipping": "shipments"}
"""The services that say everything twice, and where."""


def test_what_is_said_twice_is_done_once(street: Street, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control is a mailbox without an inbox, beside the real one: it writes every mail twice."""
    carl = street.customer()
    monkeypatch.setattr(inbox, "once", every_time)
    with naive_mailbox(street, f"sqlite:///{tmp_path / 'naive.db'}") as naive:
        for service in TWICE:
            street.trouble("duplicate", service)
        until(lambda: all_say_twice(street, carl))
        orders = [street.ordered(carl).json()["order_id"] for _ in range(5)]
        check_delivered_and_charged_once(street, carl, orders)
        until(lambda: all(min(said(street, topic, orders).values()) >= 2 for topic in TWICE.values()))
        for topic, event in (("payments", "Payment Completed"), ("shipments", "Shipment Created")):
            assert sorted(done(street, topic, event, orders)) == sorted(orders)
        confirmed = dict.fromkeys(orders, 1)
        until(lambda: confirmations(street.there()["notifications"][0]["direct"], orders) == confirmed)
        until(lambda: confirmations(f"http://127.0.0.1:{naive.port}", orders) == dict.fromkeys(orders, 2))


def all_say_twice(street: Street, customer: dict[str, str]) -> bool:
    """Whether the services have begun to: each order gives them something to say."""
    street.ordered(customer)
    return all(2 in said(street, topic).values() for topic in TWICE.values())


def every_time(engine: Engine, handler: Callable[[Connection, Message], None]) -> Handler:
    """Instead of `inbox.once`: whatever comes is done."""

    def taken_in(message: Message) -> None:
        with engine.begin() as connection:
            handler(connection, message)

    return taken_in


@contextmanager
def naive_mailbox(street: Street, url: str) -> Iterator[Host]:
    told = replace(street.settings("notifications-1"), name="naive", database_url=url, port=0, registry="", troubles="")
    host = Host(told)
    Notifications(host)
    host.start()
    try:
        yield host
    finally:
        host.stop()


def about(street: Street, topic: str, orders: Sequence[str]) -> list[dict[str, Any]]:
    """The messages of the topic about these orders; without any, about all."""
    found = read(street.settings("gateway-1").kafka, street.prefix + topic)
    return [one for one in found if not orders or one["data"].get("order_id") in orders]


def said(street: Street, topic: str, orders: Sequence[str] = ()) -> Counter[str]:
    """How often each message was said, by its id."""
    return Counter(one["id"] for one in about(street, topic, orders))


def done(street: Street, topic: str, event: str, orders: Sequence[str]) -> list[str]:
    """The orders of such events: one for each event, however often it was said."""
    events = {one["id"]: one["data"]["order_id"] for one in about(street, topic, orders) if one["event"] == event}
    return list(events.values())


def confirmations(address: str, orders: Sequence[str]) -> Counter[str]:
    mails = httpx.get(f"{address}/mailbox", timeout=10).json()
    return Counter(one["thing"] for one in mails if one["template"] == "confirmation" and one["thing"] in orders)
