"""What a database is to the store: sessions, a write transaction, and the few statements that differ.

Statements are written with `?` for each bound value on every database. Nothing outside this package tests which
database it talks to.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import PoolProxiedConnection

from eventstore import clock
from eventstore.errors import ConnectionLost, EventStoreError, QueryTooSlow, StoreBusy, StoreReadOnly

Row = tuple[Any, ...]

Answer = TypeVar("Answer")

POOL_TIMEOUT = 10.0
"""How long, in seconds, a thread waits for a connection of ours before it gets `StoreBusy`."""

READ_DEADLINE = 5.0
"""How long, in seconds, a store opened to read may compute for one answer."""


class Session:
    """One connection while it is ours. Each statement commits by itself, unless a transaction is open."""

    def __init__(self, database: "Database", connection: PoolProxiedConnection) -> None:
        self.database, self.connection = database, connection
        self.cursor = connection.cursor()
        self.deadline = clock.elapsed() + READ_DEADLINE if database.read_only else float("inf")

    def execute(self, sql: str, params: Sequence[Any] = ()) -> int:
        """Run one statement; the number of rows that it changed. Raises the store's errors, never the driver's."""
        try:
            self.cursor.execute(self.database.dialected(sql), params)
        except self.database.driver_errors as error:
            raise self.database.problem(error) from error
        return int(self.cursor.rowcount)

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement for each row of values."""
        try:
            self.database.run_many(self, self.database.dialected(sql), rows)
        except self.database.driver_errors as error:
            raise self.database.problem(error) from error

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        """All rows of one statement."""
        try:
            self.cursor.execute(self.database.dialected(sql), params)
            return self.cursor.fetchall()  # type: ignore[return-value] # both drivers give tuples
        except self.database.driver_errors as error:
            raise self.database.problem(error) from error

    def check_deadline(self) -> None:
        """Between the statements of one answer. Raises `QueryTooSlow` once a reader has computed for too long."""
        if clock.elapsed() > self.deadline:
            raise QueryTooSlow(self.database.label, READ_DEADLINE)


