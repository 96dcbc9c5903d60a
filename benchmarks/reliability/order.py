"""S1: no reader skips an event. S2: no writer decides on a stale version."""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from itertools import islice
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from random import Random
from typing import Any

import psycopg

from benchmarks.ground import PROCESSES, Ground
from benchmarks.reliability import oracle
from benchmarks.reliability.children import PATIENCE, acknowledge, batches, running
from benchmarks.reliability.figure import Figure
from benchmarks.reliability.given import event, events
from eventstore.errors import WrongExpectedVersion
from eventstore.store import EventStore

WRITERS = 8
ROLLED_BACK = 0.05
INSIDE_SECONDS = 0.004
"""The longest that a transaction stays open: what a slow client or network does."""

TOGETHER = 3
"""Tries at which all deciders have read before any of them appends: the fault is met however the machine schedules."""


class GivenUp(Exception):
    """The writer rolls back on purpose."""


def s1(ground: Ground) -> Iterator[Figure]:
    """Eight writers that sometimes roll back, and a reader that follows them by position."""
    for place, url in ground.urls():
        transactions = ground.times(150, 20)
        with EventStore.open(url) as store:
            seen, acknowledged = _race(ground, _store_writer, url, transactions, partial(_tail, store))
        stored = oracle.rows(url)
        yield Figure(
            name="S1",
            place=place,
            did=f"{WRITERS} writers, {sum(batch.size for batch in acknowledged):,} events, a reader behind them",
            harms={
                "missed": len({row.position for row in stored} - seen),
                "gaps": oracle.gaps([row.position for row in stored]),
                "lost": oracle.lost(acknowledged, [row.id for row in stored]),
                "split commits": oracle.split_commits(stored),
            },
            **_control_s1(ground, place, transactions),
        )


def _control_s1(ground: Ground, place: str, transactions: int) -> dict[str, Any]:
    url = ground.fresh(place)
    naive = _naive(url)
    naive.make()
    with closing(naive.connect()) as reader:
        seen, _ = _race(ground, _naive_writer, url, transactions, partial(_naive_tail, reader))
    stored = [int(row[0]) for row in oracle.select(url, "SELECT position FROM naive")]
    harms = {"missed": len(set(stored) - seen), "gaps": oracle.gaps(stored)}
    return {"control": naive.told, "control_harms": harms}


def _race(
    ground: Ground,
    writer: Callable[..., None],
    url: str,
    transactions: int,
    tail: Callable[[int], list[int]],
) -> tuple[set[int], list[oracle.Batch]]:
    """The positions that the tail saw while the writers ran, and the batches they acknowledged."""
    lots = [(url, f"w{number}", ground.seed, transactions) for number in range(WRITERS)]
    seen: set[int] = set()
    last = 0
    with running(writer, *lots) as children:
        while any(child.process.is_alive() for child in children):
            found = tail(last)
            seen.update(found)
            last = max([last, *found])
        seen.update(tail(last))
        return seen, [batch for child in children for batch in child.hear_all()]


def _tail(store: EventStore, last: int) -> list[int]:
    return [recorded.position for recorded in store.read_all(after=last)]


def _store_writer(pipe: Connection, url: str, name: str, seed: int, transactions: int) -> None:
    random = Random(f"{seed} {name}")
    with EventStore.open(url) as store:
        for batch in islice(batches(name, random, 4), transactions):
            try:
                with store.write() as writer:
                    writer.append(events(batch))
                    _linger(random)
            except GivenUp:
                continue
            acknowledge(pipe, batch)


def _linger(random: Random) -> None:
    """Stay in the transaction for a while, then perhaps give it up: the fault that is injected."""
    time.sleep(random.uniform(0, INSIDE_SECONDS))
    if random.random() < ROLLED_BACK:
        raise GivenUp


class _NaivePostgres:
    """Positions from a sequence: taken in one order, visible in another."""

    told = "bigserial"

    def __init__(self, url: str) -> None:
        self.url = url.replace("+psycopg", "")

    def connect(self) -> Any:
        """A connection in autocommit."""
        return psycopg.connect(self.url, autocommit=True)

    def make(self) -> None:
        """The table."""
        with self.connect() as server:
            server.execute("CREATE TABLE naive (position bigserial PRIMARY KEY, id text NOT NULL)")

    def write(self, server: Any, ids: list[str], random: Random) -> None:
        """One transaction."""
        with server.transaction():
            for id_ in ids:
                server.execute("INSERT INTO naive (id) VALUES (%s)", (id_,))
            _linger(random)


