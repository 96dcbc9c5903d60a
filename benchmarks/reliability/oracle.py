"""What the database holds, read by the plain drivers: no code of the store takes part in judging it."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import psycopg


@dataclass(frozen=True)
class Row:
    """The facts of a stored event that the figures judge."""

    position: int
    commit_position: int
    id: str
    stream: str
    version: int
    data: str


@dataclass(frozen=True)
class Batch:
    """A batch that a writer appended. Its event ids tell writer, number, place and size, so a torn one shows."""

    writer: str
    number: int
    size: int

    def ids(self) -> list[str]:
        """The ids of its events."""
        return [f"proof#{self.writer}/{self.number}/{self.size}/{place}" for place in range(self.size)]


def batch_of(id_: str) -> Batch:
    """The batch that an event belongs to."""
    writer, number, size, _ = id_.removeprefix("proof#").split("/")
    return Batch(writer, int(number), int(size))


def select(url: str, statement: str) -> list[tuple[Any, ...]]:
    """The rows of a statement, by the driver of the database."""
    if url.startswith("sqlite:///"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=20)) as file:
            return file.execute(statement).fetchall()
    with psycopg.connect(url.replace("+psycopg", "")) as server:
        return server.execute(statement.encode()).fetchall()


def rows(url: str) -> list[Row]:
    """Every stored event, in the order of positions."""
    columns = "position, commit_position, id, stream, version, data"
    return [Row(*row) for row in select(url, f"SELECT {columns} FROM events ORDER BY position")]


def gaps(positions: Sequence[int]) -> int:
    """Positions missing or twice between 1 and the highest."""
    return max(positions, default=0) - len(set(positions)) + len(positions) - len(set(positions))


def torn(ids: Iterable[str]) -> int:
    """Batches of which only a part is stored."""
    return sum(1 for batch, stored in Counter(map(batch_of, ids)).items() if stored != batch.size)


def lost(acknowledged: Iterable[Batch], ids: Iterable[str]) -> int:
    """Acknowledged batches of which not every event is stored."""
    stored = set(ids)
    return sum(1 for batch in acknowledged if not stored.issuperset(batch.ids()))


def doubled(texts: Sequence[str]) -> int:
    """How many of the texts are repetitions of another."""
    return len(texts) - len(set(texts))


def split_commits(stored: Sequence[Row]) -> int:
    """Commits whose last position is not that of their last event, or whose batches are mixed."""
    last: dict[int, int] = {}
    for row in stored:
        last[row.commit_position] = row.position
    return sum(1 for commit, position in last.items() if commit != position)
