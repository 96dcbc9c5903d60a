"""Every figure of `make reliability` at a tenth of its counts, its control included. The full counts are by hand."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from benchmarks.ground import Ground, NotHere
from benchmarks.reliability.__main__ import FIGURES
from benchmarks.reliability.figure import Figure
from tests.parts.kafka import Kafka

SCALE, SEED = 0.1, 20_261_123
OF_READ_MODELS = ["P3", "P4", "P5", "P6", "P7", "P8"]
ON_SQLITE = ["S1", "S2", "S4", "S5", "S8", "S9", "S10", "S11", "S14", "S15", "S16", "I1", "I2", *OF_READ_MODELS]
ON_POSTGRESQL = ["S1", "S2", "S3", "S6", "S10", "S14", "S15", "S16", "I1", "I2", "I3", *OF_READ_MODELS]
OVER_KAFKA = ["I1 with a broker", "I6"]


@pytest.fixture
def sqlite_ground(tmp_path: Path) -> Iterator[Ground]:
    """A ground with SQLite only."""
    with ExitStack() as stack:
        yield Ground(tmp_path, SCALE, SEED, stack, engines=("SQLite",))


@pytest.fixture
def postgres_ground(tmp_path: Path, _postgres_server: str) -> Iterator[Ground]:
    """A ground with PostgreSQL only."""
    with ExitStack() as stack:
        yield Ground(tmp_path, SCALE, SEED, stack, superuser=_postgres_server, engines=("PostgreSQL",))


def hold(name: str, ground: Ground) -> None:
    """The figure does no harm, and its control does."""
    figures: list[Figure] = []
    try:
        figures += FIGURES[name](ground)
    except NotHere as missing:
        pytest.skip(f"{name} needs {missing}")
    assert figures
    assert [figure.fault for figure in figures if not figure.holds] == []


@pytest.mark.parametrize("name", ON_SQLITE)
def test_on_sqlite(name: str, sqlite_ground: Ground) -> None:
    hold(name, sqlite_ground)


@pytest.mark.real("postgres")
@pytest.mark.parametrize("name", ON_POSTGRESQL)
def test_on_postgresql(name: str, postgres_ground: Ground) -> None:
    hold(name, postgres_ground)


@pytest.mark.real("kafka")
@pytest.mark.parametrize("name", OVER_KAFKA)
def test_over_kafka(name: str, sqlite_ground: Ground, kafka: Kafka) -> None:
    sqlite_ground.broker = kafka
    hold(name, sqlite_ground)


@pytest.mark.real("kafka")
@pytest.mark.real("postgres")
@pytest.mark.parametrize("name", OVER_KAFKA)
def test_over_kafka_on_postgresql(name: str, postgres_ground: Ground, kafka: Kafka) -> None:
    postgres_ground.broker = kafka
    hold(name, postgres_ground)


def test_every_figure_is_here() -> None:
    assert {*ON_SQLITE, *ON_POSTGRESQL, *OVER_KAFKA} == set(FIGURES)
