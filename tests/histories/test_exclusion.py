"""PostgreSQL's own proof: a copy of the rows under a constraint that no two of one key may overlap on both clocks.

In production it would cost twenty times an insert; the constraint needs no trust in any code of ours.
"""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from eventstore import projector
from eventstore.store import EventStore
from tests.histories import projected
from tests.histories.logs import named, seeded
from tests.histories.mistakes import THIRTY, TWELVE
from tests.histories.planted import Mistake, planted
from tests.store.fresh import connected

LOGS = 30
NAMES = {"known side never closed", "the predecessor untouched"}
OVERLAPPING = [one for one in (*TWELVE, *THIRTY) if one.name in NAMES]

PROOF = """
    CREATE TABLE proof_{name} (key int8range, valid int8range, known int8range,
        EXCLUDE USING gist (key WITH &&, valid WITH &&, known WITH &&))"""
COPY = """
    INSERT INTO proof_{name} SELECT int8range(number, number + 1), int8range(valid_from, valid_to),
        int8range(known_from, known_to)
    FROM (SELECT *, dense_rank() OVER (ORDER BY key) AS number FROM {rows}) AS numbered"""


@pytest.fixture
def store(postgres_url: str) -> Any:
    with EventStore.open(postgres_url) as opened:
        for commit in (commit for number in range(LOGS) for commit in seeded(number)):
            opened.append(commit)
        yield opened


def copied(store: EventStore, url: str, parts: Any, name: str) -> int:
    """How many rows the constraint let in: all, or it raises."""
    parts.Projector(store, [named(name)], batch=20).catch_up()
    rows = projected.live(store, name).rows
    with connected(url) as server:
        server.execute(PROOF.format(name=name).encode())
        return server.execute(COPY.format(name=name, rows=rows).encode()).rowcount


@pytest.mark.real("postgres")
def test_the_database_finds_no_overlap(store: EventStore, postgres_url: str) -> None:
    assert copied(store, postgres_url, projector, "right") > LOGS


@pytest.mark.real("postgres")
@pytest.mark.parametrize("mistake", OVERLAPPING, ids=lambda mistake: mistake.name)
def test_the_database_refuses_the_rows_of_a_mistake(
    mistake: Mistake, store: EventStore, postgres_url: str, tmp_path: Path
) -> None:
    with planted(mistake, tmp_path) as copy, pytest.raises(psycopg.errors.ExclusionViolation):
        copied(store, postgres_url, copy.projector, "wrong")
