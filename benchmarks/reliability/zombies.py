"""I2: three ingesters believe that the same partitions are theirs."""

from collections.abc import Callable, Iterator
from itertools import count
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from random import Random

from benchmarks.ground import PROCESSES, Ground
from benchmarks.reliability.children import PATIENCE, acknowledge, running
from benchmarks.reliability.figure import Figure
from benchmarks.reliability.naive_ingest import NaiveIngest, naive_harm
from benchmarks.reliability.simulated_log import TOPIC, TOPICS, SimulatedLog, all_places, harm
from eventstore.errors import Fenced
from eventstore.ingest.intake import Intake
from eventstore.store import EventStore

CONSUMERS = 3
BATCH = 40

TOGETHER = 5
"""Batches before which all have fetched the same messages: the fault is met however the machine schedules."""


def i2(ground: Ground) -> Iterator[Figure]:
    """Each one goes on from where it believes to stand; a fenced one looks again and goes on."""
    log = SimulatedLog(ground.times(8_000, 1_200))
    for place, url in ground.urls():
        EventStore.open(url).close()
        fenced = _together(ground, _zombie, url, log)
        control = str(ground.path("naive"))
        NaiveIngest(control).file.close()
        _together(ground, _naive_zombie, control, log)
        yield Figure(
            name="I2",
            place=place,
            did=f"{CONSUMERS} ingesters on the same partitions, {log.messages:,} messages, fenced {fenced} times",
            harms=harm(url, all_places(log), log.poisonous),
            flaws={"fences missing": max(0, TOGETHER * (CONSUMERS - 1) - fenced)},
            control="offsets updated without comparing",
            control_harms=naive_harm(control),
        )


def _together(ground: Ground, target: Callable[..., None], where: str, log: SimulatedLog) -> int:
    meeting = PROCESSES.Barrier(CONSUMERS)
    lots = [(where, log, f"{ground.seed} zombie {number}", meeting) for number in range(CONSUMERS)]
    with running(target, *lots) as children:
        return sum(len(child.hear_all()) for child in children)


def _zombie(pipe: Connection, url: str, log: SimulatedLog, seed: str, meeting: Barrier) -> None:
    limits = Random(seed)
    with EventStore.open(url) as store:
        intake = Intake(store, TOPICS)
        for number in count():
            records, steps = log.poll(intake.positions([TOPIC]), limits.randint(4, BATCH))
            if not steps:
                return
            if number < TOGETHER:
                meeting.wait(PATIENCE)
            try:
                intake.take(records, steps)
            except Fenced as error:
                acknowledge(pipe, str(error))


def _naive_zombie(_: Connection, path: str, log: SimulatedLog, seed: str, meeting: Barrier) -> None:
    ingest, limits = NaiveIngest(path), Random(seed)
    stands: list[int] | None = ingest.stands()
    meeting.wait(PATIENCE)
    while stands is not None:
        stands = ingest.take(log, stands, limits.randint(4, BATCH), lambda _point: None)
