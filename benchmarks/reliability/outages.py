"""I3: the database goes away in the middle of ingest, and comes back."""

import json
from collections.abc import Iterator

import psycopg

from benchmarks.ground import Ground
from benchmarks.reliability import oracle
from benchmarks.reliability.figure import Figure
from benchmarks.reliability.proxy import Proxy
from benchmarks.reliability.simulated_log import TOPIC, TOPICS, SimulatedLog, all_places, harm
from benchmarks.reliability.unknown_commits import through
from eventstore.errors import EventStoreError
from eventstore.ingest.intake import Intake
from eventstore.store import EventStore

BATCH = 40


def i3(ground: Ground) -> Iterator[Figure]:
    """For so many polls every connection is refused; what could not be stored is read again."""
    log, polls = SimulatedLog(ground.times(4_000, 800)), ground.times(60, 12)
    url = ground.database().url
    EventStore.open(url).close()
    failed, refused, untyped = _ingest_through_an_outage(ground, url, log, polls)
    yield Figure(
        name="I3",
        place="PostgreSQL",
        did=f"{failed} polls while the database was away ({refused} connections refused), {log.messages:,} messages",
        harms={**harm(url, all_places(log), log.poisonous), "untyped errors": untyped},
        flaws={"polls that did not fail": polls - failed},
        control="a dead letter on any exception",
        control_harms={"swallowed": _control(ground, log, polls)},
    )


def _ingest_through_an_outage(ground: Ground, url: str, log: SimulatedLog, polls: int) -> tuple[int, int, int]:
    """Failed polls, refused connections, errors that are not the store's."""
    proxy, failed, untyped, batches = Proxy(ground.postgres_port), 0, 0, 0
    with EventStore.open(through(url, proxy.port)) as store:
        intake = Intake(store, TOPICS)
        while True:
            if batches == 5 and failed == 0:
                proxy.refuse()
            if failed == polls:
                proxy.allow()
            try:
                records, steps = log.poll(intake.positions([TOPIC]), BATCH)
                if not steps:
                    break
                intake.take(records, steps)
                batches += 1
            except EventStoreError:
                failed += 1
            except (psycopg.Error, OSError):
                failed, untyped = failed + 1, untyped + 1
    proxy.close()
    return failed, proxy.refused, untyped


def _control(ground: Ground, log: SimulatedLog, polls: int) -> int:
    """Good messages that became dead letters, since whatever went wrong was taken for their fault."""
    url = ground.database().url
    with psycopg.connect(url.replace("+psycopg", "")) as server:
        server.execute("CREATE TABLE naive (value bytea NOT NULL)")
    proxy, dead = Proxy(ground.postgres_port), 0
    for number in range(polls * 2):
        if number == polls // 2:
            proxy.refuse()
        if number == polls + polls // 2:
            proxy.allow()
        value = log.record(number % 4, number).value or b""
        try:
            _insert(through(url, proxy.port), value)
        except Exception:  # noqa: BLE001 - the mistake that this control makes
            dead += _is_readable(value)
    proxy.close()
    if dead + len(oracle.select(url, "SELECT value FROM naive")) > polls * 2:
        raise RuntimeError("The control counted a message twice.")
    return dead


def _insert(url: str, value: bytes) -> None:
    json.loads(value)
    with psycopg.connect(url.replace("+psycopg", "")) as server:
        server.execute("INSERT INTO naive VALUES (%s)", (value,))


def _is_readable(value: bytes) -> bool:
    try:
        json.loads(value)
    except ValueError:
        return False
    return True
