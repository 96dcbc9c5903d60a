"""The ingest that one writes first: rows, then the offset in a commit of its own, nothing compared."""

import sqlite3
from collections.abc import Callable
from contextlib import closing

from benchmarks.reliability import oracle
from benchmarks.reliability.simulated_log import PARTITIONS, SimulatedLog, is_poison


class NaiveIngest:
    """Stores messages in a SQLite file and its place in the log in the same file, but in another transaction."""

    def __init__(self, path: str) -> None:
        self.file = sqlite3.connect(path, isolation_level=None, timeout=20)
        self.file.execute("PRAGMA journal_mode=WAL")
        self.file.execute("CREATE TABLE IF NOT EXISTS events (place TEXT NOT NULL, value BLOB NOT NULL)")
        self.file.execute("CREATE TABLE IF NOT EXISTS dead (place TEXT NOT NULL)")
        self.file.execute("CREATE TABLE IF NOT EXISTS place (partition INTEGER PRIMARY KEY, next INTEGER NOT NULL)")

    def stands(self) -> list[int]:
        """The next offset of each partition."""
        found = dict(self.file.execute("SELECT partition, next FROM place").fetchall())
        return [found.get(partition, 0) for partition in range(PARTITIONS)]

    def take(self, log: SimulatedLog, stands: list[int], limit: int, reach: Callable[[str], None]) -> list[int] | None:
        """Store the next messages after `stands`, then the new stands; None at the end of the log."""
        ends = [min(stand + limit // PARTITIONS, log.end(partition)) for partition, stand in enumerate(stands)]
        if ends == stands:
            return None
        reach("fetched")
        self.file.execute("BEGIN IMMEDIATE")
        for partition, (first, last) in enumerate(zip(stands, ends, strict=True)):
            self._store(log, partition, range(first, last))
        reach("before commit")
        self.file.execute("COMMIT")
        reach("after commit")
        self._move(ends)
        return ends

    def _store(self, log: SimulatedLog, partition: int, offsets: range) -> None:
        for offset in offsets:
            place, dead = f"{partition}/{offset}", is_poison(offset * PARTITIONS + partition)
            if dead:
                self.file.execute("INSERT INTO dead VALUES (?)", (place,))
            else:
                self.file.execute("INSERT INTO events VALUES (?, ?)", (place, log.record(partition, offset).value))

    def _move(self, ends: list[int]) -> None:
        self.file.execute("BEGIN IMMEDIATE")
        self.file.executemany("INSERT OR REPLACE INTO place VALUES (?, ?)", list(enumerate(ends)))
        self.file.execute("COMMIT")


def naive_harm(path: str) -> dict[str, int]:
    """How many messages and dead letters are there more than once."""
    with closing(sqlite3.connect(path)) as file:
        events = [place for (place,) in file.execute("SELECT place FROM events")]
        dead = [place for (place,) in file.execute("SELECT place FROM dead")]
    return {"doubled": oracle.doubled(events), "dead letters doubled": oracle.doubled(dead)}
