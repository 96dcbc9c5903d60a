"""Where a proof runs: fresh databases on both engines, a broker, a scale and a seed."""

import multiprocessing
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from multiprocessing.context import ForkServerContext
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from psycopg.conninfo import conninfo_to_dict

from tests.parts import kafka, postgres

ENGINES = ("SQLite", "PostgreSQL")

PROCESSES: ForkServerContext = multiprocessing.get_context("forkserver")
"""Children fork from a small server that holds no thread, lock or connection of ours, and has their modules."""

PROCESSES.set_forkserver_preload([
    "pytest",
    "benchmarks.append",
    "benchmarks.reliability.disks",
    "benchmarks.reliability.broker_crashes",
    "benchmarks.reliability.ingest_crashes",
    "benchmarks.reliability.order",
    "benchmarks.reliability.poison",
    "benchmarks.reliability.projecting",
    "benchmarks.reliability.server_crashes",
    "benchmarks.reliability.zombies",
])  # fmt: skip


@dataclass
class Ground:
    """Fresh databases, made on demand and dropped at the end. `scale` 1 is the full count, 0.1 the one of CI."""

    folder: Path
    scale: float
    seed: int
    stack: ExitStack
    superuser: str | None = None
    engines: tuple[str, ...] = ENGINES
    broker: kafka.Kafka | None = None
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def times(self, full: int, least: int = 1) -> int:
        """How often at this scale what is done `full` times at full scale."""
        return max(least, round(full * self.scale))

    def random(self, name: str) -> Random:
        """The random choices of one figure: the same for the same seed."""
        return Random(f"{self.seed} {name}")

    def path(self, name: str = "store") -> Path:
        """A file name that nothing else uses."""
        return self.folder / f"{name}-{next(self.numbers)}.db"

    def sqlite(self) -> str:
        """The address of a SQLite database that does not exist yet."""
        return f"sqlite:///{self.path()}"

    def database(self) -> postgres.Database:
        """A fresh PostgreSQL database with its owner's, a writer's and the superuser's address."""
        if self.superuser is None:
            raise NotHere(f"PostgreSQL: {postgres.missing()}")
        return self.stack.enter_context(postgres.fresh_database(self.superuser))

    @property
    def postgres_port(self) -> int:
        """Where the PostgreSQL server listens."""
        return int(conninfo_to_dict(self.superuser or "").get("port") or 5432)

    def urls(self) -> Iterator[tuple[str, str]]:
        """A fresh database of each engine that is here, with its name."""
        for engine in self.present:
            yield engine, self.fresh(engine)

    @property
    def present(self) -> list[str]:
        """The engines that are asked for and here."""
        return [engine for engine in self.engines if engine == "SQLite" or self.superuser is not None]

    def fresh(self, engine: str) -> str:
        """The address of a fresh database of an engine."""
        return self.sqlite() if engine == "SQLite" else self.database().url

    def need_broker(self) -> kafka.Kafka:
        """The Kafka broker, started when first asked for."""
        if self.broker is None:
            reason = kafka.missing()
            if reason:
                raise NotHere(f"Kafka: {reason}")
            self.broker = self.stack.enter_context(kafka.kafka())
        return self.broker


class NotHere(Exception):
    """A part that a figure needs is not installed: the figure is named as not run."""


@contextmanager
def ground(scale: float, seed: int) -> Iterator[Ground]:
    """A ground with the parts that are installed here; everything it made is gone at the end."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="chronoscope-proof-")))
        superuser = None if postgres.missing() else stack.enter_context(postgres.shared_url())
        yield Ground(folder, scale, seed, stack, superuser)
