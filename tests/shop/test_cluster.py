"""The shop's own PostgreSQL server: it keeps its data, and says why where it cannot start."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from seed.shop.database import create_databases
from seed.shop.platform.cluster import ClusterDied, binaries, cluster

pytestmark = pytest.mark.real("postgres")


@pytest.fixture
def folder() -> Iterator[Path]:
    # not below pytest's own folder, which only its owner may enter: as root the server runs as somebody else
    with tempfile.TemporaryDirectory(prefix="chronoscope-shop-") as made:
        yield Path(made)


def ask(url: str, statement: str) -> list[tuple[object, ...]]:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            answer = connection.execute(text(statement))
            return [tuple(row) for row in answer] if answer.returns_rows else []
    finally:
        engine.dispose()


def test_it_goes_on_with_its_data(folder: Path) -> None:
    programs = binaries()
    assert programs is not None
    with cluster(folder, programs) as place:
        ask(create_databases(place, ["users"])["users"], "CREATE TABLE kept AS SELECT 7 AS number")
    with cluster(folder, programs) as place:
        assert ask(create_databases(place, ["users"])["users"], "SELECT number FROM kept") == [(7,)]


def test_a_server_that_cannot_start_says_where_to_look(folder: Path) -> None:
    programs = binaries()
    assert programs is not None
    (folder / "data").mkdir()
    (folder / "data" / "stray").write_text("somebody else's")
    with pytest.raises(ClusterDied, match=r"postgres\.log says why"), cluster(folder, programs):
        pass
