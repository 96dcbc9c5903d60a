"""I1 over a real broker: the ingester is killed at random instants while it reads a topic, and started again."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from multiprocessing.connection import Connection

from kafka import KafkaConsumer

from benchmarks.ground import Ground
from benchmarks.reliability import oracle
from benchmarks.reliability.children import Child, acknowledge, die
from benchmarks.reliability.figure import Figure
from benchmarks.reliability.simulated_log import SimulatedLog, all_places, harm
from benchmarks.reliability.topics import fill, ingest
from eventstore.store import EventStore

DEATH = 0.8
"""The most seconds between the first batch of a life and its end: one or two batches take about as long."""


def i1_broker(ground: Ground) -> Iterator[Figure]:
    """Kills spread over the whole topic, then one run to its end."""
    broker, log, kills = ground.need_broker(), SimulatedLog(ground.times(100_000, 30_000)), ground.times(20, 3)
    topic = fill(broker, log)
    doubled = _control(ground, broker.servers, topic, log, kills)
    for place, url in ground.urls():
        EventStore.open(url).close()
        done = _kill_and_finish(ground, kills, partial(Child, ingest, url, broker.servers, topic))
        yield Figure(
            name="I1",
            place=f"Kafka, {place}",
            did=f"{done} SIGKILLs while {log.messages:,} messages were read, {log.poisonous:,} of them poison",
            harms=harm(url, all_places(log), log.poisonous),
            flaws={"kills missing": kills - done},
            control="offsets committed by the consumer's own timer",
            control_harms={"doubled": doubled},
        )


def _kill_and_finish(ground: Ground, kills: int, start: Callable[[float | None], Child]) -> int:
    """Let the child die so often, each time a little after its first stored batch, then let it finish."""
    random, done = ground.random("broker"), 0
    while done < kills and "finished" not in start(random.uniform(0, DEATH)).hear_all():
        done += 1
    start(None).hear_all()
    return done


def _control(ground: Ground, servers: str, topic: str, log: SimulatedLog, kills: int) -> int:
    path = str(ground.path("naive"))
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA journal_mode=WAL")
        file.execute("CREATE TABLE events (place TEXT NOT NULL)")
    _kill_and_finish(ground, min(kills, 5), partial(Child, _naive, path, servers, topic, log.messages))
    with closing(sqlite3.connect(path)) as file:
        return oracle.doubled([place for (place,) in file.execute("SELECT place FROM events")])


def _naive(pipe: Connection, path: str, servers: str, topic: str, messages: int, death: float | None) -> None:
    """Rows in the database, offsets with Kafka: kafka-python as it comes."""
    group = {"group_id": f"naive-{topic}", "auto_offset_reset": "earliest"}
    consumer = KafkaConsumer(
        topic, bootstrap_servers=servers, max_poll_records=2_000, session_timeout_ms=6_000, **group
    )
    file = sqlite3.connect(path, isolation_level=None)
    stored, before = _distinct(file), _distinct(file)
    while stored < messages:
        places = [(f"{r.partition}/{r.offset}",) for found in consumer.poll(500).values() for r in found]
        file.execute("BEGIN IMMEDIATE")
        file.executemany("INSERT INTO events VALUES (?)", places)
        file.execute("COMMIT")
        stored = _distinct(file)
        if death is not None and stored > before:
            time.sleep(death)
            die()
    acknowledge(pipe, "finished")
    consumer.close()


def _distinct(file: sqlite3.Connection) -> int:
    return int(file.execute("SELECT count(DISTINCT place) FROM events").fetchone()[0])
