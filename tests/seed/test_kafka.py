"""Seeding Kafka: the broker hands out the very records that the store gets without one."""

from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from kafka import KafkaConsumer, TopicPartition

from seed.course import DAY, Course
from seed.publish import Pace, publish
from seed.standing import Asked, resume
from seed.to_kafka import KafkaSink, standing_on
from seed.wire import CATEGORIES, PARTITIONS
from seed.world import told
from tests.seed.conftest import UNTIL

COURSE = Course.ending(UNTIL, orders=20, days=4)


@pytest.mark.real("kafka")
def test_kafka_gets_the_records_goes_on_and_is_found_again(kafka: Any) -> None:
    prefix = f"{uuid4().hex}."
    for until in (UNTIL - 2 * DAY, UNTIL):
        sink = KafkaSink(kafka.servers, prefix)
        publish(COURSE, sink, Pace(until), stop=Event(), now=lambda: UNTIL, on_batch=lambda _: None)
        sink.close()
    for topic in CATEGORIES:
        assert read(kafka.servers, prefix, topic) == expected(topic)
    assert resume(standing_on(kafka.servers), Asked(7, 20, 4), UNTIL, mix=False, place=("", "")) == (COURSE, prefix)


def read(servers: str, prefix: str, topic: str) -> list[tuple[object, ...]]:
    places = [TopicPartition(prefix + topic, partition) for partition in range(PARTITIONS)]
    consumer = KafkaConsumer(bootstrap_servers=servers, auto_offset_reset="earliest", enable_auto_commit=False)
    try:
        consumer.assign(places)
        consumer.seek_to_beginning()
        left = sum(consumer.end_offsets(places).values())
        found: list[Any] = []
        while len(found) < left:
            found += [record for records in consumer.poll(5_000).values() for record in records]
        rows = [(r.partition, r.offset, r.timestamp, r.key, r.value, tuple(r.headers)) for r in found]
        return sorted(rows, key=lambda one: one[:2])
    finally:
        consumer.close()


def expected(topic: str) -> list[tuple[object, ...]]:
    offsets = dict.fromkeys(range(PARTITIONS), 0)
    found = []
    for message in told(COURSE, UNTIL):
        if message.topic == topic:
            offset = offsets[message.partition]
            offsets[message.partition] += 1
            found.append((message.partition, offset, message.timestamp, message.key, message.value, message.headers))
    return sorted(found, key=lambda one: one[:2])
