"""The projector: what an event costs it, beside pyeventsourcing's runner and folding alone; rows and bytes stored."""

import gc
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks import projector_rival
from benchmarks.copies import build_of
from benchmarks.ground import Ground
from benchmarks.histories import MODULES, append
from benchmarks.long_log import Told, by_topic, one_key, told, written
from benchmarks.measure import MICROS, Spent
from benchmarks.reliability import oracle
from benchmarks.tables import goal, table
from eventstore import load
from eventstore.core.projection import State
from eventstore.projector import Projector
from eventstore.projector.log import LogReader
from eventstore.store import EventStore

EVENTS, RIVAL, HOT = 50_000, 10_000, 100_000
GOAL = 1.0
COMMIT = 1_000
"""How many events a commit holds, if nothing else is said."""

HEADS = (
    "us/event, CPU / wall",
    "events/s by CPU",
    "rows an event, superseded of them",
    "rows inserted, updated, deleted an event",
    "bytes an event, of roll-ups",
)
TOUCHED = "SELECT n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_user_tables WHERE relname = 'history_1'"


@dataclass(frozen=True, slots=True)
class Kept:
    """What projecting a log cost per event, and what it left in the tables of the read model."""

    spent: Spent
    rows: int
    superseded: int
    touched: Sequence[int]
    size: int
    rollups: int


def tables(ground: Ground) -> Iterator[str]:
    """Against the rival and folding alone; then logs that are late, come topic by topic, or are of one key."""
    yield table(
        (
            "us/event, CPU / wall",
            "projector, every state",
            "events/s by CPU, wall",
            "folding alone",
            "pyeventsourcing's projection, latest state",
            "projector : pyeventsourcing by CPU",
            "by wall",
        ),
        [against(ground, engine) for engine in ground.present],
    )
    for engine in ground.present:
        yield table((f"{engine}: log, in commits of {COMMIT:,}", *HEADS), list(kinds(ground, engine)))


def against(ground: Ground, engine: str) -> list[str]:
    """One line: the projector, folding alone, the rival."""
    log = told(ground.times(EVENTS, 1_000), ground.random("projector"))
    ours = projected(ground, engine, log).spent
    alone = folding(ground, log)
    theirs = rival(ground, engine, log[: ground.times(RIVAL, 200)])
    return [
        engine,
        _costs(ours),
        f"{MICROS / ours.cpu:,.0f}, {MICROS / ours.wall:,.0f}",
        _costs(alone),
        _costs(theirs),
        goal(theirs.cpu / ours.cpu, GOAL),
        goal(theirs.wall / ours.wall, GOAL),
    ]


def kinds(ground: Ground, engine: str) -> Iterator[list[str]]:
    """One line for each kind of log."""
    random, events = ground.random("kinds"), ground.times(EVENTS, 1_000)
    hot = ground.times(HOT, 1_500)
    late = told(events, random, late=0.5)
    logs: dict[str, tuple[Sequence[Told], int]] = {
        "in order": (told(events, random, late=0), COMMIT),
        "2 % late by a day": (told(events, random, late=0.02), COMMIT),
        "50 % late by a day": (late, COMMIT),
        "the same in commits of 10": (late, 10),
        "three topics, one after another": (by_topic(told(events, random, late=0)), COMMIT),
        f"one key, {hot:,} states in order": (one_key(hot, random), COMMIT),
        f"one key, {hot:,} states, 2 % late by a minute": (one_key(hot, random, late=0.02), COMMIT),
    }
    for name, (log, commit) in logs.items():
        kept = projected(ground, engine, log, commit)
        yield [
            name,
            _costs(kept.spent),
            f"{MICROS / kept.spent.cpu:,.0f}",
            f"{kept.rows / len(log):.2f}, {kept.superseded / len(log):.2f}",
            ", ".join(f"{number / len(log):.2f}" for number in kept.touched) or "not counted here",
            f"{kept.size / len(log):,.0f}, {kept.rollups / len(log):,.0f}",
        ]


def projected(ground: Ground, engine: str, log: Sequence[Told], commit: int = COMMIT) -> Kept:
    """Append the log to a fresh store in commits of that size, count it, then project it: what that alone cost."""
    url, random = ground.fresh(engine), ground.random("payloads")
    with EventStore.open(url) as store:
        append(store, log, random, commit)
        LogReader(store).catch_up()
        orders, *_ = load(MODULES)
        projector = Projector(store, [orders])
        projector.catch_up(until=0)
        cost = spent(projector.catch_up, len(log), server(url))
        build = build_of(store, "orders")
        ((rows, current),) = store.rows(
            f"SELECT count(*), count(CASE WHEN known_to = {2**62} THEN 1 END) FROM {build.rows}"
        )
    touched = () if engine == "SQLite" else oracle.select(url, TOUCHED)[0]
    return Kept(cost, rows, rows - current, touched, *(size(url, name) for name in (build.rows, build.rollup)))


def size(url: str, name: str) -> int:
    """The bytes of a table and its indexes."""
    if url.startswith("sqlite"):
        asked = (
            f"SELECT sum(s.pgsize) FROM dbstat s JOIN sqlite_schema m ON m.name = s.name WHERE m.tbl_name = '{name}'"
        )
    else:
        asked = f"SELECT pg_total_relation_size('{name}')"
    return int(oracle.select(url, asked)[0][0])


def folding(ground: Ground, log: Sequence[Told]) -> Spent:
    """The folds in memory, the latest state of each key, over events that were read before."""
    with EventStore.open(ground.sqlite()) as store:
        append(store, log, ground.random("payloads"))
        events = list(store.read_all())
    orders, *_ = load(MODULES)
    states: dict[str, State | None] = {}

    def fold() -> None:
        for event in events:
            for key in orders.keys(event):
                states[key] = orders.apply(states.get(key), event)

    return spent(fold, len(events), None)


def rival(ground: Ground, engine: str, log: Sequence[Told]) -> Spent:
    """The same events through pyeventsourcing's projection."""
    url = ground.fresh(engine)
    with closing(projector_rival.projected(url, list(written(log, ground.random("payloads"))))) as given:
        return spent(next(given), len(log), server(url))


def spent(work: Callable[[], object], events: int, postmaster: int | None) -> Spent:
    """What the work costs per event: the CPU of this process and of all of a server's, and wall time."""
    gc.collect()
    before, cpu, wall = server_cpu(postmaster), time.process_time(), time.perf_counter()
    work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Spent((cpu + server_cpu(postmaster) - before) / events * MICROS, wall / events * MICROS)


def server(url: str) -> int | None:
    """The process whose children are the server's; None: the database is a file."""
    if url.startswith("sqlite"):
        return None
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return int(_stat(connection.info.backend_pid)[1])


def server_cpu(postmaster: int | None) -> float:
    """Seconds that a server's processes ran, those that ended included."""
    if postmaster is None:
        return 0.0
    ticks = sum(map(int, _stat(postmaster)[11:15]))
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(FileNotFoundError, ProcessLookupError):
            found = _stat(int(folder.name))
            ticks += sum(map(int, found[11:13])) if int(found[1]) == postmaster else 0
    return ticks / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    """What the system says of a process behind its name: state, parent, ..., CPU of its own and of ended children."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _costs(cost: Spent) -> str:
    return f"{cost.cpu:.1f} / {cost.wall:.1f}"
