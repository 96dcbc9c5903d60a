"""Append: our store against the raw driver on the same tables, and against pyeventsourcing's recorders."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from multiprocessing.connection import Connection
from random import Random

from benchmarks import append_rival
from benchmarks.append_raw import RawPostgres, RawSqlite
from benchmarks.append_work import SHAPES, Shape, batches
from benchmarks.ground import Ground
from benchmarks.measure import Arm, Race
from benchmarks.reliability import oracle
from benchmarks.reliability.children import acknowledge, running
from benchmarks.tables import goal, table
from eventstore.store import EventStore

RAW_GOALS = {1: 0.75, 100: 0.9, 1_000: 0.9}
RIVAL_GOALS = {
    ("SQLite", 1, 1): 0.7,
    ("SQLite", 1_000, 750): 1.0,
    ("PostgreSQL", 1, 1): 1.5,
    ("PostgreSQL", 100, 1): 1.25,
    ("PostgreSQL", 100, 80): 1.25,
    ("PostgreSQL", 1_000, 1): 1.5,
    ("PostgreSQL", 1_000, 750): 1.5,
}
RACE_HEADS = ("append", "store us/event, CPU / wall", "raw driver", "pyeventsourcing", "store : raw by CPU",
              "store : pyeventsourcing by wall")  # fmt: skip


FILL = Shape(1_000, 750, 1)
FILLED = 100_000
"""Events in each arm's database before anything is measured."""


class Store:
    """Our store. Its events are made before the clock starts, the `RecordedEvent`s it returns are not taken out."""

    name = "store"

    def __init__(self, url: str, shape: Shape, random: Random) -> None:
        self.shape, self.random, self.url = shape, random, url
        self.store = EventStore.open(url)
        self.store.append([event for batch in batches(Shape(10, 1, 1), random) for event in batch])
        self.pids = () if url.startswith("sqlite") else sessions(url)

    def prepare(self) -> Callable[[], None]:
        """The batches of one piece of work."""
        work = list(batches(self.shape, self.random))

        def run() -> None:
            for batch in work:
                self.store.append(batch)

        return run

    def backends(self) -> Sequence[int]:
        """The server's processes for its pool."""
        return self.pids

    def close(self) -> None:
        """Close the store."""
        self.store.close()


def sessions(url: str) -> tuple[int, ...]:
    """Every session of the database but the asking one."""
    asked = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    return tuple(int(pid) for (pid,) in oracle.select(url, asked))


def races(ground: Ground, place: str) -> Iterator[tuple[Shape, Race]]:
    """The three arms on fresh databases of one engine, filled to the same size, then shape by shape."""
    random = ground.random(f"append {place}")
    with ExitStack() as stack:
        arms = list(_arms(ground, place, random))
        for arm in arms:
            stack.callback(arm.close)
            _fill(arm, ground.times(FILLED // FILL.batch))
        for shape in SHAPES:
            for arm in arms:
                arm.shape = shape
            race = Race(arms, shape.events)
            race.run(ground.times(40, 3), random)
            yield shape, race


def _fill(arm: Arm, batches_of_a_thousand: int) -> None:
    """A store that is not new: indexes of a size, pages not all in one place."""
    arm.shape = FILL
    for _ in range(batches_of_a_thousand):
        arm.prepare()()


def _arms(ground: Ground, place: str, random: Random) -> Iterator[Arm]:
    if place == "SQLite":
        raw, rival = ground.path("raw"), ground.path("rival")
        EventStore.open(f"sqlite:///{raw}").close()
        yield Store(ground.sqlite(), FILL, random)
        yield RawSqlite(str(raw), FILL, random)
        yield append_rival.sqlite(str(rival), FILL, random)
    else:
        raw_url = ground.database().url
        EventStore.open(raw_url).close()
        yield Store(ground.database().url, FILL, random)
        yield RawPostgres(raw_url, FILL, random)
        yield append_rival.postgres(ground.database().url, FILL, random)


def tables(ground: Ground) -> Iterator[str]:
    """The tables of both engines, and the writers' rates."""
    for place in ground.present:
        rows = [_row(place, shape, race) for shape, race in races(ground, place)]
        yield table((f"{place}: {RACE_HEADS[0]}", *RACE_HEADS[1:]), rows)
    yield writers(ground)


def _row(place: str, shape: Shape, race: Race) -> list[str]:
    costs = [race.median(name) for name in ("store", "raw", "pyeventsourcing")]
    raw, rival = race.ratio("store", "raw").cpu, race.ratio("store", "pyeventsourcing").wall
    wanted = RIVAL_GOALS.get((place, shape.batch, shape.streams))
    return [
        shape.told,
        *(f"{cost.cpu:.1f} / {cost.wall:.1f}" for cost in costs),
        goal(raw, RAW_GOALS[shape.batch]),
        goal(rival, wanted) if wanted else f"{rival:.2f}",
    ]


def writers(ground: Ground) -> str:
    """Events per second of 1, 2 and 4 processes that append to one store over 20 hot streams."""
    rows = [
        [f"{place}, batches of {batch}", *(f"{_rate(ground, place, batch, number):,.0f}" for number in (1, 2, 4))]
        for place in ground.present
        for batch in (1, 100)
    ]
    return table(("events/s with", "1 writer", "2 writers", "4 writers"), rows)


def _rate(ground: Ground, place: str, batch: int, number: int) -> float:
    url = ground.fresh(place)
    EventStore.open(url).close()
    appends = ground.times(2_000 if batch == 1 else 300, 20) // number
    with running(_writer, *[(url, batch, appends, ground.seed + lot) for lot in range(number)]) as children:
        spans: list[tuple[float, float]] = [span for child in children for span in child.hear_all()]
    stored = oracle.rows(url)
    if len(stored) != number * appends * batch or oracle.gaps([row.position for row in stored]):
        raise RuntimeError(f"{number} writers of {place} stored {len(stored)} events: not what they acknowledged.")
    return len(stored) / (max(end for _, end in spans) - min(start for start, _ in spans))


def _writer(pipe: Connection, url: str, batch: int, appends: int, seed: int) -> None:
    work = list(batches(Shape(batch, min(batch, 20), appends), Random(seed)))
    with EventStore.open(url) as store:
        start = time.monotonic()
        for events in work:
            store.append(events)
        acknowledge(pipe, (start, time.monotonic()))
