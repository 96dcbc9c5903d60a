"""Histories: questions to read models of growing size, through the library's own functions, beside replay and MariaDB.

The first read model is projected from its log by the projector; larger ones are copies of its rows (`copies`).
"""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from random import Random
from typing import Any

from benchmarks import mariadb
from benchmarks.append import sessions
from benchmarks.copies import build_of, copied
from benchmarks.ground import Ground, NotHere
from benchmarks.long_log import BEGIN, RARE, SPAN, Told, one_key, stream, told, written
from benchmarks.measure import backend_cpu
from benchmarks.tables import table
from eventstore import Moment, Where, load, replay
from eventstore.core.event import Micros
from eventstore.core.history import OPEN
from eventstore.core.projection import Projection
from eventstore.histories import Histories
from eventstore.projector import Projector
from eventstore.store import EventStore

MODULES = ("eventstore.projections.orders", "eventstore.projections.shop_shapes")
PROJECTED = 100_000
COPIES, BY_HAND = (10,), (10, 100)
STREAMS = (7, 100, 1_000, 10_000)
LONG = 90_000_000
"""Orders from this number on are the streams that are replayed."""

QUESTIONS = 200
GROWTH = 2.0
GOALS: dict[str, float | dict[str, float]] = {
    "as_of": {"SQLite": 0.5, "PostgreSQL": 1.0},
    "count": 2.0,
    "page": 5.0,
    "page, rare": 5.0,
    "curve": 10.0,
}
"""p95 in milliseconds."""

Ask = Callable[[], Any]


