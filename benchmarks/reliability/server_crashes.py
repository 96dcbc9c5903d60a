"""S6: the PostgreSQL server crashes while four writers append."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from random import Random

import psycopg

from benchmarks.ground import Ground
from benchmarks.reliability import oracle
from benchmarks.reliability.children import Child, acknowledge, batches, running
from benchmarks.reliability.figure import Figure
from benchmarks.reliability.given import events
from benchmarks.reliability.oracle import Batch
from eventstore.errors import EventStoreError
from eventstore.store import EventStore

WRITERS = 4
BETWEEN = 60
"""Acknowledgements between two crashes."""

BACKOFF = 0.02
"""Seconds between two tries of a writer whose server is away."""


def s6(ground: Ground) -> Iterator[Figure]:
    """The server is crashed (SIGQUIT, as `pg_ctl -m immediate`) and started again; writers reconnect."""
    crashes, url = ground.times(4, 2), ground.database().url
    EventStore.open(url).close()
    acknowledged = _crash_often(ground, _store_writer, url, crashes)
    stored = oracle.rows(url)
    ids = [row.id for row in stored]
    yield Figure(
        name="S6",
        place="PostgreSQL",
        did=f"{crashes} server crashes under {WRITERS} writers, {len(acknowledged):,} batches acknowledged",
        harms={
            "lost": oracle.lost(acknowledged, ids),
            "torn": oracle.torn(ids),
            "gaps": oracle.gaps([row.position for row in stored]),
        },
        control="synchronous_commit=off",
        control_harms={"lost": _control(ground, crashes)},
    )


def _crash_often(ground: Ground, writer: Callable[..., None], url: str, crashes: int) -> list[Batch]:
    """Crash the server under the writers, several times; all that was acknowledged, after the last crash too."""
    server = ground.need_server()
    with running(writer, *[(url, f"w{number}", ground.seed) for number in range(WRITERS)]) as children:
        for _ in range(crashes):
            _hear_some(children)
            server.kill()
            server.start()
        _hear_some(children)
        for child in children:
            child.kill()
        return [batch for child in children for batch in child.hear_all()]


def _hear_some(children: list[Child]) -> None:
    for child in children * (BETWEEN // WRITERS):
        child.hear()


def _store_writer(pipe: Connection, url: str, name: str, seed: int) -> None:
    """Append for ever; a batch is sent again, as it is, until the store has answered."""
    with EventStore.open(url) as store:
        for batch in batches(name, Random(f"{seed} {name}")):
            while not _appended(store, batch):
                time.sleep(BACKOFF)
            acknowledge(pipe, batch)


def _appended(store: EventStore, batch: Batch) -> bool:
    try:
        store.append(events(batch))
    except EventStoreError:
        return False
    return True


def _control(ground: Ground, crashes: int) -> int:
    """Crash after crash until the naive writer was seen to lose something, at most ten times as often."""
    url = ground.database().url
    with psycopg.connect(url.replace("+psycopg", "")) as server:
        server.execute("CREATE TABLE naive (id text PRIMARY KEY)")
    acknowledged: list[Batch] = []
    for life in range(crashes * 10):
        acknowledged += _crash_naive(ground, url, life)
        lost = oracle.lost(acknowledged, [id_ for (id_,) in oracle.select(url, "SELECT id FROM naive")])
        if lost and life >= crashes - 1:
            return lost
    return 0


def _crash_naive(ground: Ground, url: str, life: int) -> list[Batch]:
    server = ground.need_server()
    lots = [(url, f"life{life}w{number}", ground.seed) for number in range(WRITERS)]
    with running(_naive_writer, *lots) as children:
        _hear_some(children)
        server.kill()
        server.start()
        return [batch for child in children for batch in child.hear_all()]


def _naive_writer(pipe: Connection, url: str, name: str, seed: int) -> None:
    """Commit without waiting for the disk, and acknowledge; end with the server."""
    options = "-c synchronous_commit=off"
    with suppress(psycopg.OperationalError), psycopg.connect(url.replace("+psycopg", ""), options=options) as server:
        for batch in batches(name, Random(f"{seed} {name}")):
            server.cursor().executemany("INSERT INTO naive VALUES (%s)", [(id_,) for id_ in batch.ids()])
            server.commit()
            acknowledge(pipe, batch)
