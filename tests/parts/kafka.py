"""Kafka for the tests: a broker from the cached jars, one for the run, a topic for each test."""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from kafka.admin import KafkaAdminClient, NewTopic

from seed.broker import Broker, broker, missing_here


def missing() -> str | None:
    """Why no broker can be started here, or None."""
    return missing_here()


@dataclass(frozen=True)
class Kafka:
    """The run's broker. `servers` is its address, `broker` the process with its data and log."""

    broker: Broker

    @property
    def servers(self) -> str:
        """`host:port` of the broker."""
        return self.broker.servers

    def name(self, prefix: str = "topic") -> str:
        """A topic's name that no other test uses; the topic is not made."""
        return f"{prefix}-{secrets.token_hex(6)}"

    def topic(self, prefix: str = "topic", *, partitions: int = 1, configs: dict[str, str] | None = None) -> str:
        """Make a topic that no other test uses, and return its name."""
        name = self.name(prefix)
        with closing(self.admin()) as admin:
            admin.create_topics([NewTopic(name, partitions, 1, topic_configs=configs or {})])
        return name

    def admin(self) -> KafkaAdminClient:
        """A client for the broker's administration; the caller closes it."""
        return KafkaAdminClient(bootstrap_servers=self.servers)


@contextmanager
def kafka() -> Iterator[Kafka]:
    """A started broker with an empty log, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="chronoscope-kafka-") as directory, broker(Path(directory)) as started:
        yield Kafka(started)