@dataclass
class Times:
    """What asking took each time, in milliseconds: the CPU of client and database, and the wall."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    def take(self, ask: Ask, pids: Sequence[int]) -> Any:
        """Ask once."""
        before, cpu, wall = backend_cpu(pids), time.thread_time(), time.perf_counter()
        answer = ask()
        wall, cpu = time.perf_counter() - wall, time.thread_time() - cpu
        self.cpu.append((cpu + backend_cpu(pids) - before) * 1e3)
        self.wall.append(wall * 1e3)
        return answer

    def p(self, percent: int, *, wall: bool = False) -> float:
        """A percentile."""
        return statistics.quantiles(self.wall if wall else self.cpu, n=100, method="inclusive")[percent - 1]


class Asker:
    """Questions at random moments to one read model: two of three anywhere, one in the first 5 % of its history."""

    def __init__(self, histories: Histories, name: str, keys: Sequence[str], random: Random) -> None:
        self.histories, self.name, self.keys, self.random = histories, name, keys, random

    def moment(self) -> Micros:
        """Where to stand."""
        share = 0.05 if self.random.random() < 1 / 3 else 1.0
        return BEGIN + int(self.random.random() * share * SPAN)

    def questions(self) -> dict[str, Ask]:
        """One of each kind."""
        at = Moment(occurred=self.moment())
        rare = (Where("status", "=", RARE),)
        width = int(6.12e9 * (SPAN / 6.12e9) ** self.random.random())  # 1.7 hours to two years
        since = BEGIN + int(self.random.random() * (SPAN - width))
        one = self.histories
        return {
            "as_of": partial(one.as_of, self.name, self.random.choice(self.keys), at),
            "page": partial(one.page, self.name, at),
            "page, rare": partial(one.page, self.name, at, where=rare),
            "page, passing": partial(one.page, self.name, at, where=(Where("status", "=", "paid"),)),
            "count": partial(one.count, self.name, at, by="status"),
            "curve": partial(one.curve, self.name, "status", since, since + width),
            "ever": partial(one.ever, self.name, rare, at),
        }


@dataclass
class Filled:
    """A store with its read models, the smallest first, and the processes that work for it."""

    store: EventStore
    projection: Projection
    sizes: dict[str, int]
    pids: Sequence[int]


def filled(ground: Ground, engine: str, copies: Sequence[int]) -> Filled:
    """The log appended and projected; then its copies; then the streams that are replayed, projected too."""
    url, events = ground.fresh(engine), ground.times(PROJECTED, 2_000)
    store = ground.stack.enter_context(EventStore.open(url))
    orders, *_ = load(MODULES)
    random = ground.random("histories")
    append(store, told(events, random), random)
    projector = Projector(store, [orders])
    projector.catch_up()
    sizes = {"orders": _rows(store, "orders")}
    for times in copies:
        name = f"orders_{times}"
        copied(store, orders, name, times, SPAN * 7 // events // times)
        sizes[name] = _rows(store, name)
    if engine == "PostgreSQL":
        _analyze(store)
    for number, length in enumerate(STREAMS):
        steps = one_key(ground.times(length, 2), random)
        append(store, [Told(one.arrives, one.occurred, LONG + number, one.type) for one in steps], random)
    projector.catch_up()
    return Filled(store, orders, sizes, () if engine == "SQLite" else sessions(url))


def append(store: EventStore, log: Sequence[Told], random: Random, commit: int = 1_000) -> None:
    """The events in commits of that size."""
    waiting = written(log, random)
    while batch := list(islice(waiting, commit)):
        store.append(batch)


def _rows(store: EventStore, name: str) -> int:
    ((number,),) = store.rows(f"SELECT count(*) FROM {build_of(store, name).rows}")
    return int(number)


def _analyze(store: EventStore) -> None:
    """What autovacuum does by itself a minute later."""
    with store.write() as writer:
        store.database.lock_schema(writer.session)
        writer.execute("ANALYZE")


def tables(ground: Ground) -> Iterator[str]:
    """Both engines at a hundred thousand and a million rows."""
    yield from _tables(ground, COPIES)


def tables_by_hand(ground: Ground) -> Iterator[str]:
    """The same, and at ten million."""
    yield from _tables(ground, BY_HAND)


def _tables(ground: Ground, copies: Sequence[int]) -> Iterator[str]:
    sqlite: Filled | None = None
    for engine in ground.present:
        place = filled(ground, engine, copies)
        sqlite = place if engine == "SQLite" else sqlite
        yield questions(ground, engine, place)
        yield replayed(ground, engine, place)
    yield "Pages by key and by amount are not offered yet: a page is sorted by latest change alone.\n"
    if sqlite is not None:
        try:
            yield rival(ground, sqlite, copies[:1])
        except NotHere as missing:
            yield f"not run: {missing}\n"


def questions(ground: Ground, engine: str, place: Filled) -> str:
    """Every kind of question at every size, in turns."""
    random = ground.random("questions")
    histories = Histories(place.store, [place.projection])
    askers = [Asker(histories, name, _keys(place.store, name, random), random) for name in place.sizes]
    times: dict[str, list[Times]] = {}
    visited: dict[str, list[int]] = {}
    for turn in range(ground.times(QUESTIONS, 8) + 4):
        for number, asker in enumerate(askers):
            for kind, ask in asker.questions().items():
                spent = times.setdefault(kind, [Times() for _ in askers])[number]
                answer = (spent if turn >= 4 else Times()).take(ask, place.pids)
                visited.setdefault(kind, [0] * len(askers))[number] += getattr(answer, "visited", 0)
    turns = ground.times(QUESTIONS, 8) + 4
    sizes = [f"{rows:,}" for rows in place.sizes.values()]
    return table(
        (f"{engine}: p50 / p95, ms CPU (wall)", *(f"{size} rows" for size in sizes), "p50, p95 grow", "p95 goal",
         "rows visited"),
        [_line(engine, kind, spent, [number // turns for number in visited[kind]]) for kind, spent in times.items()],
    )  # fmt: skip


def _line(engine: str, kind: str, spent: Sequence[Times], visited: Sequence[int]) -> list[str]:
    last, grown = spent[-1], spent[-1].p(95) / spent[0].p(95)
    return [
        kind,
        *map(_told, spent),
        f"{last.p(50) / spent[0].p(50):.1f}x, {grown:.1f}x: {_verdict(grown <= GROWTH)}",
        _against_goal(GOALS.get(kind), engine, last),
        ", ".join(f"{number:,}" for number in visited) if any(visited) else "",
    ]


def _against_goal(goal: float | dict[str, float] | None, engine: str, spent: Times) -> str:
    if goal is None:
        return ""
    limit = goal[engine] if isinstance(goal, dict) else goal
    met, wall = (_verdict(spent.p(95, wall=wall) <= limit) for wall in (False, True))
    return f"{limit:g}: {met}, wall {wall}"


def _told(spent: Times) -> str:
    wall = f"{spent.p(50, wall=True):.2f} / {spent.p(95, wall=True):.2f}"
    return f"{spent.p(50):.2f} / {spent.p(95):.2f} ({wall})"


def _verdict(met: bool) -> str:  # noqa: FBT001 - it is said in one word
    return "reached" if met else "**missed**"


def _keys(store: EventStore, name: str, random: Random) -> list[str]:
    """Some keys of a read model."""
    build = build_of(store, name)
    ((last,),) = store.rows(f"SELECT max(id) FROM {build.rows}")
    ids = [random.randrange(last) for _ in range(1_000)]
    condition, values = store.database.among("id", ids)
    return [key for (key,) in store.rows(f"SELECT key FROM {build.rows} WHERE {condition}", values)]


def replayed(ground: Ground, engine: str, place: Filled) -> str:
    """`as_of` beside reading a stream and folding it, and beside folding out of the whole log."""
    store, orders = place.store, place.projection
    histories, lines = Histories(store, [orders]), []
    for number, length in enumerate(STREAMS):
        key, events = stream(LONG + number), ground.times(length, 2)
        turns = max(3, min(ground.times(200, 3), 20_000 // length))
        stored, folded = Times(), Times()
        for _ in range(turns):
            stored.take(partial(histories.as_of, "orders", key), place.pids)
            folded.take(partial(_replay, place, key), place.pids)
        lines.append(_against(f"a stream of {events:,} events", stored, folded))
    key, stored, scanned = stream(1), Times(), Times()
    for _ in range(2):
        stored.take(partial(histories.as_of, "orders", key), place.pids)
        scanned.take(lambda: replay(orders, (one for one in store.read_all() if one.stream == key)), place.pids)
    lines.append(_against(f"the log of {store.head().position:,} events", stored, scanned))
    return table((f"{engine}: replaying", "as_of, ms CPU", "replay, ms CPU", "replay : as_of"), lines)


def _replay(place: Filled, key: str) -> object:
    return replay(place.projection, place.store.read_stream(key))


def _against(what: str, stored: Times, folded: Times) -> list[str]:
    mine, theirs = statistics.median(stored.cpu), statistics.median(folded.cpu)
    return [what, f"{mine:.2f}", f"{theirs:.2f}", f"{theirs / mine:,.1f}"]


def rival(ground: Ground, place: Filled, copies: Sequence[int]) -> str:
    """The same rows in MariaDB's system-versioned tables, and our SQLite beside it in the same turns."""
    random = ground.random("questions")
    histories = Histories(place.store, [place.projection])
    with mariadb.server() as connection:
        base = mariadb.Versioned(connection, "orders")
        base.fill(_believed(place.store))
        theirs = [base]
        for number in copies:
            theirs.append(mariadb.Versioned(connection, f"orders_{number}"))
            theirs[-1].copy("orders", number, SPAN * 7 // place.sizes["orders"] // number)
        base.run(f"ANALYZE TABLE {', '.join(one.table for one in theirs)}")
        threads = base.threads()
        names = list(place.sizes)[: len(theirs)]
        askers = [Asker(histories, name, _keys(place.store, name, random), random) for name in names]
        times: dict[str, list[tuple[Times, Times]]] = {}
        for _ in range(ground.times(30, 3)):
            for number, (asker, versioned) in enumerate(zip(askers, theirs, strict=True)):
                for kind, (ours, other) in _pairs(asker, versioned).items():
                    mine, his = times.setdefault(kind, [(Times(), Times()) for _ in askers])[number]
                    mine.take(ours, place.pids)
                    his.take(other, threads)
    rows = [
        [kind, *(f"{his.p(50):.2f} / {his.p(95):.2f} ({his.p(50) / mine.p(50):.1f})" for mine, his in spent)]
        for kind, spent in times.items()
    ]
    heads = (f"{place.sizes[name]:,} rows" for name in names)
    return table(("MariaDB: p50 / p95, ms CPU (p50 : ours on SQLite)", *heads), rows)


def _pairs(asker: Asker, versioned: mariadb.Versioned) -> dict[str, tuple[Ask, Ask]]:
    """The same question to both."""
    at, key = asker.moment(), asker.random.choice(asker.keys)
    when, moment = datetime.fromtimestamp(at / 1e6, UTC).strftime("%Y-%m-%d %H:%M:%S.%f"), Moment(occurred=at)
    one, name = asker.histories, asker.name
    rare = (Where("status", "=", RARE),)
    return {
        "as_of": (partial(one.as_of, name, key, moment), partial(versioned.as_of, key, when)),
        "page": (partial(one.page, name, moment), partial(versioned.page, when, None)),
        "page, rare": (partial(one.page, name, moment, where=rare), partial(versioned.page, when, RARE)),
        "count": (partial(one.count, name, moment, by="status"), partial(versioned.count, when)),
    }


def _believed(store: EventStore) -> list[tuple[str, str, int | None, str, int, int | None]]:
    build = build_of(store, "orders")
    rows = store.rows(
        f"SELECT key, f_status, f_total, state, valid_from, valid_to FROM {build.rows} "
        f"WHERE known_to = {OPEN} AND state IS NOT NULL AND key < ?",
        (stream(LONG),),
    )
    return [(*row[:5], None if row[5] == OPEN else row[5]) for row in rows]
