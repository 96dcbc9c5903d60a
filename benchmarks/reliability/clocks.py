"""S15: the clock goes back."""

from collections.abc import Iterator
from itertools import pairwise

from benchmarks.ground import Ground
from benchmarks.reliability import oracle
from benchmarks.reliability.figure import Figure
from benchmarks.reliability.given import event
from eventstore.store import EventStore

SECOND = 1_000_000
READINGS = [second * SECOND for second in (100, 101, 90, 91, 150)]
EXPECTED = [second * SECOND for second in (100, 101, 101, 101, 150)]


def s15(ground: Ground) -> Iterator[Figure]:
    """Five appends while the clock reads 100, 101, 90, 91, 150 s."""
    for place, url in ground.urls():
        reading = [READINGS[0]]
        with EventStore.open(url, now=lambda reading=reading: reading[0]) as store:  # type: ignore[misc]
            for number, reading[0] in enumerate(READINGS):
                store.append([event(f"proof#s15/{number}")])
        stored = oracle.select(url, "SELECT recorded_at, occurred_at FROM events ORDER BY position")
        recorded = [int(row[0]) for row in stored]
        yield Figure(
            name="S15",
            place=place,
            did=f"clock at 100, 101, 90, 91, 150 s; recorded at {', '.join(str(at // SECOND) for at in recorded)}",
            harms={
                "steps back": _steps_back(recorded),
                "wrong": sum(1 for found, wanted in zip(recorded, EXPECTED, strict=True) if found != wanted),
                "occurred later than recorded": sum(1 for at, occurred in stored if occurred > at),
            },
            control="the clock as it is",
            control_harms={"steps back": _steps_back(READINGS)},
        )


def _steps_back(times: list[int]) -> int:
    return sum(1 for earlier, later in pairwise(times) if later < earlier)