class _NaiveSqlite:
    """Positions reserved in a transaction of their own, as id generators do."""

    told = "positions reserved ahead"

    def __init__(self, url: str) -> None:
        self.path = url.removeprefix("sqlite:///")

    def connect(self) -> Any:
        """A connection in autocommit."""
        return sqlite3.connect(self.path, timeout=60, isolation_level=None)

    def make(self) -> None:
        """The table and the generator's row."""
        with closing(self.connect()) as file:
            file.execute("PRAGMA journal_mode=WAL")
            file.execute("CREATE TABLE naive (position INTEGER PRIMARY KEY, id TEXT NOT NULL)")
            file.execute("CREATE TABLE numbers (next INTEGER NOT NULL)")
            file.execute("INSERT INTO numbers VALUES (1)")

    def write(self, file: Any, ids: list[str], random: Random) -> None:
        """One transaction to reserve, one to write."""
        [(after,)] = file.execute("UPDATE numbers SET next = next + ? RETURNING next", (len(ids),)).fetchall()
        _linger(random)
        file.execute("BEGIN IMMEDIATE")
        file.executemany("INSERT INTO naive VALUES (?, ?)", list(zip(range(after - len(ids), after), ids, strict=True)))
        file.execute("COMMIT")


def _naive(url: str) -> _NaivePostgres | _NaiveSqlite:
    return _NaiveSqlite(url) if url.startswith("sqlite") else _NaivePostgres(url)


def _naive_writer(pipe: Connection, url: str, name: str, seed: int, transactions: int) -> None:
    random, naive = Random(f"{seed} {name}"), _naive(url)
    with closing(naive.connect()) as connection:
        for batch in islice(batches(name, random, 4), transactions):
            try:
                naive.write(connection, batch.ids(), random)
            except GivenUp:
                continue
            acknowledge(pipe, batch)


def _naive_tail(reader: Any, last: int) -> list[int]:
    found = reader.execute(f"SELECT position FROM naive WHERE position > {last:d} ORDER BY position")
    return [int(position) for (position,) in found.fetchall()]


def s2(ground: Ground) -> Iterator[Figure]:
    """Eight processes read a stream's version, decide, and append to it."""
    for place, url in ground.urls():
        tries = ground.times(60, 12)
        answers = _decide(url, tries, stating=True)
        control = ground.fresh(place)
        _decide(control, tries, stating=False)
        yield Figure(
            name="S2",
            place=place,
            did=f"{WRITERS} processes on one stream, {answers.count(True)} appended, {answers.count(False)} refused",
            harms={"stale decisions": _stale(url), "lost": answers.count(True) - len(oracle.rows(url))},
            flaws={"refusals missing": max(0, TOGETHER * (WRITERS - 1) - answers.count(False))},
            control="no expected version",
            control_harms={"stale decisions": _stale(control)},
        )


def _decide(url: str, tries: int, *, stating: bool) -> list[bool]:
    EventStore.open(url).close()
    meeting = PROCESSES.Barrier(WRITERS)
    lots = [(url, f"w{number}", tries, stating, meeting) for number in range(WRITERS)]
    with running(_decider, *lots) as children:
        return [answer for child in children for answer in child.hear_all()]


def _decider(
    pipe: Connection,
    url: str,
    name: str,
    tries: int,
    stating: bool,  # noqa: FBT001 - a child's lot
    meeting: Barrier,
) -> None:
    with EventStore.open(url) as store:
        for number in range(tries):
            version = store.version("order-1")
            if number < TOGETHER:
                meeting.wait(PATIENCE)
            new = event(f"proof#{name}/{number}/1/0", data={"decided_on": version})
            try:
                store.append([new], expected={"order-1": version} if stating else None)
            except WrongExpectedVersion:
                acknowledge(pipe, what=False)
            else:
                acknowledge(pipe, what=True)


def _stale(url: str) -> int:
    return sum(1 for row in oracle.rows(url) if json.loads(row.data)["decided_on"] + 1 != row.version)