class Database(ABC):
    """The facts of one kind of database: how to connect, to lock, to insert many rows, to keep rows for ever.

    `label` names it to people, without its password. `types` are the column types that migrations are written with.
    """

    types: ClassVar[Mapping[str, str]]
    driver_errors: ClassVar[tuple[type[Exception], ...]]
    appends_one: ClassVar[bool] = False

    def __init__(self, engine: Engine, label: str, *, read_only: bool) -> None:
        self.engine, self.label, self.read_only = engine, label, read_only
        self._connecting_errors: tuple[type[Exception], ...] = (SQLAlchemyError, *self.driver_errors)

    @property
    def exists(self) -> bool:
        """Whether there is a database to connect to at all, as far as that can be told without connecting."""
        return True

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A connection for short reads: every statement is its own transaction."""
        session = self._opened()
        try:
            yield session
        finally:
            self._closed(session)

    def read(self, work: Callable[[Session], Answer]) -> Answer:
        """What `work` reads; once more where the connection turns out to be lost, since reading changes nothing."""
        try:
            with self.session() as session:
                return work(session)
        except ConnectionLost:
            with self.session() as session:
                return work(session)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A write transaction: committed at the end, rolled back on any error.

        Raises `CommitUnknown` where the answer to the commit did not come.
        """
        self.check_writable()
        session = self._begun(self.begin)
        try:
            yield session
            self._commit(session)
        except BaseException:
            self._roll_back(session)
            raise
        finally:
            self._closed(session)

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """A connection whose statements all see the store as of one commit. For short answers only."""
        session = self._begun(self.begin_snapshot)
        try:
            yield session
        finally:
            self._roll_back(session)
            self._closed(session)

    def check_writable(self) -> None:
        """Raises `StoreReadOnly` for a store that was opened only to read."""
        if self.read_only:
            raise StoreReadOnly(self.label, "it was opened only to read")

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def _begun(self, begin: str) -> Session:
        """A session whose transaction is open; tried again where the connection was lost, since nothing was done."""
        try:
            return self._begun_once(begin)
        except ConnectionLost:
            return self._begun_once(begin)

    def _begun_once(self, begin: str) -> Session:
        session = self._opened()
        try:
            session.execute(begin)
        except BaseException:
            self._closed(session)
            raise
        return session

    def _opened(self) -> Session:
        return Session(self, self._checked_out())

    def _closed(self, session: Session) -> None:
        """Give the connection back, unless it is no good any more."""
        if session.connection.is_valid and self._broken(session):
            session.connection.invalidate()
        session.connection.close()

    def _broken(self, session: Session) -> bool:  # noqa: ARG002 - a file does not break
        """Whether the connection no longer answers."""
        return False

    def _checked_out(self) -> PoolProxiedConnection:
        try:
            return self.engine.raw_connection()
        except PoolTimeout as error:
            raise StoreBusy(self.label, f"no connection free after {POOL_TIMEOUT:g} s") from error
        except self._connecting_errors as error:
            # not `from error`: a driver's message about an address may hold the password
            raise self.problem(_cause(error)) from None

    def _commit(self, session: Session) -> None:
        session.execute("COMMIT")

    def _roll_back(self, session: Session) -> None:
        """End the transaction. Where even that fails, the connection is thrown away, which ends it too."""
        try:
            session.cursor.execute("ROLLBACK")
        except self.driver_errors:
            if session.connection.is_valid:
                session.connection.invalidate()

    begin: ClassVar[str]
    begin_snapshot: ClassVar[str]

    @abstractmethod
    def dialected(self, sql: str) -> str:
        """The statement with the driver's own marks for bound values."""

    @abstractmethod
    def run_many(self, session: Session, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run the driver's statement for each row of values."""

    @abstractmethod
    def problem(self, error: BaseException) -> EventStoreError:
        """The store's error for the driver's."""

    @abstractmethod
    def tables(self, session: Session) -> set[str]:
        """The names of the tables that are there, ours or not."""

    @abstractmethod
    def take_positions(self, session: Session, events: int, now: int, top: int) -> Row:
        """Take the write lock and the next positions: (last position, recorded_at, frontier, schema) with them.

        `top` is the highest time that is claimed. What a clamp raises is raised at most to a time that is in the
        frontier or the commit already, so the frontier is known before any version is read.
        """

    @abstractmethod
    def lock(self, session: Session) -> None:
        """Take the write lock now, not with the append: what is read after it holds until the commit."""

    @abstractmethod
    def lock_schema(self, session: Session) -> None:
        """Keep two upgrades, or two first openers, apart until the commit."""

    @abstractmethod
    def insert(self, session: Session, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Insert rows by the quickest way for their number."""

    @abstractmethod
    def update(self, session: Session, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Set integer columns of rows by their `id`: each row holds the id, then a value for each column."""

    @abstractmethod
    def add_up(
        self, session: Session, table: str, keys: Mapping[str, str], sums: Sequence[str], rows: Sequence[Row]
    ) -> None:
        """Add to the integer columns `sums` of the rows with these keys, which are made where there are none.

        `keys` are the columns of the primary key with their types; each row holds the keys, then the sums.
        """

    @abstractmethod
    def among(self, column: str, values: Sequence[str | int]) -> tuple[str, list[Any]]:
        """A condition that the column is one of the values, however many, and its bound values."""

    @abstractmethod
    def given(self, rows: Sequence[tuple[str, int]]) -> tuple[str, list[Any]]:
        """Something to select from, with the columns `text` and `number`, and its bound values."""

    @abstractmethod
    def heads(self, session: Session, streams: Sequence[str], *, with_origins: bool) -> list[Row]:
        """The last event of each stream that has one.

        Rows of (stream, version, stream_frontier, occurred_at, source, partition); the last two are None unless
        `with_origins`, and where the event came over no wire.
        """

    @abstractmethod
    def containing(self, column: str) -> str:
        """A condition that the column's text, or its bytes, contain the bound value."""

    @abstractmethod
    def keep_for_ever(self, table: str) -> Sequence[str]:
        """Statements that make the database refuse to change or remove rows of the table."""

    @abstractmethod
    def routines(self) -> Sequence[str]:
        """Statements that make, or make again, what we keep in the database as code."""

    @abstractmethod
    def copy_before_upgrade(self, schema: int) -> Path | None:
        """A copy of the store beside it, as of schema `schema`; None where the owner's backups are the way."""

    @property
    @abstractmethod
    def upgrades_on_open(self) -> bool:
        """Whether whoever writes may also change the tables, or only their owner by the command."""

    def append_one(self, session: Session, values: Sequence[Any]) -> Row:
        """One event in one statement, where `appends_one`. See `PostgreSQL`."""
        raise NotImplementedError


def added(table: str, keys: Iterable[str], sums: Iterable[str], rows: str) -> str:
    """The statement that adds rows to what a table holds of their keys."""
    names = ", ".join([*keys, *sums])
    settings = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in sums)
    return f"INSERT INTO {table} ({names}) {rows} ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {settings}"


def _cause(error: BaseException) -> BaseException:
    """The driver's own error where SQLAlchemy wrapped it."""
    return error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
