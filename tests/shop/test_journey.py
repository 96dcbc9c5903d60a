"""The whole shop, as `make shop` runs it, on the real broker: through the gateway and into the event store."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

import seed.shop
from eventstore import EventStore, Histories, Projector, load
from eventstore.ingest import Intake
from eventstore.ingest.ingester import Ingester
from eventstore.settings import Settings as StoreSettings
from tests.parts.kafka import Kafka
from tests.shop.services import until
from tests.shop.street import Street, opened

pytestmark = pytest.mark.real("kafka")

TOLD = StoreSettings.load({"CHRONOSCOPE_SETTINGS": str(Path(seed.shop.__file__).with_name("shop.toml"))})


@pytest.fixture(scope="module")
def street(kafka: Kafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    folder = tmp_path_factory.mktemp("shop")
    with opened(kafka, folder, {"orders": 2}, patience=5.0, told_every=2.0) as made:
        yield made


def test_an_orders_whole_story_is_in_the_store_as_one_flow(street: Street, kafka: Kafka, tmp_path: Path) -> None:
    anna = street.customer()
    answer = street.ordered(anna)
    order, flow = answer.json()["order_id"], answer.headers["traceparent"].split("-")[1]
    until(lambda: street.status(anna, order) == "delivered", seconds=60)
    full = street.full(anna, order)
    assert full["missing"] == {}
    parts = full["payment"]["status"], full["shipment"]["status"], full["user"]["first_name"]
    assert parts == ("completed", "delivered", "Anna")

    with EventStore.open(f"sqlite:///{tmp_path / 'store.db'}") as store:
        told = Told(store, street.prefix, kafka.servers)
        wanted = {"Order Created", "Stock Reserved", "Order Confirmed", "Payment Completed", "Order Paid"}
        wanted |= {"Shipment Created", "Shipment Delivered", "Order Delivered", "Email Sent", "Log Written"}
        until(lambda: wanted <= told.flow(flow), seconds=40)
        services = {event.data["service"] for event in store.flow(flow) if event.type == "Log Written"}
        assert {"gateway", "orders", "payments", "products", "shipping", "notifications"} <= services
        until(lambda: "gateway/1 to orders" in told.keys("calls"), seconds=40)  # they are summed up now and then
        assert {"orders/1", "orders/2", "gateway/1", "payments/1"} <= told.keys("instances")
        assert told.histories.as_of("orders", f"order-{order}").state is not None
        assert not store.rows("SELECT reason FROM dead_letters")


class Told:
    """The store, which reads what has come before each question."""

    def __init__(self, store: EventStore, prefix: str, servers: str) -> None:
        self._store, self._servers, self._projections = store, servers, load(TOLD.projections)
        self._topics = {prefix + name: topic for name, topic in TOLD.topics.items()}
        self.histories = Histories(store, self._projections)

    def flow(self, flow: str) -> set[str]:
        """The types of the events of a flow."""
        self._read()
        return {event.type for event in self._store.flow(flow)}

    def keys(self, projection: str) -> set[str]:
        """The keys of a read model."""
        self._read()
        Projector(self._store, self._projections).catch_up()
        return {row.key for row in self.histories.page(projection, limit=50).rows}

    def _read(self) -> None:
        Ingester(self._store, Intake(self._store, self._topics), self._servers, list(self._topics)).run(until_end=True)


def test_one_of_two_instances_killed_under_load_loses_no_accepted_order(street: Street) -> None:
    """The control is whoever knows the killed one by its address alone."""
    bert = street.customer()
    street.ordered(bert)
    killed = next(one["direct"] for one in street.there()["orders"] if one["instance"] == "1")

    def order(number: int) -> httpx.Response:
        if number == 20:
            os.kill(street.supervisor.pid("orders-1"), signal.SIGKILL)
            until(lambda: gone(killed))
        return street.order(bert)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(order, range(60)))
    assert [answer.status_code for answer in answers] == [201] * 60
    orders = {answer.json()["order_id"] for answer in answers}
    assert len(orders) == 60
    until(lambda: all(street.status(bert, one) == "delivered" for one in orders), seconds=90)


def gone(address: str) -> bool:
    try:
        httpx.post(f"{address}/create_order", json={}, timeout=5)
    except httpx.ConnectError:
        return True
    return False
