"""I1: ingest dies at any of its points and is started again, until all is read."""

from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from random import Random

from benchmarks.ground import Ground
from benchmarks.reliability.children import Child, acknowledge, die
from benchmarks.reliability.figure import Figure
from benchmarks.reliability.naive_ingest import NaiveIngest, naive_harm
from benchmarks.reliability.simulated_log import TOPICS, SimulatedLog, all_places, consume, harm
from eventstore.ingest.intake import Intake
from eventstore.store import EventStore

BATCH = 20
CHANCE = 0.04
"""Of dying at a point: at 5 points a batch and 40 batches, about eight deaths in 800 messages."""


def i1(ground: Ground) -> Iterator[Figure]:
    """SIGKILL at the hooks of the batch: fetched, offsets, row, before commit, after commit."""
    log = SimulatedLog(ground.times(8_000, 800))
    for place, url in ground.urls():
        EventStore.open(url).close()
        deaths = _die_often(ground, _ingest, url, log)
        control = str(ground.path("naive"))
        _die_often(ground, _naive, control, log)
        yield Figure(
            name="I1",
            place=place,
            did=f"{log.messages:,} messages, {log.poisonous} of them poison, {deaths} SIGKILLs inside a batch",
            harms=harm(url, all_places(log), log.poisonous),
            flaws={"never killed": int(deaths == 0)},
            control="the offset in a commit of its own",
            control_harms=naive_harm(control),
        )


def _die_often(ground: Ground, target: Callable[..., None], where: str, log: SimulatedLog) -> int:
    """Start the ingest again and again until it comes to the end; how often it died before."""
    deaths = 0
    while "finished" not in Child(target, where, log, f"{ground.seed} life {deaths}").hear_all():
        deaths += 1
    return deaths


def dice(seed: str) -> Callable[[str], None]:
    """A hook at which the process dies now and then."""
    random = Random(seed)

    def hook(_point: str) -> None:
        if random.random() < CHANCE:
            die()

    return hook


def _ingest(pipe: Connection, url: str, log: SimulatedLog, seed: str) -> None:
    with EventStore.open(url) as store:
        for _ in consume(Intake(store, TOPICS, hook=dice(seed)), log, BATCH):
            pass
    acknowledge(pipe, "finished")


def _naive(pipe: Connection, path: str, log: SimulatedLog, seed: str) -> None:
    ingest, reach = NaiveIngest(path), dice(seed)
    stands: list[int] | None = ingest.stands()
    while stands is not None:
        stands = ingest.take(log, stands, BATCH, reach)
    acknowledge(pipe, "finished")
