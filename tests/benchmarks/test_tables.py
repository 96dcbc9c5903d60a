"""The benches of read models run, at a tiny size; figures come from `make bench` alone. Copies are what they say."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from benchmarks import histories, projector
from benchmarks.copies import copied
from benchmarks.ground import Ground
from benchmarks.long_log import SECOND
from eventstore.core.projection import load
from eventstore.histories import Histories
from tests.histories.projected import recounted, rollup

SCALE, SEED = 0.002, 20_261_123


@pytest.fixture(params=["SQLite", pytest.param("PostgreSQL", marks=pytest.mark.real("postgres"))])
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ground]:
    """A ground with one database."""
    server = None if request.param == "SQLite" else str(request.getfixturevalue("_postgres_server"))
    with ExitStack() as stack:
        yield Ground(tmp_path, SCALE, SEED, stack, superuser=server, engines=(request.param,))


def test_every_question_has_its_line(ground: Ground) -> None:
    (engine,) = ground.present
    asked = histories.questions(ground, engine, histories.filled(ground, engine, (2,)))
    for kind in ("as_of", "page", "page, rare", "page, passing", "count", "curve", "ever"):
        assert f"\n| {kind} | " in asked


def test_the_projector_is_measured_beside_folding_and_its_rival(ground: Ground) -> None:
    against, kinds = projector.tables(ground)
    assert "goal 1)" in against
    assert kinds.count("\n| one key, ") == 2


def test_copies_are_a_history_of_more_orders(ground: Ground) -> None:
    (engine,) = ground.present
    place = histories.filled(ground, engine, ())
    orders, *_ = load(histories.MODULES)
    build = copied(place.store, orders, "more", 3, SECOND)
    one, three = (Histories(place.store).count(name, by="status") for name in ("orders", "more"))
    assert {tally.value: tally.keys for tally in three.tallies} == {
        tally.value: 3 * tally.keys for tally in one.tallies
    }
    assert rollup(place.store, build) == recounted(place.store, build)
