"""CPU and wall time of arms in one run: random order each round, medians, ratios."""

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Protocol

from benchmarks.append_work import Shape

NANOS = 1e9
MICROS = 1e6


@dataclass(frozen=True)
class Spent:
    """CPU (client and database backends) and wall time, in microseconds per event."""

    cpu: float
    wall: float


class Arm(Protocol):
    """One way of doing the work. `prepare` is not timed; what it returns is done by `work`."""

    name: str
    shape: Shape

    def prepare(self) -> Callable[[], None]:
        """Make the next piece of work, so that its making is not timed."""

    def backends(self) -> Sequence[int]:
        """The processes of a database that work for this arm."""

    def close(self) -> None:
        """Give back what the arm holds."""


def backend_cpu(pids: Sequence[int]) -> float:
    """Seconds that the processes ran, by the scheduler's own count."""
    return sum(int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) for pid in pids) / NANOS


def timed(arm: Arm, events: int) -> Spent:
    """What one piece of the arm's work costs per event."""
    work, pids = arm.prepare(), arm.backends()
    gc.collect()
    before, cpu, wall = backend_cpu(pids), time.process_time(), time.perf_counter()
    work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Spent((cpu + backend_cpu(pids) - before) / events * MICROS, wall / events * MICROS)


@dataclass
class Race:
    """Arms that do the same work in turns, in random order each round."""

    arms: Sequence[Arm]
    events: int
    samples: dict[str, list[Spent]] = field(default_factory=dict)

    def run(self, rounds: int, random: Random, warm_up: int = 2) -> None:
        """Run the rounds; the first `warm_up` are not counted."""
        for number in range(rounds + warm_up):
            for arm in random.sample(self.arms, len(self.arms)):
                spent = timed(arm, self.events)
                if number >= warm_up:
                    self.samples.setdefault(arm.name, []).append(spent)

    def median(self, name: str) -> Spent:
        """The arm's median cost."""
        spent = self.samples[name]
        return Spent(statistics.median(s.cpu for s in spent), statistics.median(s.wall for s in spent))

    def ratio(self, name: str, other: str) -> Spent:
        """Speed of arm `name` as a share of the other's: above 1 is quicker."""
        mine, theirs = self.median(name), self.median(other)
        return Spent(theirs.cpu / mine.cpu, theirs.wall / mine.wall)
