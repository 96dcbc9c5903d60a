"""What the time machine makes of the living shop: one trace for each order, and the read models fold it."""

import secrets
from contextlib import nullcontext
from pathlib import Path

import pytest

import seed.shop
from eventstore import EventStore, Histories, Projector, load
from eventstore.ingest import Intake
from eventstore.ingest.ingester import Ingester
from eventstore.settings import Settings
from seed.shop import bus
from seed.shop.bus import TOPICS
from tests.parts.kafka import Kafka
from tests.shop.mesh import read
from tests.shop.services import Shop, until
from tests.shop.test_services import mailbox, register

pytestmark = pytest.mark.real("kafka")

TOLD = {
    "orders": ["Order Created", "Order Confirmed", "Order Paid", "Order Packed", "Order Shipped", "Order Delivered"],
    "products": ["Stock Reserved", "Stock Picked"],
    "payments": ["Payment Requested", "Payment Completed"],
    "shipping": ["Shipment Created", "Shipment Dispatched", "Shipment Delivered"],
    "notifications": ["Email Sent", "Email Sent", "SMS Sent"],
}


def test_an_order_is_one_trace_through_all_services(running: Shop, kafka: Kafka, database_url: str) -> None:
    (customer, _), trace = register(running), secrets.token_hex(16)
    order = running.order(customer_id=customer)  # the first, so that the traced one is taken at once
    said = {"customer_id": customer, "items": [{"sku": "mug", "quantity": 2}]}
    answer = running.post("orders", "/create_order", said, traceparent=f"00-{trace}-00f067aa0ba902b7-01")
    order = answer.json()["order_id"]
    until(lambda: running.status(order) == "delivered")
    until(lambda: len(mailbox(running, customer)) == 7)
    with EventStore.open(database_url) as store:
        until(lambda: ingested(store, running, kafka) and len(store.flow(trace)) >= 16)
        flow = sorted(store.flow(trace), key=lambda one: one.occurred_at)
        told = {name: [one.type for one in flow if one.metadata["service"] == name] for name in TOLD}
        assert told == TOLD
        assert len(flow) == sum(map(len, TOLD.values()))
        causes = {one.id for one in flow}
        assert [one.type for one in flow if one.causation_id not in causes] == ["Order Created"]
        assert store.rows("SELECT count(*) FROM dead_letters") == [(0,)]
        check_read_models(store, order, customer)


def test_without_context_in_the_messages_the_trace_ends_with_the_request(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the services handle the same messages, each as if it were the first."""
    monkeypatch.setattr(bus, "following", lambda _: nullcontext())
    shop.start("cards", "products", "orders", "order-views", "payments")
    shop.offer("mug", 12.5, 5)
    order = shop.order()
    until(lambda: shop.status(order) == "paid")
    servers = shop.settings("orders").kafka
    told = [one for topic in ("orders", "stock", "payments") for one in read(servers, shop.prefix + topic)]
    flow = next(one["correlation_id"] for one in told if one["event"] == "Order Created")
    assert [one["event"] for one in told if one["correlation_id"] == flow] == ["Order Created"]


def check_read_models(store: EventStore, order: str, customer: str) -> None:
    """They were written for the seed's story; the living shop is told in the same words."""
    projections = load(shipped().projections)
    Projector(store, projections).catch_up()
    histories = Histories(store, projections)
    status = {
        name: histories.as_of(name, key).row.facets["status"]  # type: ignore[union-attr]
        for name, key in (
            ("orders", f"order-{order}"),
            ("payments", f"payment-{order}"),
            ("shipments", f"shipment-{order}"),
            ("customers", f"customer-{customer}"),
            ("stock", "stock-mug"),
        )
    }
    assert status == {
        "orders": "delivered",
        "payments": "completed",
        "shipments": "delivered",
        "customers": "regular",
        "stock": "in stock",
    }
    assert not any(histories.parked(name).total for name in status)


def shipped() -> Settings:
    return Settings.load({}, Path(seed.shop.__file__).with_name("shop.toml"))


def ingested(store: EventStore, shop: Shop, kafka: Kafka) -> bool:
    """Bring the store level with the topics, each read as the shipped settings say."""
    topics = {shop.prefix + name: shipped().topics[name] for name in TOPICS}
    Ingester(store, Intake(store, topics), kafka.servers, list(topics)).run(until_end=True)
    return True
