"""The bus: handlers subscribe by event name, messages are published; Kafka stands behind.

A new consumer joins by one `on` line. Whoever handles a message must bear that it comes again: `inbox.py`.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import chain

import msgspec
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import NewTopic
from kafka.errors import TopicAlreadyExistsError

from seed.shop.messages import Message, opened
from seed.shop.shapes import today
from seed.shop.trace import Trace, following

TOPICS = ("customers", "products", "orders", "payments", "stock", "shipments", "notifications", "commands", "sagas")
TOLD = ("platform", "logs")
"""Topics for the time machine alone: no service listens to them."""
PARTITIONS = 3
WAIT = 10_000
"""How long the broker may take to answer, in milliseconds."""

Handler = Callable[[Message], None]


class Bus:
    """One service's way to the broker. `publish` and `consume` are each for one thread.

    Instances of a service share its messages: `group` is the service's name, `member` the instance's.
    """

    def __init__(self, servers: str, group: str, member: str, *, prefix: str = "") -> None:
        logging.getLogger("kafka").setLevel(logging.CRITICAL)  # it repeats itself several times a second
        self._servers, self._group, self._member, self._prefix = servers, prefix + group, member, prefix
        self._handlers: defaultdict[str, list[Handler]] = defaultdict(list)
        self._consumer: KafkaConsumer | None = None
        self._producer: KafkaProducer | None = None

    def on(self, event: str, handler: Handler) -> None:
        """Call the handler with every message of that name, at least once, in order for each key."""
        self._handlers[_spelled(event)].append(handler)

    @property
    def listens(self) -> bool:
        """Whether there is any handler."""
        return bool(self._handlers)

    def publish(self, messages: Sequence[Message]) -> None:
        """Return when the broker has them all. Raises KafkaError where it does not take one: then some may be there."""
        if self._producer is None:
            self._producer = KafkaProducer(bootstrap_servers=self._servers, acks="all", bootstrap_timeout_ms=WAIT)
        sent = [
            self._producer.send(self._prefix + one.topic, key=one.key.encode(), value=one.value) for one in messages
        ]
        for one in sent:
            one.get(WAIT / 1_000)

    def consume(self) -> None:
        """Handle what came within a moment. After an error the same messages come again.

        A message that is none of ours is left to the time machine, which keeps it as a dead letter.
        """
        self._consumer = self._consumer or self._connected()
        try:
            found = self._consumer.poll(timeout_ms=200, max_records=100)
            for record in chain.from_iterable(found.values()):
                self._hand_over(record.topic, record.key, record.value)
            if found:
                self._consumer.commit()
        except BaseException:
            self._leave()
            raise

    def close(self) -> None:
        """Leave the group, and send what is under way."""
        self._leave()
        if self._producer is not None:
            self._producer.close(timeout=5)

    def _hand_over(self, topic: str, key: bytes | None, value: bytes | None) -> None:
        try:
            read = opened(topic.removeprefix(self._prefix), (key or b"").decode(), value or b"")
        except (msgspec.DecodeError, UnicodeDecodeError):
            return
        message = read._replace(data=today(read.event, read.data))
        with following(Trace(message.trace.correlation_id, message.id)):
            for handler in self._handlers.get(_spelled(message.event), ()):
                handler(message)

    def _connected(self) -> KafkaConsumer:
        consumer = KafkaConsumer(
            bootstrap_servers=self._servers,
            group_id=self._group,
            # a member that comes back under its name gets its partitions at once, not when its former self times out
            group_instance_id=f"{self._group}-{self._member}",
            session_timeout_ms=6_000,
            heartbeat_interval_ms=1_500,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            bootstrap_timeout_ms=WAIT,
        )
        # the client divides the partitions that it knows of: one that joins before it knows any may be left with none
        consumer.topics()
        consumer.subscribe([self._prefix + topic for topic in TOPICS])
        return consumer

    def _leave(self) -> None:
        # a consumer that raised once may hang for ever: the next round makes a new one
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            consumer.close(autocommit=False)


def make_topics(servers: str, *, prefix: str = "") -> None:
    """Make the shop's topics where they are missing."""
    admin = KafkaAdminClient(bootstrap_servers=servers, bootstrap_timeout_ms=WAIT)
    try:
        for topic in (*TOPICS, *TOLD):
            with suppress(TopicAlreadyExistsError):
                admin.create_topics([NewTopic(prefix + topic, PARTITIONS, 1)])
    finally:
        admin.close()


def _spelled(event: str) -> str:
    """Some producers leave the spaces out."""
    return event.replace(" ", "")
