"""I2: three ingesters believe that the same partitions are theirs."""

from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from random import Random

from benchmarks.ground import Ground
from benchmarks.reliability.children import acknowledge, running
from benchmarks.reliability.figure import Figure
from benchmarks.reliability.naive_ingest import NaiveIngest, naive_harm
from benchmarks.reliability.simulated_log import TOPIC, TOPICS, SimulatedLog, all_places, harm
from eventstore.errors import Fenced
from eventstore.ingest.intake import Intake
from eventstore.store import EventStore

CONSUMERS = 3
BATCH = 40


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
            flaws={"never fenced": int(fenced == 0)},
            control="offsets updated without comparing",
            control_harms=naive_harm(control),
        )


def _together(ground: Ground, target: Callable[..., None], where: str, log: SimulatedLog) -> int:
    lots = [(where, log, f"{ground.seed} zombie {number}") for number in range(CONSUMERS)]
    with running(target, *lots) as children:
        return sum(len(child.hear_all()) for child in children)


def _zombie(pipe: Connection, url: str, log: SimulatedLog, seed: str) -> None:
    limits = Random(seed)
    with EventStore.open(url) as store:
        intake = Intake(store, TOPICS)
        records, steps = log.poll(intake.positions([TOPIC]), BATCH)
        while steps:
            try:
                intake.take(records, steps)
            except Fenced as error:
                acknowledge(pipe, str(error))
            records, steps = log.poll(intake.positions([TOPIC]), limits.randint(4, BATCH))


def _naive_zombie(_: Connection, path: str, log: SimulatedLog, seed: str) -> None:
    ingest, limits = NaiveIngest(path), Random(seed)
    stands: list[int] | None = ingest.stands()
    while stands is not None:
        stands = ingest.take(log, stands, limits.randint(4, BATCH), lambda _point: None)
