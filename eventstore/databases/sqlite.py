"""SQLite: one file, one writer at a time, any number of readers.

**Never open the database file itself in a process that has it as a store** (no `open`, copy or hash): closing that
file drops every lock of the process, another process may then remove the write-ahead log, and acknowledged commits
are lost. A copy is made by `VACUUM INTO` or SQLite's backup. Files on a network share, and a store carried through
`fork`, are not supported.

Whoever may write the file can drop the triggers that keep events for ever; `chronoscope verify` tells.
"""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

from sqlalchemy import create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection, QueuePool

from eventstore import clock, errors
from eventstore.databases.database import POOL_TIMEOUT, READ_DEADLINE, Database, Row, Session, added

BUSY_TIMEOUT = 20.0
"""How long, in seconds, a writer waits for another. SQLite's waiting is unfair: 8 writers made one wait over 1 s."""

INODE = "inode of the write-ahead log"

_COUNT = """
    UPDATE counter SET position = position + ?1, recorded_at = max(recorded_at, ?2),
    frontier = max(frontier, min(?3, max(recorded_at, ?2)))
    WHERE one = 1 RETURNING position, recorded_at, frontier, schema"""

_HEAD = """
    SELECT stream, version, stream_frontier, occurred_at, NULL, NULL
    FROM events WHERE stream = ? ORDER BY version DESC LIMIT 1"""
_HEADS = """
    SELECT e.stream, e.version, e.stream_frontier, e.occurred_at, {origin} FROM json_each(?) s JOIN events e
    ON e.stream = s.value AND e.version = (SELECT max(version) FROM events WHERE stream = s.value) {join}"""
_NO_ORIGIN = _HEADS.format(origin="NULL, NULL", join="")
_ORIGIN = _HEADS.format(origin="o.source, o.partition", join="LEFT JOIN origins o ON o.position = e.position")

_KINDS: dict[int, type[errors.DatabaseError]] = {
    sqlite3.SQLITE_BUSY: errors.StoreBusy,
    sqlite3.SQLITE_LOCKED: errors.StoreBusy,
    sqlite3.SQLITE_FULL: errors.StoreFull,
    sqlite3.SQLITE_READONLY: errors.StoreReadOnly,
    sqlite3.SQLITE_PERM: errors.StoreReadOnly,
    sqlite3.SQLITE_AUTH: errors.StoreReadOnly,
    sqlite3.SQLITE_CANTOPEN: errors.ConnectionLost,
    sqlite3.SQLITE_IOERR: errors.StoreFailed,
    sqlite3.SQLITE_CORRUPT: errors.StoreDamaged,
    sqlite3.SQLITE_NOTADB: errors.StoreDamaged,
}


