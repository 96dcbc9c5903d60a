"""Ingest: a topic into the store, against kafka-python that polls it, decodes its JSON and does nothing else."""

import json
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from multiprocessing.connection import Connection
from random import Random

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from benchmarks.append import sessions
from benchmarks.ground import Ground
from benchmarks.measure import backend_cpu
from benchmarks.reliability import oracle
from benchmarks.reliability.children import Child, acknowledge
from benchmarks.tables import goal, table
from eventstore.envelopes.topic import TopicSettings
from eventstore.ingest.ingester import Ingester
from eventstore.ingest.intake import Intake
from eventstore.store import EventStore

PARTITIONS = 4
POLL = 2_000
GOALS = {"SQLite": 0.4, "PostgreSQL": 0.3}
STAGES = {
    "offsets": "decode, envelope, BEGIN, offsets",
    "row": "known ids, hashes, counter, heads, rows, events, origins",
    "before commit": "dead letters, duplicates",
    "after commit": "COMMIT",
    "fetched": "poll, records, merging by time, between batches",
}


@dataclass(frozen=True)
class Spent:
    """What one run over the whole topic took: seconds of client and backend CPU, wall, and client CPU by stage."""

    client: float
    backend: float
    wall: float
    stages: dict[str, float]

    @property
    def cpu(self) -> float:
        """Client and database."""
        return self.client + self.backend


def tables(ground: Ground) -> Iterator[str]:
    """The ratios, and where the CPU goes."""
    servers, messages = ground.need_broker().servers, ground.times(200_000, 20_000)
    topic = _fill(ground, messages)
    runs: dict[str, list[Spent]] = defaultdict(list)
    random = ground.random("ingest")
    for _ in range(ground.times(5, 1)):
        for name in random.sample(["poll and decode", "poll", *ground.present], 2 + len(ground.present)):
            runs[name].append(_run(ground, name, servers, topic, messages))
    middle = {name: _median(spent) for name, spent in runs.items()}
    yield table(*_ratios(middle, messages))
    yield table(*_stages(middle, messages))


def _ratios(middle: dict[str, Spent], messages: int) -> tuple[list[str], list[list[str]]]:
    heads = ["ingest", "CPU us/message: client + database", "messages/s wall", "poll and decode : this, by CPU"]
    base, rows = middle["poll and decode"], []
    for name, spent in middle.items():
        ratio = base.cpu / spent.cpu
        cpu = f"{spent.client / messages * 1e6:.1f} + {spent.backend / messages * 1e6:.1f}"
        told = goal(ratio, GOALS[name]) if name in GOALS else f"{ratio:.2f}"
        rows.append([name, cpu, f"{messages / spent.wall:,.0f}", told])
    return heads, rows


def _stages(middle: dict[str, Spent], messages: int) -> tuple[list[str], list[list[str]]]:
    engines = [name for name in middle if name in GOALS]
    rows = [
        [told, *(f"{middle[name].stages.get(stage, 0) / messages * 1e6:.1f}" for name in engines)]
        for stage, told in STAGES.items()
    ]
    return ["stage, client CPU us/message", *engines], rows


def _median(runs: list[Spent]) -> Spent:
    """The run whose CPU is the median."""
    return sorted(runs, key=lambda run: run.cpu)[len(runs) // 2]


def _run(ground: Ground, name: str, servers: str, topic: str, messages: int) -> Spent:
    """One arm in a process of its own; a store must hold every message afterwards."""
    if name not in GOALS:
        return _only(Child(_poll, servers, topic, name == "poll and decode").hear_all())
    url = ground.fresh(name)
    spent = _only(Child(_ingest, url, servers, topic).hear_all())
    stored = oracle.select(url, "SELECT count(*) FROM origins")[0][0]
    if stored != messages:
        raise RuntimeError(f"{name} stored {stored:,} of {messages:,} messages: the ratio would mean nothing.")
    return spent


def _only(said: list[Spent]) -> Spent:
    (spent,) = said
    return spent


def _poll(pipe: Connection, servers: str, topic: str, decode: bool) -> None:  # noqa: FBT001 - a child's lot
    """kafka-python as quick as it gets; the consumer is connected before the clock starts."""
    parts = [TopicPartition(topic, partition) for partition in range(PARTITIONS)]
    with closing(KafkaConsumer(bootstrap_servers=servers, enable_auto_commit=False, max_poll_records=POLL)) as consumer:
        consumer.assign(parts)
        consumer.seek_to_beginning(*parts)
        left = sum(consumer.end_offsets(parts).values())
        wall, cpu = time.perf_counter(), time.process_time()
        while left:
            for records in consumer.poll(500).values():
                left -= len(records)
                if decode:
                    for record in records:
                        json.loads(record.value)
        acknowledge(pipe, Spent(time.process_time() - cpu, 0.0, time.perf_counter() - wall, {}))


class _Stages:
    """Client CPU between the points of a batch."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self.last = time.process_time()

    def __call__(self, point: str) -> None:
        """A point was reached."""
        present = time.process_time()
        self.spent[point] += present - self.last
        self.last = present


def _ingest(pipe: Connection, url: str, servers: str, topic: str) -> None:
    """The ingester as the command runs it. All of the library's work counts, connecting included."""
    with EventStore.open(url) as store:
        store.head()
        stages = _Stages()
        intake = Intake(store, {topic: TopicSettings(category="order", id=("order_id",))}, hook=stages)
        pids = () if url.startswith("sqlite") else sessions(url)
        wall, cpu, backend = time.perf_counter(), time.process_time(), backend_cpu(pids)
        Ingester(store, intake, servers, [topic]).run(until_end=True)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        backend = backend_cpu(() if url.startswith("sqlite") else sessions(url)) - backend
        acknowledge(pipe, Spent(cpu, backend, wall, dict(stages.spent)))


def _fill(ground: Ground, messages: int) -> str:
    """A topic of envelopes of about 300 bytes without ids, over 1,500 streams, its partitions level in time."""
    broker, random = ground.need_broker(), ground.random("topic")
    topic = broker.topic("bench", partitions=PARTITIONS)
    with closing(KafkaProducer(bootstrap_servers=broker.servers, linger_ms=50, batch_size=200_000)) as producer:
        for number in range(messages):
            key, value = _message(random, number)
            at = 1_772_000_000_000 + number
            producer.send(topic, value, key=key, partition=number % PARTITIONS, timestamp_ms=at)
        producer.flush()
    return topic


def _message(random: Random, number: int) -> tuple[bytes, bytes]:
    stream = random.randrange(1_500)
    document = {
        "event": "Order Changed",
        "time": f"2026-02-25T06:{number // 60_000 % 60:02}:{number // 1_000 % 60:02}.{number % 1_000:03}Z",
        "correlation_id": str(uuid.UUID(int=random.getrandbits(128), version=4)),
        "data": {
            "order_id": stream,
            "user_id": f"u-{random.randrange(10**6)}",
            "status": "paid",
            "items": [{"sku": f"SKU-{random.randrange(9999):04}", "quantity": 2, "price": 19.25}],
            "total": 38.5,
            "note": "leave it with the neighbour",
        },
    }
    return f"order-{stream}".encode(), json.dumps(document).encode()
