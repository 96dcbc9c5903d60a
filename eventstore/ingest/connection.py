"""One connection to a Kafka broker. After any error it is closed and a new one made: a consumer that raised hangs."""

import logging
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple, Self

from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

from eventstore.errors import BrokerFailed
from eventstore.ingest.offsets import Partition

BATCH = 2_000
"""Records of one poll, and of one transaction."""

TIMEOUT = 5_000
"""Milliseconds after which a broker that does not answer counts as away."""

CONSUMER = {
    "client_id": "chronoscope",
    "enable_auto_commit": False,
    "auto_offset_reset": "none",
    "isolation_level": "read_committed",
    "allow_auto_create_topics": False,
    "max_poll_records": BATCH,
    "reconnect_backoff_max_ms": 1_000,
    "bootstrap_timeout_ms": TIMEOUT,
}
ADMIN = {
    "client_id": "chronoscope",
    "bootstrap_timeout_ms": TIMEOUT,
    "request_timeout_ms": TIMEOUT,
    "reconnect_backoff_max_ms": 1_000,
}


GROUP = "chronoscope"
"""The consumer group under which our offsets show in Kafka's own tools."""


class Topic(NamedTuple):
    """A topic that is there: its id (empty on brokers without ids) and its partitions."""

    topic_id: str
    partitions: tuple[int, ...]


class Connection:
    """A consumer of assigned partitions, and the questions about topics that go with it. For one thread.

    Making one raises BrokerFailed where no broker answers.
    """

    def __init__(self, servers: str) -> None:
        logging.getLogger("kafka").setLevel(logging.CRITICAL)  # it repeats itself five times a second; we tell states
        self.servers = servers
        self._told_last: dict[Partition, int] = {}
        named = [server.strip() for server in servers.split(",")]
        try:
            self._admin = KafkaAdminClient(bootstrap_servers=named, **ADMIN)
            self._consumer = KafkaConsumer(bootstrap_servers=named, **CONSUMER)
        except (KafkaError, OSError, ValueError) as raised:
            raise BrokerFailed(servers, _told(raised)) from raised

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._consumer.close(autocommit=False)
        self._admin.close()

    def topics(self, names: Collection[str]) -> dict[str, Topic]:
        """Those of the topics that are there."""
        return {
            found["name"]: Topic(
                str(found["topic_id"] or ""), tuple(sorted(one["partition_index"] for one in found["partitions"]))
            )
            for found in self._admin.describe_topics(list(names))
            if found["error_code"] == 0
        }

    def begins(self, partitions: Iterable[Partition]) -> dict[Partition, int]:
        """The first offset that each partition still holds."""
        return _places(self._consumer.beginning_offsets(_named(partitions), timeout_ms=TIMEOUT))

    def ends(self, partitions: Iterable[Partition]) -> dict[Partition, int]:
        """The offset at which each partition ends, for readers of committed messages. Also the proof of life."""
        return _places(self._consumer.end_offsets(_named(partitions), timeout_ms=TIMEOUT))

    def assign(self, starts: Mapping[Partition, int]) -> None:
        """Read these partitions and no others; those that were not read before, from these offsets.

        Also the way to pause one. The client's own `pause` may leave a resumed partition unread for ever: it puts the
        records that it parked back only while no other partition's are half read.
        """
        before = self._consumer.assignment()
        self._consumer.assign(_named(starts))
        for place in set(_named(starts)) - before:
            self._consumer.seek(place, starts[place])

    def seek(self, partition: Partition, offset: int) -> None:
        """Read an assigned partition from this offset, another one than where it stands."""
        self._consumer.seek(TopicPartition(*partition), offset)

    def poll(self, timeout_ms: int, most: int = BATCH) -> Mapping[Partition, list[Any]]:
        """What came, by partition; empty after the timeout. After an error this connection must not poll again."""
        try:
            found: Mapping[Partition, list[Any]] = self._consumer.poll(timeout_ms, max_records=most)
        except KafkaError:
            raise
        except Exception as raised:
            # codecs and parsers fail on damaged bytes in ways of their own
            raise BrokerFailed(self.servers, f"its answer cannot be read: {_told(raised)}") from raised
        return found

    def position(self, partition: Partition) -> int:
        """The offset of the next record; it moves on also where no record came (markers, compaction)."""
        found = self._consumer.position(TopicPartition(*partition), timeout_ms=TIMEOUT)
        if found is None:
            raise BrokerFailed(self.servers, f"it does not say where {partition[0]}, {partition[1]} stands")
        return int(found)

    def tell_group(self, offsets: Mapping[Partition, int]) -> None:
        """Tell Kafka how far we are, for lag displays only; where that is not allowed, do without."""
        if self._told_last == offsets:
            return
        told = {TopicPartition(*place): OffsetAndMetadata(offset, "", -1) for place, offset in offsets.items()}
        with suppress(KafkaError):
            self._admin.alter_group_offsets(GROUP, told)
        self._told_last = dict(offsets)


def _named(partitions: Iterable[Partition]) -> list[TopicPartition]:
    return [TopicPartition(*place) for place in partitions]


def _places(found: Mapping[TopicPartition, int]) -> dict[Partition, int]:
    return {(place.topic, place.partition): offset for place, offset in found.items()}


def _told(raised: Exception) -> str:
    return f"{type(raised).__name__}: {raised}" if str(raised) else type(raised).__name__
