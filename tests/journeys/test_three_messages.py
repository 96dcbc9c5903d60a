"""Three messages, as three teams would send them, go through the broker into the store with the shop's own settings."""

from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
from kafka import KafkaProducer

import seed
from eventstore.core.projection import load, serving
from eventstore.core.replay import replay
from eventstore.ingest import Intake
from eventstore.ingest.ingester import Ingester
from eventstore.settings import Settings
from eventstore.store import EventStore
from tests.parts.kafka import Kafka

PLAIN = b'{"test1": 1}'
ENVELOPE = b'{"event": "Order Created", "data": {"order:id": 123}}'
NAMED = (
    b'{"name": "OrderCreated", "data": {"order": {"order_id": "5b1f", "user_id": "u-7", "items": ["tea"],'
    b' "total": 10.0, "status": "Created"}}}'
)


@pytest.mark.real("kafka")
def test_three_messages(kafka: Kafka, database_url: str) -> None:
    shop = Settings.load({}, Path(seed.__file__).with_name("shop.toml"))
    logs, orders, strange = kafka.topic("logs"), kafka.topic("orders"), kafka.topic("page-views")
    topics = {logs: shop.topics["logs"], orders: shop.topics["orders"]}
    with closing(KafkaProducer(bootstrap_servers=kafka.servers)) as producer:
        for topic, value in ((logs, PLAIN), (orders, ENVELOPE), (orders, NAMED), (strange, PLAIN)):
            producer.send(topic, value)
        producer.flush()
    with EventStore.open(database_url) as store:
        Ingester(store, Intake(store, topics), kafka.servers, [logs, orders, strange]).run(until_end=True)
        found = {event.stream: (event.type, event.data_text) for event in store.read_all()}
        category = strange.replace("-", "_")
        assert found == {
            "log-partition-0": ("Log Written", '{"test1": 1}'),
            "order-123": ("Order Created", '{"order:id": 123}'),
            "order-5b1f": ("OrderCreated", NAMED.partition(b'"data": ')[2][:-1].decode()),
            f"{category}-partition-0": ("Message", '{"test1": 1}'),
        }
        assert store.rows("SELECT count(*) FROM dead_letters") == [(0,)]
        assert state(store, "order-123") == {"order_id": 123, "status": "created"}
        assert state(store, "order-5b1f") == {
            "order_id": "5b1f",
            "user_id": "u-7",
            "items": ["tea"],
            "total": Decimal("10.0"),
            "status": "created",
        }


def state(store: EventStore, stream: str) -> object:
    """The stream's state, by the read models that the settings name."""
    events = list(store.read_stream(stream))
    projection = serving(load(Settings().projections), stream, events)
    found = None if projection is None else replay(projection, events)
    # Kafka's timestamp: the messages tell no time
    return None if found is None else {name: value for name, value in found.items() if name != "created_at"}
