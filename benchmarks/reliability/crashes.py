"""S4: a SQLite writer killed at each of its statements. S5: killed at random instants."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from multiprocessing.connection import Connection
from random import Random
from typing import Any

from sqlalchemy import Engine
from sqlalchemy import event as engine_event

from benchmarks.ground import Ground
from benchmarks.reliability import oracle
from benchmarks.reliability.children import Child, acknowledge, batches, die
from benchmarks.reliability.figure import Figure
from benchmarks.reliability.given import events
from benchmarks.reliability.oracle import Batch
from eventstore.store import EventStore


class Fuse:
    """Kills the process at its n-th statement from the moment in which it is lit; 0 never."""

    def __init__(self, at: int) -> None:
        self.at, self.lit, self.statements = at, False, 0

    def __call__(self, _statement: str) -> None:
        """Called by SQLite before each statement."""
        self.statements += self.lit
        if self.lit and self.statements == self.at:
            die()

    def watch_engines(self) -> None:
        """Look at every connection that SQLAlchemy opens in this process from now on."""

        @engine_event.listens_for(Engine, "connect")
        def _opened(connection: Any, _: object) -> None:
            connection.set_trace_callback(self)


def s4(ground: Ground) -> Iterator[Figure]:
    """Killed at the 1st, 2nd, 3rd ... statement, until a run of several batches comes through."""
    rounds = ground.times(8, 2)
    kills, harms = _count_up(ground, _store_at, rounds)
    _, early = _count_up(ground, _ack_before_commit, rounds)
    _, split = _count_up(ground, _commit_each_event, rounds)
    yield Figure(
        name="S4",
        place="SQLite",
        did=f"{kills} kills, one at each statement and after each commit of {rounds} appends",
        harms=harms,
        control="acknowledged before the commit / a commit per event",
        control_harms={"lost": early["lost"], "torn": split["torn"]},
    )


def _count_up(ground: Ground, writer: Callable[..., None], rounds: int) -> tuple[int, dict[str, int]]:
    """Kill at statement n = 1, 2, ... until the writer finishes; what harm was seen over all of it."""
    harms = {"lost": 0, "torn": 0, "gaps": 0}
    kills = 0
    while True:
        url = ground.sqlite()
        child = Child(writer, url, ground.seed, rounds, kills + 1)
        acknowledged = child.hear_all()
        for what, number in harm(url, [batch for batch in acknowledged if isinstance(batch, Batch)]).items():
            harms[what] += number
        if "finished" in acknowledged:
            return kills, harms
        kills += 1


def harm(url: str, acknowledged: list[Batch]) -> dict[str, int]:
    """What is wrong in a SQLite database after a crash."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file:
        found = [(int(position), str(id_)) for position, id_ in file.execute("SELECT position, id FROM events")]
    ids = [id_ for _, id_ in found]
    return {
        "lost": oracle.lost(acknowledged, ids),
        "torn": oracle.torn(ids),
        "gaps": oracle.gaps([position for position, _ in found]),
    }


def _store_at(pipe: Connection, url: str, seed: int, rounds: int, at: int) -> None:
    fuse = Fuse(at)
    fuse.watch_engines()
    with EventStore.open(url) as store:
        fuse.lit = True
        for batch in islice(batches("s4", Random(seed)), rounds):
            store.append(events(batch))
            fuse("committed, not yet acknowledged")
            acknowledge(pipe, batch)
    acknowledge(pipe, "finished")


def _naive_file(url: str) -> sqlite3.Connection:
    file = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, timeout=20)
    file.execute("PRAGMA journal_mode=WAL")
    file.execute("PRAGMA synchronous=FULL")
    file.execute("CREATE TABLE IF NOT EXISTS events (position INTEGER PRIMARY KEY, id TEXT NOT NULL)")
    return file


def _ack_before_commit(pipe: Connection, url: str, seed: int, rounds: int, at: int) -> None:
    fuse, file = Fuse(at), _naive_file(url)
    file.set_trace_callback(fuse)
    fuse.lit = True
    for batch in islice(batches("early", Random(seed)), rounds):
        file.execute("BEGIN IMMEDIATE")
        file.executemany("INSERT INTO events (id) VALUES (?)", [(id_,) for id_ in batch.ids()])
        acknowledge(pipe, batch)
        file.execute("COMMIT")
    acknowledge(pipe, "finished")


def _commit_each_event(pipe: Connection, url: str, seed: int, rounds: int, at: int) -> None:
    fuse, file = Fuse(at), _naive_file(url)
    file.set_trace_callback(fuse)
    fuse.lit = True
    for batch in islice(batches("split", Random(seed)), rounds):
        for id_ in batch.ids():
            file.execute("INSERT INTO events (id) VALUES (?)", (id_,))
        acknowledge(pipe, batch)
    acknowledge(pipe, "finished")


def s5(ground: Ground) -> Iterator[Figure]:
    """Killed at random instants, on one file that lives through all of it."""
    kills, url, control = ground.times(60, 8), ground.sqlite(), ground.sqlite()
    acknowledged = _kill_often(ground, _store_for_ever, url, kills)
    _kill_often(ground, _each_for_ever, control, kills)
    yield Figure(
        name="S5",
        place="SQLite",
        did=f"{kills} random SIGKILLs, {len(acknowledged):,} batches acknowledged",
        harms=harm(url, acknowledged),
        control="a commit per event",
        control_harms={"torn": harm(control, [])["torn"]},
    )


def _kill_often(ground: Ground, writer: Callable[..., None], url: str, kills: int) -> list[Batch]:
    random = ground.random(f"s5 {writer.__name__}")
    acknowledged: list[Batch] = []
    for life in range(kills):
        child = Child(writer, url, f"life{life}", ground.seed)
        acknowledged += child.kill_after(random.randint(1, 40), random.uniform(0, 0.004))
    return acknowledged


def _store_for_ever(pipe: Connection, url: str, name: str, seed: int) -> None:
    with EventStore.open(url) as store:
        for batch in batches(name, Random(f"{seed} {name}")):
            store.append(events(batch))
            acknowledge(pipe, batch)


def _each_for_ever(pipe: Connection, url: str, name: str, seed: int) -> None:
    file = _naive_file(url)
    for batch in batches(name, Random(f"{seed} {name}")):
        for id_ in batch.ids():
            file.execute("INSERT INTO events (id) VALUES (?)", (id_,))
        acknowledge(pipe, batch)
