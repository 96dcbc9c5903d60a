"""S6: the PostgreSQL server crashes while four writers append."""

import time
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from random import Random

import psycopg

from benchmarks.ground import Ground, NotHere
from benchmarks.reliability import oracle
from benchmarks.reliability.children import Child, acknowledge, batches, running
from benchmarks.reliability.figure import Figure
from benchmarks.reliability.given import events
from benchmarks.reliability.oracle import Batch
from eventstore.errors import EventStoreError
from eventstore.store import EventStore
from seed.shop.platform.cluster import binaries
from tests.parts import postgres

WRITERS = 4
BETWEEN = 60
"""Acknowledgements between two crashes."""

BACKOFF = 0.02
"""Seconds between two tries of a writer whose server is away."""


def s6(ground: Ground) -> Iterator[Figure]:
    """The server is crashed (SIGQUIT, as `pg_ctl -m immediate`) and started again; writers reconnect."""
    if binaries() is None:
        raise NotHere("PostgreSQL's programs, to start and crash a server")
    crashes = ground.times(4, 2)
    with postgres.server() as server:
        url = _database(server, "store")
        EventStore.open(url).close()
        acknowledged = _crash_often(ground, server, url, crashes)
        stored = oracle.rows(url)
        lost_by_control = _control(ground, server, crashes)
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
        control_harms={"lost": lost_by_control},
    )


def _database(server: postgres.Server, name: str) -> str:
    """A database on the server that is crashed; nobody holds a connection to it meanwhile but the writers."""
    with psycopg.connect(server.url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}".encode())
    return server.url.replace("postgresql://", "postgresql+psycopg://").rpartition("/")[0] + f"/{name}"


def _crash_often(ground: Ground, server: postgres.Server, url: str, crashes: int) -> list[Batch]:
    """Crash the server under the writers, several times; all that was acknowledged, after the last crash too."""
    with running(_store_writer, *[(url, f"w{number}", ground.seed) for number in range(WRITERS)]) as children:
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


def _control(ground: Ground, server: postgres.Server, crashes: int) -> int:
    """Crash after crash until the naive writer was seen to lose something, at most ten times as often."""
    url = _database(server, "control")
    with psycopg.connect(url.replace("+psycopg", "")) as admin:
        admin.execute("CREATE TABLE naive (id text PRIMARY KEY)")
    acknowledged: list[Batch] = []
    for life in range(crashes * 10):
        acknowledged += _crash_naive(ground, server, url, life)
        lost = oracle.lost(acknowledged, [id_ for (id_,) in oracle.select(url, "SELECT id FROM naive")])
        if lost and life >= crashes - 1:
            return lost
    return 0


def _crash_naive(ground: Ground, server: postgres.Server, url: str, life: int) -> list[Batch]:
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
