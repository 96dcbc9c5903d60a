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
from seed.broker import free_port
from seed.shop.bus import make_topics
from seed.shop.platform.fleet import fleet
from seed.shop.platform.supervisor import Supervisor
from seed.shop.settings import Settings
from tests.parts.kafka import Kafka
from tests.shop.services import until
from tests.shop.street import Street

pytestmark = pytest.mark.real("kafka")

TOLD = StoreSettings.load({"CHRONOSCOPE_SETTINGS": str(Path(seed.shop.__file__).with_name("shop.toml"))})


@pytest.fixture(scope="module")
def street(kafka: Kafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    folder, prefix, port = tmp_path_factory.mktemp("shop"), kafka.name("street") + "-", free_port()
    make_topics(kafka.servers, prefix=prefix)
    told = Settings(
        name="", kafka=kafka.servers, prefix=prefix, pace=0.2, patience=5.0, told_every=2.0, rate="999/second"
    )
    programs = fleet(folder, f"sqlite:///{folder}/databases", told, gateway=port, instances={"orders": 2})
    programs = [one for one in programs if not one.name.startswith("customers")]
    registry = f"http://127.0.0.1:{programs[0].environment['SHOP_PORT']}"
    with Supervisor(folder, programs, lambda _: None) as supervisor:
        made = Street(supervisor, port, registry, prefix)
        until(lambda: len(made.there()) == 8 and len(made.there()["orders"]) == 2, seconds=120)
        made.offer("mug", 1_000)
        yield made
        made.gateway.close()


def until_known(street: Street, headers: dict[str, str], sku: str) -> httpx.Response:
    """The order service hears of a new product a moment later."""
    answer: httpx.Response = until(lambda: (got := street.order(headers, sku)).status_code == 201 and got, seconds=60)
    return answer


def test_an_orders_whole_story_is_in_the_store_as_one_flow(street: Street, kafka: Kafka, tmp_path: Path) -> None:
    anna = street.customer()
    answer = until_known(street, anna, "mug")
    order, flow = answer.json()["order_id"], answer.headers["traceparent"].split("-")[1]
    until(lambda: street.status(anna, order) == "delivered", seconds=60)
    full = street.full(anna, order)
    assert full["missing"] == {}
    parts = full["payment"]["status"], full["shipment"]["status"], full["user"]["first_name"]
    assert parts == ("completed", "delivered", "Anna")

    topics = {street.prefix + name: topic for name, topic in TOLD.topics.items()}
    with EventStore.open(f"sqlite:///{tmp_path / 'store.db'}") as store:

        def read() -> set[str]:
            Ingester(store, Intake(store, topics), kafka.servers, list(topics)).run(until_end=True)
            return {event.type for event in store.flow(flow)}

        wanted = {"Order Created", "Stock Reserved", "Order Confirmed", "Payment Completed", "Order Paid"}
        wanted |= {"Shipment Created", "Shipment Delivered", "Order Delivered", "Email Sent", "Log Written"}
        until(lambda: wanted <= read(), seconds=40)
        services = {event.data["service"] for event in store.flow(flow) if event.type == "Log Written"}
        assert {"gateway", "orders", "payments", "products", "shipping", "notifications"} <= services
        projections = load(TOLD.projections)
        Projector(store, projections).catch_up()
        histories = Histories(store, projections)
        assert histories.as_of("orders", f"order-{order}").state is not None
        up = {row.key for row in histories.page("instances", limit=50).rows}
        assert {"orders/1", "orders/2", "gateway/1", "payments/1"} <= up
        assert "gateway/1 to orders" in {row.key for row in histories.page("calls", limit=50).rows}
        assert not store.rows("SELECT reason FROM dead_letters")


def test_one_of_two_instances_killed_under_load_loses_no_accepted_order(street: Street) -> None:
    bert = street.customer()
    until_known(street, bert, "mug")

    def order(number: int) -> httpx.Response:
        if number == 20:
            os.kill(street.supervisor.pid("orders-1"), signal.SIGKILL)
        return street.order(bert, "mug")

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(order, range(60)))
    assert [answer.status_code for answer in answers] == [201] * 60
    orders = {answer.json()["order_id"] for answer in answers}
    assert len(orders) == 60
    until(lambda: all(street.status(bert, one) == "delivered" for one in orders), seconds=90)
