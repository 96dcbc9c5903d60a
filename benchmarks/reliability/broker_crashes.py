"""I1 over a real broker: the ingester is killed at random instants while it reads a topic, and started again."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from multiprocessing.connection import Connection

from kafka import KafkaConsumer

from benchmarks.ground import Ground
from benchmarks.reliability import oracle
from benchmarks.reliability.children import Child, acknowledge
from benchmarks.reliability.figure import Figure
from benchmarks.reliability.simulated_log import SimulatedLog, all_places, harm
from benchmarks.reliability.topics import fill, ingest
from eventstore.store import EventStore


def i1_broker(ground: Ground) -> Iterator[Figure]:
    """Kills spread over the whole topic, then one run to its end."""
    broker, log, kills = ground.need_broker(), SimulatedLog(ground.times(100_000, 30_000)), ground.times(20, 3)
    topic = fill(broker, log)
    doubled = _control(ground, broker.servers, topic, log, kills)
    for place, url in ground.urls():
        EventStore.open(url).close()
        done = _kill_and_finish(ground, kills, lambda url=url: Child(ingest, url, broker.servers, topic))  # type: ignore[misc]
        yield Figure(
            name="I1",
            place=f"Kafka, {place}",
            did=f"{done} SIGKILLs while {log.messages:,} messages were read, {log.poisonous:,} of them poison",
            harms=harm(url, all_places(log), log.poisonous),
            flaws={"kills missing": kills - done},
            control="offsets committed by the consumer's own timer",
            control_harms={"doubled": doubled},
        )


def _kill_and_finish(ground: Ground, kills: int, start: Callable[[], Child]) -> int:
    """Kill the child so often, each time a little after it said that it had stored something, then let it finish."""
    random, done = ground.random("broker"), 0
    for _ in range(kills):
        child = start()
        said = child.kill_after(_first_stored(child), random.uniform(0, 0.02))
        done += "finished" not in said
        if "finished" in said:
            break
    start().hear_all()
    return done


def _first_stored(child: Child) -> int:
    """How many acknowledgements it took until messages were stored."""
    while child.hear():
        last = child.acknowledged[-1]
        if last == "finished" or last[1] > 0:
            break
    return len(child.acknowledged)


def _control(ground: Ground, servers: str, topic: str, log: SimulatedLog, kills: int) -> int:
    path = str(ground.path("naive"))
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA journal_mode=WAL")
        file.execute("CREATE TABLE events (place TEXT NOT NULL)")
    _kill_and_finish(ground, min(kills, 5), lambda: Child(_naive, path, servers, topic, log.messages))
    with closing(sqlite3.connect(path)) as file:
        return oracle.doubled([place for (place,) in file.execute("SELECT place FROM events")])


def _naive(pipe: Connection, path: str, servers: str, topic: str, messages: int) -> None:
    """Rows in the database, offsets with Kafka: kafka-python as it comes."""
    group = {"group_id": f"naive-{topic}", "auto_offset_reset": "earliest"}
    consumer = KafkaConsumer(
        topic, bootstrap_servers=servers, max_poll_records=2_000, session_timeout_ms=6_000, **group
    )
    file = sqlite3.connect(path, isolation_level=None)
    stored = file.execute("SELECT count(DISTINCT place) FROM events").fetchone()[0]
    while stored < messages:
        places = [(f"{r.partition}/{r.offset}",) for found in consumer.poll(500).values() for r in found]
        file.execute("BEGIN IMMEDIATE")
        file.executemany("INSERT INTO events VALUES (?)", places)
        file.execute("COMMIT")
        stored = file.execute("SELECT count(DISTINCT place) FROM events").fetchone()[0]
        acknowledge(pipe, ("naive", len(places)))
    acknowledge(pipe, "finished")
    consumer.close()
