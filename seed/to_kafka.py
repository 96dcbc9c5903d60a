"""Kafka as a sink: topics of three partitions, and the records with their keys, headers and times."""

from collections.abc import Mapping, Sequence

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError

from seed.course import Course
from seed.errors import NotDelivered
from seed.publish import Partition, Placed
from seed.standing import Standing
from seed.wire import CATEGORIES, PARTITIONS
from seed.world import COURSE, SIGNED

_WAIT = 15_000
"""How long a broker may take to answer, in milliseconds."""


class KafkaSink:
    """Produces batches. What the topics hold already is known by their end offsets: nothing else writes to them."""

    def __init__(self, servers: str, prefix: str = "") -> None:
        self._servers, self._prefix = servers, prefix
        self._failed: list[BaseException] = []
        try:
            _create_topics(servers, [prefix + topic for topic in CATEGORIES])
            self._next = {(topic[len(prefix) :], at): end for (topic, at), end in _ends(servers, prefix).items()}
            self._producer = KafkaProducer(bootstrap_servers=servers, linger_ms=20, bootstrap_timeout_ms=_WAIT)
        except KafkaError as error:
            raise NotDelivered(servers, str(error) or type(error).__name__) from error
        self.events = 0

    @property
    def known(self) -> Mapping[Partition, int]:
        """The end offset of each partition as we began."""
        return dict(self._next)

    def put(self, batch: Sequence[Placed]) -> None:
        """Hand the batch to the producer. Raises NotDelivered where an earlier message failed."""
        try:
            for message, _ in batch:
                self._producer.send(
                    self._prefix + message.topic,
                    value=message.value,
                    key=message.key,
                    headers=list(message.headers),
                    partition=message.partition,
                    timestamp_ms=message.timestamp,
                ).add_errback(self._failed.append)
        except KafkaError as error:
            raise NotDelivered(self._servers, str(error) or type(error).__name__) from error
        self._check()
        self.events += len(batch)

    def settle(self) -> None:
        """Wait until the broker has everything. Raises NotDelivered where it does not take it."""
        try:
            self._producer.flush(timeout=60)
        except KafkaError as error:
            raise NotDelivered(self._servers, str(error) or type(error).__name__) from error
        self._check()

    def close(self) -> None:
        """End the connection; what was not settled is lost."""
        self._producer.close(timeout=5)

    def _check(self) -> None:
        if self._failed:
            raise NotDelivered(self._servers, str(self._failed[0]) or type(self._failed[0]).__name__)


def standing_on(servers: str) -> Standing:
    """What the brokers hold: the courses that first messages about a product name, and what else is in our topics."""
    try:
        courses = {course: prefix for prefix in _prefixes(servers) if (course := _signed(servers, prefix)) is not None}
        others = "" not in courses.values() and any(_ends(servers, "").values())
    except KafkaError as error:
        raise NotDelivered(servers, str(error) or type(error).__name__) from error
    return Standing(courses, others)


def _create_topics(servers: str, topics: Sequence[str]) -> None:
    admin = KafkaAdminClient(bootstrap_servers=servers, bootstrap_timeout_ms=_WAIT)
    try:
        for topic in topics:
            try:
                admin.create_topics([NewTopic(topic, num_partitions=PARTITIONS, replication_factor=1)])
            except TopicAlreadyExistsError:
                continue
    finally:
        admin.close()


def _ends(servers: str, prefix: str) -> dict[Partition, int]:
    consumer = _consumer(servers)
    try:
        there = consumer.topics()
        places = [TopicPartition(prefix + topic, at) for topic in CATEGORIES for at in range(PARTITIONS)]
        ends = consumer.end_offsets([place for place in places if place.topic in there])
        return {(place.topic, place.partition): end for place, end in ends.items()}
    finally:
        consumer.close()


def _prefixes(servers: str) -> list[str]:
    """What stands before the name of each topic that may be ours; the plain one first."""
    consumer = _consumer(servers)
    try:
        return sorted(topic.removesuffix(SIGNED) for topic in consumer.topics() if topic.endswith(SIGNED))
    finally:
        consumer.close()


def _signed(servers: str, prefix: str) -> Course | None:
    """The course that the first message about a product names."""
    ends = _ends(servers, prefix)
    consumer = _consumer(servers)
    try:
        for place in [TopicPartition(*place) for place, end in ends.items() if place[0] == prefix + SIGNED and end]:
            consumer.assign([place])
            consumer.seek(place, 0)
            for record in consumer.poll(timeout_ms=_WAIT, max_records=1).get(place, []):
                found = dict(record.headers).get(COURSE)
                if found is not None:
                    return Course.named(found.decode(errors="replace"))
    finally:
        consumer.close()
    return None


def _consumer(servers: str) -> KafkaConsumer:
    return KafkaConsumer(
        bootstrap_servers=servers, enable_auto_commit=False, auto_offset_reset="earliest", bootstrap_timeout_ms=_WAIT
    )