class SQLite(Database):
    """A SQLite file. WAL, every commit synced to disk before it is acknowledged, 8 KB pages."""

    types: ClassVar[Mapping[str, str]] = {
        "int": "INTEGER",
        "small": "INTEGER",
        "text": "TEXT",
        "bytes": "BLOB",
        "real": "REAL",
        "serial": "INTEGER PRIMARY KEY AUTOINCREMENT",
        "hot": "",
        "id": "INTEGER PRIMARY KEY",
        "keyed": " WITHOUT ROWID",
    }
    driver_errors = (sqlite3.Error,)
    begin_snapshot = "BEGIN"
    begin = "BEGIN IMMEDIATE"  # a deferred transaction that reads first fails at once when another writes
    upgrades_on_open = True

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self._log = f"{path}-wal"
        engine = create_engine(
            "sqlite+pysqlite://",
            creator=self._connect,
            poolclass=QueuePool,
            pool_timeout=POOL_TIMEOUT,
            pool_reset_on_return=None,
        )
        super().__init__(engine, f"sqlite:///{path}", read_only=read_only)
        event.listen(engine, "connect", self._prepare)

    @property
    def exists(self) -> bool:
        """Whether there is a file."""
        return self.path.exists()

    def dialected(self, sql: str) -> str:
        """SQLite's driver takes `?` as it is."""
        return sql

    def run_many(self, session: Session, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """One prepared statement for all."""
        session.cursor.executemany(sql, rows)  # type: ignore[arg-type] # any iterable does

    def problem(self, error: BaseException) -> errors.EventStoreError:
        """By SQLite's result code; constraints by what they name."""
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        if code == sqlite3.SQLITE_INTERRUPT:
            return errors.QueryTooSlow(self.label, READ_DEADLINE)
        if code == sqlite3.SQLITE_CONSTRAINT_TRIGGER:
            return errors.AppendOnly(self.label, str(error).partition(" ")[0])
        if "UNIQUE constraint failed: events.id" in str(error):
            return errors.IdTaken(self.label, str(error))
        kind = _KINDS.get(code & 0xFF, errors.DatabaseError)
        return kind(self.label, str(error))

    def tables(self, session: Session) -> set[str]:
        """All tables of the file but SQLite's own."""
        found = session.rows(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite@_%' ESCAPE '@'"
        )
        return {name for (name,) in found}

    def take_positions(self, session: Session, events: int, now: int, top: int) -> Row:
        """`BEGIN IMMEDIATE` took the lock, so the counter is only counted on."""
        (row,) = session.rows(_COUNT, (events, now, top))
        return row

    def lock(self, session: Session) -> None:
        """`BEGIN IMMEDIATE` took it."""

    def lock_schema(self, session: Session) -> None:
        """`BEGIN IMMEDIATE` does."""

    def insert(self, session: Session, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """One prepared statement for all rows."""
        statement = _insert(table, tuple(columns))
        if len(rows) == 1:
            session.execute(statement, rows[0])
        else:
            session.executemany(statement, rows)

    def update(self, session: Session, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """One prepared statement for all rows."""
        settings = ", ".join(f"{name} = ?{number}" for number, name in enumerate(columns, 2))
        session.executemany(f"UPDATE {table} SET {settings} WHERE id = ?1", rows)  # noqa: S608 - our own names

    def add_up(
        self, session: Session, table: str, keys: Mapping[str, str], sums: Sequence[str], rows: Sequence[Row]
    ) -> None:
        """One prepared statement for all rows."""
        session.executemany(added(table, keys, sums, f"VALUES ({', '.join('?' * (len(keys) + len(sums)))})"), rows)

    def given(self, rows: Sequence[tuple[str, int]]) -> tuple[str, list[Any]]:
        """A list in one JSON text."""
        pairs = "SELECT value ->> '$[0]' AS text, value ->> '$[1]' AS number FROM json_each(?)"
        return f"({pairs}) AS given", [json.dumps(rows)]

    def among(self, column: str, values: Sequence[str | int]) -> tuple[str, list[Any]]:
        """A list in one JSON text: SQLite bounds how many values a statement binds."""
        return f"{column} IN (SELECT value FROM json_each(?))", [_json_list(values)]  # noqa: S608 - our own names

    def heads(self, session: Session, streams: Sequence[str], *, with_origins: bool) -> list[Row]:
        """By the index (stream, version), one seek a stream."""
        if len(streams) == 1 and not with_origins:
            return session.rows(_HEAD, streams)
        return session.rows(_ORIGIN if with_origins else _NO_ORIGIN, [_json_list(streams)])

    def containing(self, column: str) -> str:
        """By characters, as they are: case counts."""
        return f"instr({column}, ?) > 0"

    def keep_for_ever(self, table: str) -> list[str]:
        """Triggers. `INSERT OR REPLACE` fires them since our connections set `recursive_triggers`."""
        return [
            f"CREATE TRIGGER {table}_keep_{action.lower()} BEFORE {action} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for action in ("UPDATE", "DELETE")
        ]

    def routines(self) -> list[str]:
        """None."""
        return []

    def copy_before_upgrade(self, schema: int) -> Path:
        """`VACUUM INTO` a file beside the store."""
        copies = (self.path.with_name(f"{self.path.name}.schema-{schema}{more}") for more in _numbered())
        copy = next(path for path in copies if not path.exists())
        with self.session() as session:
            session.execute("VACUUM INTO ?", [str(copy)])
        return copy

    def _connect(self) -> sqlite3.Connection:
        mode = "ro" if self.read_only else "rwc"
        return sqlite3.connect(
            f"file:{quote(str(self.path))}?mode={mode}",
            uri=True,
            isolation_level=None,
            timeout=BUSY_TIMEOUT,
            check_same_thread=False,  # the pool hands a connection to one thread at a time
        )

    def _prepare(self, connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
        for pragma in _READER if self.read_only else _WRITER:
            connection.execute(f"PRAGMA {pragma}")
        if not self.read_only:
            connection.execute("BEGIN IMMEDIATE")  # opens the log, which the pragma alone leaves for later
            connection.execute("ROLLBACK")
            entry.info[INODE] = self._inode()

    def _inode(self) -> int:
        try:
            return os.stat(self._log).st_ino  # noqa: PTH116 - on the append path: a Path costs more than the look
        except FileNotFoundError:
            return 0

    def _opened(self) -> Session:
        """A reader's session is stopped at its deadline with `QueryTooSlow`."""
        session = super()._opened()
        if self.read_only:
            _driver(session.connection).set_progress_handler(partial(_passed, session.deadline), 10_000)
        return session

    def _commit(self, session: Session) -> None:
        """Commit, and acknowledge only what went into the log that stands beside the file."""
        super()._commit(session)
        if self._inode() != session.connection.info[INODE]:
            session.connection.invalidate()
            self.engine.dispose()
            raise errors.StoreReplaced(self.label, "the write-ahead log is another file now")


_WRITER = (
    "page_size = 8192",
    "journal_mode = WAL",
    "synchronous = FULL",
    "recursive_triggers = ON",
    # What a writer touches of the indexes must stay in memory, and one page must not be copied back many times: with
    # SQLite's 2 MB and 8 MB an append of 1,000 events to a store of 60,000 took 1.6 times the CPU.
    "cache_size = -65536",
    "wal_autocheckpoint = 4000",
)
_READER = ("query_only = ON",)


@cache
def _insert(table: str, columns: tuple[str, ...]) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    return f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 - our own names


def _passed(deadline: float) -> bool:
    return clock.elapsed() > deadline


def _driver(connection: PoolProxiedConnection) -> sqlite3.Connection:
    driver = connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise TypeError(f"expected SQLite's connection, got {type(driver).__name__}")
    return driver


def _numbered() -> Iterator[str]:
    yield ""
    number = 2
    while True:
        yield f"-{number}"
        number += 1


def _json_list(texts: Sequence[str | int]) -> str:
    return json.dumps(texts)
