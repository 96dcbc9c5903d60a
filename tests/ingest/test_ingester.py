"""The ingester over a real broker, and through each kind of trouble."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from kafka import KafkaProducer, TopicPartition

from eventstore.envelopes.topic import TopicSettings
from eventstore.errors import Fenced, IngestStopped, UnknownTopics
from eventstore.ingest import Intake
from eventstore.ingest.ingester import Ingester
from eventstore.ingest.reporting import Progress
from eventstore.store import EventStore
from tests.parts.kafka import Kafka

pytestmark = pytest.mark.real("kafka")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EventStore]:
    with EventStore.open(f"sqlite:///{tmp_path / 'store.db'}") as opened:
        yield opened


def send(kafka: Kafka, topic: str, values: Sequence[Any], *, start: int = 0, **rest: Any) -> None:
    """Produce values as JSON, bytes and None as they are."""
    with closing(KafkaProducer(bootstrap_servers=kafka.servers)) as producer:
        for value in values:
            body = value if value is None or isinstance(value, bytes) else json.dumps(value).encode()
            producer.send(topic, body, **rest)
        producer.flush()


def events(count: int, first: int = 0) -> list[dict[str, Any]]:
    return [{"event": "E", "data": {"n": first + n, "id": n % 5}} for n in range(count)]


def ingester(kafka: Kafka, store: EventStore, *topics: str, **rest: Any) -> Ingester:
    settings = {topic: TopicSettings(category="c", id=("id",)) for topic in topics}
    return Ingester(store, Intake(store, settings, **rest), kafka.servers, topics)


def numbers(store: EventStore) -> list[int]:
    return [event.data["n"] for event in store.read_all()]


def losses(store: EventStore) -> list[tuple[Any, ...]]:
    return store.rows("SELECT topic, partition, first, until, reason FROM losses ORDER BY number")


@contextmanager
def running(one: Ingester, seen: list[Progress]) -> Iterator[None]:
    """The ingester in a thread; what it raises is raised here."""
    stop, raised = threading.Event(), list[BaseException]()

    def run() -> None:
        try:
            one.run(stop=stop, on_progress=seen.append)
        except BaseException as error:  # noqa: BLE001 - handed to the test's own thread
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(60)
    assert not thread.is_alive()
    if raised:
        raise raised[0]


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def test_to_the_end_and_again(kafka: Kafka, store: EventStore) -> None:
    topic = kafka.topic(partitions=2)
    send(kafka, topic, [*events(300), b"not json"])
    send(kafka, topic, [None], key=b"7")
    seen: list[Progress] = []
    ingester(kafka, store, topic).run(until_end=True, on_progress=seen.append)
    assert sorted(event.data["n"] for event in store.read_all() if event.type == "E") == list(range(300))
    assert (seen[-1].state, seen[-1].events, seen[-1].dead_letters) == ("stopped", 301, 1)
    send(kafka, topic, events(10, 300))
    ingester(kafka, store, topic).run(until_end=True)
    assert store.head().position == 311
    stands = Intake(store, {}).positions([topic])
    assert sum(one.next_offset for one in stands.values()) == 312
    assert all(one.next_offset == one.end_offset for one in stands.values())
    with closing(kafka.admin()) as admin:
        told = admin.list_group_offsets("chronoscope")["chronoscope"]
        assert {place.partition: one.offset for place, one in told.items() if place.topic == topic} == {
            number: one.next_offset for (_, number), one in stands.items()
        }


def test_what_comes_while_it_runs_and_a_new_partition(kafka: Kafka, store: EventStore) -> None:
    topic, seen = kafka.topic(), list[Progress]()
    with running(ingester(kafka, store, topic), seen):
        wait_for(lambda: any(one.state == "live" for one in seen))
        send(kafka, topic, events(5))
        wait_for(lambda: store.head().position == 5)
        with closing(kafka.admin()) as admin:
            admin.create_partitions({topic: 2})
        wait_for(lambda: len(Intake(store, {}).positions([topic])) == 2)
        send(kafka, topic, events(5, 5), partition=1)
        wait_for(lambda: store.head().position == 10)
    ((state, error),) = store.rows("SELECT state, last_error FROM ingesters")
    assert (state, error) == ("stopped", None)


def test_aborted_transactions_are_no_events_and_leave_no_lag(kafka: Kafka, store: EventStore) -> None:
    topic = kafka.topic()
    with closing(KafkaProducer(bootstrap_servers=kafka.servers, transactional_id=topic)) as producer:
        producer.init_transactions()
        for first, end in ((0, producer.commit_transaction), (10, producer.abort_transaction)):
            producer.begin_transaction()
            for value in events(10, first):
                producer.send(topic, json.dumps(value).encode())
            producer.flush()
            end()
    ingester(kafka, store, topic).run(until_end=True)
    assert numbers(store) == list(range(10))
    ((place, stand),) = Intake(store, {}).positions([topic]).items()
    assert (place, stand.next_offset, stand.end_offset) == ((topic, 0), 22, 22)


def test_a_backlog_of_several_topics_is_merged_by_time(kafka: Kafka, store: EventStore) -> None:
    topics = [kafka.topic() for _ in range(3)]
    start = 1_760_000_000_000
    with closing(KafkaProducer(bootstrap_servers=kafka.servers)) as producer:
        for topic in topics:
            for n in range(4_000):
                producer.send(
                    topic, json.dumps({"event": "E", "data": {"n": n}}).encode(), timestamp_ms=start + n * 1_000
                )
        producer.flush()
    ingester(kafka, store, *topics).run(until_end=True)
    furthest, late = 0, 0
    for event in store.read_all():
        late += furthest - event.occurred_at > 61_000_000
        furthest = max(furthest, event.occurred_at)
    assert (store.head().position, late) == (12_000, 0)


def test_a_partition_without_messages_is_not_waited_for(kafka: Kafka, store: EventStore) -> None:
    idle, busy = kafka.topic(), kafka.topic()
    send(kafka, busy, events(3_000))
    ingester(kafka, store, idle, busy).run(until_end=True)
    assert store.head().position == 3_000


def test_unknown_topics_are_named(kafka: Kafka, store: EventStore) -> None:
    known, unknown = kafka.topic(), kafka.name()
    with pytest.raises(UnknownTopics, match=unknown):
        ingester(kafka, store, known, unknown).run(until_end=True)
    seen: list[Progress] = []
    with running(ingester(kafka, store, unknown), seen):
        wait_for(lambda: any(unknown in (one.error or "") for one in seen))
        with closing(kafka.admin()) as admin:
            admin.create_topics([unknown])
        send(kafka, unknown, events(3))
        wait_for(lambda: store.head().position == 3)


def test_a_second_ingester_is_fenced(kafka: Kafka, store: EventStore) -> None:
    topic, seen = kafka.topic(), list[Progress]()
    with pytest.raises(Fenced, match=f"{topic}, partition 0"):  # noqa: SIM117 - both run until one is fenced
        with running(ingester(kafka, store, topic), seen), running(ingester(kafka, store, topic), seen):
            for first in range(0, 2_000, 10):
                send(kafka, topic, events(10, first))
                if any(one.state == "fenced" for one in seen):
                    break
    ingester(kafka, store, topic).run(until_end=True)
    assert numbers(store) == list(range(store.head().position))


def test_a_topic_made_anew_begins_at_its_first_message(kafka: Kafka, store: EventStore) -> None:
    topic, seen = kafka.topic(), list[Progress]()
    send(kafka, topic, events(20))
    one = ingester(kafka, store, topic)
    one.run(until_end=True)
    with closing(kafka.admin()) as admin:
        admin.delete_topics([topic])
        wait_for(lambda: topic not in admin.list_topics())
        admin.create_topics([topic])
    send(kafka, topic, events(30, 100))
    with running(one, seen):
        wait_for(lambda: store.head().position == 50)
    assert numbers(store) == [*range(20), *range(100, 130)]
    ((_, _, first, until, reason),) = losses(store)
    assert (first, until, "topic recreated" in reason) == (20, 20, True)


def test_a_topic_made_anew_beneath_a_running_ingester(kafka: Kafka, store: EventStore) -> None:
    topic, seen = kafka.topic(), list[Progress]()
    send(kafka, topic, events(20))
    with running(ingester(kafka, store, topic), seen):
        wait_for(lambda: store.head().position == 20)
        with closing(kafka.admin()) as admin:
            admin.delete_topics([topic])
            wait_for(lambda: topic not in admin.list_topics())
            admin.create_topics([topic])
        send(kafka, topic, events(30, 100))
        wait_for(lambda: store.head().position == 50)
    assert numbers(store) == [*range(20), *range(100, 130)]


def test_a_range_that_is_gone_is_named(kafka: Kafka, store: EventStore) -> None:
    topic = kafka.topic()
    send(kafka, topic, events(10))
    one = ingester(kafka, store, topic)
    one.run(until_end=True)
    send(kafka, topic, events(30, 10))
    with closing(kafka.admin()) as admin:
        admin.delete_records({TopicPartition(topic, 0): 25})
    one.run(until_end=True)
    assert numbers(store) == [*range(10), *range(25, 40)]
    assert [row[:4] for row in losses(store)] == [(topic, 0, 10, 25)]


def test_a_corrupt_batch_is_named_and_passed_over(kafka: Kafka, store: EventStore) -> None:
    topic = kafka.topic()
    for first in (0, 10, 20):
        send(kafka, topic, events(10, first))
    log = kafka.broker.directory / "data" / f"{topic}-0" / "00000000000000000000.log"
    content = log.read_bytes()
    with log.open("r+b") as file:
        file.seek(content.index(b'"n": 13') + 5)
        file.write(b"9")
    ingester(kafka, store, topic).run(until_end=True)
    ((_, _, first, until, reason),) = losses(store)
    assert "corrupt" in reason
    assert first <= 13 < until
    assert numbers(store) == [n for n in range(30) if not first <= n < until]


def test_the_broker_goes_and_comes_back(kafka: Kafka, store: EventStore) -> None:
    topic, seen = kafka.topic(), list[Progress]()
    send(kafka, topic, events(10))
    with running(ingester(kafka, store, topic), seen):
        wait_for(lambda: store.head().position == 10)
        kafka.broker.stop()
        try:
            wait_for(lambda: seen[-1].state == "retrying", 30)
            assert kafka.servers in (seen[-1].error or "")
        finally:
            kafka.broker.start()
        send(kafka, topic, events(10, 10))
        wait_for(lambda: store.head().position == 20, 30)
    assert numbers(store) == list(range(20))


def test_a_topic_of_which_nothing_can_be_read_stops_with_the_reason(kafka: Kafka, store: EventStore) -> None:
    bad, good = kafka.topic(), kafka.topic()
    send(kafka, bad, [b"\x00\x00\x00\x00\x05avro"] * 150)
    send(kafka, good, events(20))
    with pytest.raises(IngestStopped, match="all for one reason: needs a schema registry"):
        ingester(kafka, store, bad, good).run(until_end=True)
    assert store.head().position == 20


KILLED = """
    import os, signal, sys
    from eventstore.envelopes.topic import TopicSettings
    from eventstore.ingest import Intake
    from eventstore.ingest.ingester import Ingester
    from eventstore.store import EventStore

    url, servers, topic, point, count = sys.argv[1:]
    left = int(count)

    def hook(reached):
        global left
        left -= reached == point
        if reached == point and left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    with EventStore.open(url) as store:
        intake = Intake(store, {topic: TopicSettings(category="c", id=("id",))}, hook=hook)
        Ingester(store, intake, servers, [topic]).run(until_end=True)
"""


def test_killed_at_every_point_and_started_again(kafka: Kafka, tmp_path: Path) -> None:
    topic = kafka.topic(partitions=2)
    send(kafka, topic, events(9_000))
    url = f"sqlite:///{tmp_path / 'killed.db'}"
    kills = 0
    for point in ("fetched", "offsets", "row", "before commit", "after commit", "never"):
        command = [sys.executable, "-c", dedent(KILLED), url, kafka.servers, topic, point, "2" if kills == 2 else "1"]
        ended = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(Path.cwd())}, check=False).returncode
        kills += ended == -signal.SIGKILL
        assert ended in {0, -signal.SIGKILL}
    assert kills >= 4
    with EventStore.open(url) as store:
        assert sorted(numbers(store)) == list(range(9_000))
        assert [event.position for event in store.read_all()] == list(range(1, 9_001))
