"""Topics of a real broker, filled for the figures, and an ingester in a process of its own."""

import threading
from collections.abc import Sequence
from contextlib import closing
from itertools import count
from multiprocessing.connection import Connection

from kafka import KafkaProducer

from benchmarks.reliability.children import acknowledge, die
from benchmarks.reliability.simulated_log import PARTITIONS, STARTED_MS, SimulatedLog
from eventstore.envelopes.topic import TopicSettings
from eventstore.ingest.ingester import Ingester
from eventstore.ingest.intake import Intake
from eventstore.ingest.reporting import Progress
from eventstore.store import EventStore
from tests.parts.kafka import Kafka

LONGEST_LIFE = 2
"""So many whole batches are stored at most before an ingester that is to be killed dies."""

ORDERS = TopicSettings(category="order", id=("order",), default_type="Order Changed")


def fill(broker: Kafka, log: SimulatedLog) -> str:
    """A topic with the log's messages, partition by partition as it has them."""
    topic = broker.topic("proof", partitions=PARTITIONS)
    with closing(KafkaProducer(bootstrap_servers=broker.servers, linger_ms=20)) as producer:
        for partition in range(PARTITIONS):
            for offset in range(log.end(partition)):
                record = log.record(partition, offset)
                producer.send(
                    topic,
                    record.value,
                    key=record.key,
                    partition=partition,
                    timestamp_ms=STARTED_MS + offset * PARTITIONS,
                )
        producer.flush()
    return topic


def send(
    broker: Kafka, topic: str, messages: Sequence[tuple[bytes, list[tuple[str, bytes]]]], codec: str | None
) -> None:
    """Send values with headers to a topic's first partition, each in a batch of its own."""
    options = {"compression_type": codec} if codec else {}
    with closing(KafkaProducer(bootstrap_servers=broker.servers, linger_ms=0, **options)) as producer:
        for value, headers in messages:
            producer.send(topic, value, partition=0, headers=headers).get(timeout=30)


def ingest(pipe: Connection, url: str, servers: str, topic: str, death: float | None = None) -> None:
    """A child: read the topic to its end, and say when all is read.

    `death` is how many seconds after its first batch came it is killed, wherever it then is, at the latest as its third
    begins: a quick machine must not be through before it is killed. None: it lives.
    """
    batches = count()
    timer = threading.Timer(death or 0, die)
    timer.daemon = True

    def begin(point: str) -> None:
        if death is None:
            return
        if timer.ident is None:
            timer.start()
        if point == "fetched" and next(batches) == LONGEST_LIFE:
            die()

    def on_progress(progress: Progress) -> None:
        acknowledge(pipe, progress.messages)

    with EventStore.open(url) as store:
        intake = Intake(store, {topic: ORDERS}, hook=begin)
        Ingester(store, intake, servers, [topic]).run(until_end=True, on_progress=on_progress)
    acknowledge(pipe, "finished")
