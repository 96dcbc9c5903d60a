"""P3: a projector killed again and again. P4: two projectors on one read model."""

from collections import Counter
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from threading import Timer

from benchmarks.ground import PROCESSES, Ground
from benchmarks.reliability.children import PATIENCE, Child, acknowledge, die, running
from benchmarks.reliability.figure import Figure
from benchmarks.reliability.ledger import NaiveProjector, differences, fill, ledger, naive_harm, named
from eventstore.projector import Projector
from eventstore.store import EventStore

BATCH = 40
EVENTS_A_KILL = 300
LONGEST, NAIVE_LONGEST = 50, 10
"""Points between statements that a life passes at most: six a batch, and those of the log's counts; two a batch."""

LONGEST_SECONDS = 0.2
"""The longest life of those that end at any instant."""


def p3(ground: Ground) -> Iterator[Figure]:
    """Lives that end by SIGKILL, in turn between two statements and at any instant; the next goes on."""
    kills = ground.times(50, 5)
    for place, url in ground.urls():
        fill(url, ground.random("p3 log"), kills * EVENTS_A_KILL)
        killed = _kill_often(ground, _live, url, kills)
        _undisturbed(url)
        control = ground.fresh(place)
        fill(control, ground.random("p3 log"), kills * EVENTS_A_KILL)
        with EventStore.open(control) as store:
            NaiveProjector(store).make()
        _kill_often(ground, _naive_life, control, kills)
        _naive_life(None, control, 0, 0)
        yield Figure(
            name="P3",
            place=place,
            did=f"{killed} SIGKILLs while {kills * EVENTS_A_KILL:,} events were projected, 20 % of them late",
            harms=differences(url, "ledger", "undisturbed"),
            flaws={"kills missing": kills - killed},
            control="the checkpoint in a second transaction",
            control_harms=naive_harm(control),
        )


def _undisturbed(url: str) -> None:
    """Finish what was killed, and do all of it again in one go."""
    with EventStore.open(url) as store:
        Projector(store, [ledger], batch=BATCH).catch_up()
        Projector(store, [named("undisturbed")], batch=BATCH).catch_up()


def _kill_often(ground: Ground, life: Callable[..., None], url: str, kills: int) -> int:
    """How many lives did not end by themselves."""
    random, killed = ground.random(f"p3 {life.__name__}"), 0
    for number in range(kills):
        child = Child(life, url, random.randint(1, LONGEST), random.uniform(0, LONGEST_SECONDS) * (number % 2))
        child.hear_all()
        killed += child.process.exitcode != 0
    return killed


class _Fuse:
    """Ends this process at its so-manieth point; 0: never."""

    def __init__(self, left: int) -> None:
        self.left = left

    def __call__(self, _: str) -> None:
        self.left -= 1
        if not self.left:
            die()


def _live(_: Connection, url: str, points: int, seconds: float) -> None:
    """Project until the end, which comes after so many seconds; if those are none, at so many points."""
    with EventStore.open(url) as store:
        projector = Projector(store, [ledger], hook=_Fuse(0 if seconds else points), batch=BATCH)
        if seconds:
            clock = Timer(seconds, die)
            clock.daemon = True
            clock.start()
        projector.catch_up()


def _naive_life(_: Connection | None, url: str, points: int, __: float) -> None:
    point = _Fuse(1 + points % NAIVE_LONGEST if points else 0)
    with EventStore.open(url) as store:
        naive = NaiveProjector(store)
        for events in naive.batches(BATCH):
            with store.write() as writer:
                naive.take(writer, events)
                point("taken")
            point("written")
            with store.write() as writer:
                naive.move(writer, events)


def p4(ground: Ground) -> Iterator[Figure]:
    """Two processes that begin together and follow the same log into the same build."""
    events = ground.times(4_000, 800)
    for place, url in ground.urls():
        fill(url, ground.random("p4 log"), events)
        _make(url)
        beaten = sum(_together(_projector, url))
        _undisturbed(url)
        control = ground.fresh(place)
        fill(control, ground.random("p4 log"), events)
        with EventStore.open(control) as store:
            NaiveProjector(store).make()
        _together(_naive_rival, control)
        yield Figure(
            name="P4",
            place=place,
            did=f"2 projectors on one build, {events:,} events, {beaten} batches lost to the other",
            harms=differences(url, "ledger", "undisturbed"),
            flaws={"meetings missing": int(beaten == 0)},
            control="the checkpoint set without comparing",
            control_harms=naive_harm(control),
        )


def _make(url: str) -> None:
    """The build, empty."""
    with EventStore.open(url) as store:
        Projector(store, [ledger]).catch_up(until=0)


def _together(target: Callable[..., None], url: str) -> list[int]:
    meeting = PROCESSES.Barrier(2)
    with running(target, (url, meeting), (url, meeting)) as children:
        return [int(said) for child in children for said in child.hear_all()]


def _projector(pipe: Connection, url: str, meeting: Barrier) -> None:
    passed = Counter[str]()

    def hook(point: str) -> None:
        passed[point] += 1
        if point == "folded" and passed[point] == 1:
            meeting.wait(PATIENCE)

    with EventStore.open(url) as store:
        Projector(store, [ledger], hook=hook, batch=BATCH).catch_up()
    acknowledge(pipe, passed["folded"] - passed["rollup written"])


def _naive_rival(pipe: Connection, url: str, meeting: Barrier) -> None:
    with EventStore.open(url) as store:
        naive = NaiveProjector(store)
        for number, events in enumerate(naive.batches(BATCH)):
            if not number:
                meeting.wait(PATIENCE)
            with store.write() as writer:
                naive.take(writer, events)
                naive.move(writer, events)
    acknowledge(pipe, 0)
