"""PostgreSQL: many processes on many machines; one server.

Two roles: an **owner** makes and upgrades the tables (`chronoscope migrate` with the owner's address), a **writer**
owns nothing and has what `grants` gives. Triggers refuse to change or remove events to every role, also in a session
that replays replication; an owner or superuser can still drop the triggers, and `chronoscope verify` tells.
"""

import select
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus
from sqlalchemy import URL, create_engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection, QueuePool

from eventstore import errors
from eventstore.databases.database import POOL_TIMEOUT, READ_DEADLINE, Database, Row, Session, added
from eventstore.databases.postgresql_append import APPEND_ONE, CALL, WRONG_SCHEMA, WRONG_VERSION

STATEMENT_TIMEOUT, LOCK_TIMEOUT, IDLE_TIMEOUT = 60.0, 20.0, 60.0
"""In seconds: a statement of a writer, its wait for a lock, its pause inside a transaction. The last one matters: a
writer that stops there holds the counter's row, and with it every append."""

CONNECT = {
    "autocommit": True,
    "client_encoding": "UTF8",
    "application_name": "chronoscope",
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # milliseconds: a peer that vanished without a word
}

IDLED = "25P03"
"""SQLSTATE idle_in_transaction_session_timeout: the server has rolled the transaction back."""

_APPEND_ONLY = "CHA01"
_CANCELED = "57014"
_CONNECTION = "08"
_REFUSE = f"""
    CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '{_APPEND_ONLY}', TABLE = TG_TABLE_NAME;
    END $$"""

_HEAD = """
    SELECT s.stream, e.version, e.stream_frontier, e.occurred_at, {origin}
    FROM unnest(?::text[]) AS s(stream) CROSS JOIN LATERAL (
        SELECT position, version, stream_frontier, occurred_at FROM events
        WHERE stream = s.stream COLLATE "C" ORDER BY version DESC LIMIT 1) AS e {join}"""
_NO_ORIGIN = _HEAD.format(origin="NULL, NULL", join="")
_ORIGIN = _HEAD.format(origin="o.source, o.partition", join="LEFT JOIN origins o ON o.position = e.position")

_ARRAYS = {"int": "bigint[]", "text": "text[]"}

_KINDS: Mapping[str, type[errors.DatabaseError]] = {
    "55P03": errors.StoreBusy,  # lock_not_available
    "40001": errors.StoreBusy,  # serialization_failure
    "40P01": errors.StoreBusy,  # deadlock_detected
    "53300": errors.StoreBusy,  # too_many_connections
    "53100": errors.StoreFull,  # disk_full
    "53200": errors.StoreFull,  # out_of_memory
    "25006": errors.StoreReadOnly,  # read_only_sql_transaction
    "42501": errors.StoreReadOnly,  # insufficient_privilege
    "58030": errors.StoreFailed,  # io_error
    "XX001": errors.StoreDamaged,  # data_corrupted
    "XX002": errors.StoreDamaged,  # index_corrupted
    IDLED: errors.ConnectionLost,
    "57P01": errors.ConnectionLost,  # admin_shutdown
    "57P02": errors.ConnectionLost,  # crash_shutdown
    "57P03": errors.ConnectionLost,  # cannot_connect_now
}


class PostgreSQL(Database):
    """A PostgreSQL database through psycopg 3. Every commit is synced to disk before it is acknowledged."""

    types: ClassVar[Mapping[str, str]] = {
        "int": "bigint",
        "small": "smallint",
        "text": 'text COLLATE "C"',  # compares by bytes, as SQLite does
        "bytes": "bytea",
        "real": "double precision",
        "serial": "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        "id": "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        "keyed": "",
        "hot": "WITH (fillfactor = 10)",  # room for new versions of the row in its page
    }
    driver_errors = (psycopg.Error,)
    begin_snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
    begin = "BEGIN"
    appends_one = True
    upgrades_on_open = False

    def __init__(self, url: URL, *, read_only: bool = False) -> None:
        self._arguments = {**CONNECT, **url.translate_connect_args(username="user", database="dbname"), **url.query}
        engine = create_engine(
            "postgresql+psycopg://",
            creator=self._connect,
            poolclass=QueuePool,
            pool_timeout=POOL_TIMEOUT,
            pool_reset_on_return=None,
        )
        label = URL.create("postgresql", url.username, None, url.host, url.port, url.database)
        super().__init__(engine, label.render_as_string(), read_only=read_only)
        event.listen(engine, "connect", self._prepare)
        event.listen(engine, "checkout", _check)

    def dialected(self, sql: str) -> str:
        """`%s` for `?`, as psycopg wants it."""
        return _dialected(sql)

    def run_many(self, session: Session, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """In psycopg's pipeline, then a statement outside of it.

        After a pipeline the server does not start to count how long a transaction idles (PostgreSQL 15, seen): a
        writer that stops there would hold the counter's row for ever.
        """
        session.cursor.executemany(sql, rows)  # type: ignore[arg-type] # any iterable does
        session.cursor.execute("SELECT 1")

    def problem(self, error: BaseException) -> errors.EventStoreError:
        """By SQLSTATE; without one the connection is gone."""
        state = getattr(error, "sqlstate", None)
        detail = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        if isinstance(error, psycopg.Error) and state is not None:
            return self._told(error, state, detail)
        if isinstance(error, psycopg.OperationalError):
            return errors.ConnectionLost(self.label, detail)
        return errors.DatabaseError(self.label, detail)

    def _told(self, error: psycopg.Error, state: str, detail: str) -> errors.EventStoreError:
        facts = (error.diag.message_detail or "").rsplit("|", 2)
        special: dict[str, Callable[[], errors.EventStoreError]] = {
            WRONG_VERSION: lambda: errors.WrongExpectedVersion(facts[0], int(facts[1]), int(facts[2])),
            WRONG_SCHEMA: lambda: errors.schema_problem(self.label, int(facts[0]), int(facts[1])),
            _APPEND_ONLY: lambda: errors.AppendOnly(self.label, error.diag.table_name or "events"),
            _CANCELED: lambda: errors.QueryTooSlow(self.label, self._deadline),
        }
        return special.get(state, lambda: self._kind(error, state)(self.label, detail))()

    @property
    def _deadline(self) -> float:
        return READ_DEADLINE if self.read_only else STATEMENT_TIMEOUT

    def _kind(self, error: psycopg.Error, state: str) -> type[errors.DatabaseError]:
        if error.diag.constraint_name == "events_id":
            return errors.IdTaken
        return _KINDS.get(state, errors.ConnectionLost if state.startswith(_CONNECTION) else errors.DatabaseError)

    def tables(self, session: Session) -> set[str]:
        """All tables of the schema that new tables go to."""
        found = session.rows("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        return {name for (name,) in found}

    def take_positions(self, session: Session, events: int, now: int, top: int) -> Row:
        """The counter's row: every other writer waits for it."""
        (row,) = session.rows(
            """UPDATE counter SET position = position + ?, recorded_at = greatest(recorded_at, ?),
            frontier = greatest(frontier, least(?, greatest(recorded_at, ?)))
            WHERE one = 1 RETURNING position, recorded_at, frontier, schema""",
            (events, now, top, now),
        )
        return row

    def lock(self, session: Session) -> None:
        """The counter's row. What is read after it is read by a newer statement, hence a newer snapshot."""
        session.rows("SELECT one FROM counter WHERE one = 1 FOR UPDATE")

    def lock_schema(self, session: Session) -> None:
        """A lock of the application's own; and the steps may take their time."""
        session.rows("SELECT pg_advisory_xact_lock(hashtext('chronoscope schema'))")
        session.execute("SET LOCAL statement_timeout = 0")

    def insert(self, session: Session, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """A statement for one row, COPY from two on: it was quicker than statements at 2, 5, 10, 20 and 50."""
        names = ", ".join(f'"{name}"' for name in columns)
        if len(rows) == 1:
            marks = ", ".join("?" * len(columns))
            session.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows[0])  # noqa: S608 - our own names
            return
        cursor = _cursor(session)
        try:
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        except psycopg.Error as error:
            raise self.problem(error) from error

    def append_one(self, session: Session, values: Sequence[Any]) -> Row:
        """One event in one statement, which commits by itself: `append_one` in the database.

        Raises `CommitUnknown` where no answer came.
        """
        try:
            (row,) = _cursor(session).execute(CALL, values, prepare=True).fetchall()
        except psycopg.Error as error:
            problem = self.problem(error)
            if isinstance(problem, errors.ConnectionLost):
                problem = errors.CommitUnknown(self.label, problem.detail)
            raise problem from error
        return row

    def update(self, session: Session, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """One statement over arrays."""
        settings = ", ".join(f"{name} = given.{name}" for name in columns)
        names = ["id", *columns]
        given = f"unnest({', '.join(['?::bigint[]'] * len(names))}) AS given({', '.join(names)})"
        arrays = [list(column) for column in zip(*rows, strict=True)]
        session.execute(f"UPDATE {table} SET {settings} FROM {given} WHERE {table}.id = given.id", arrays)  # noqa: S608

    def add_up(
        self, session: Session, table: str, keys: Mapping[str, str], sums: Sequence[str], rows: Sequence[Row]
    ) -> None:
        """One statement over arrays."""
        types = [*(f"?::{_ARRAYS[kind]}" for kind in keys.values()), *["?::bigint[]"] * len(sums)]
        arrays = [list(column) for column in zip(*rows, strict=True)]
        session.execute(added(table, keys, sums, f"SELECT * FROM unnest({', '.join(types)})"), arrays)  # noqa: S608

    def given(self, rows: Sequence[tuple[str, int]]) -> tuple[str, list[Any]]:
        """Two arrays."""
        texts, numbers = [text for text, _ in rows], [number for _, number in rows]
        return "unnest(?::text[], ?::bigint[]) AS given(text, number)", [texts, numbers]

    def among(self, column: str, values: Sequence[str | int]) -> tuple[str, list[Any]]:
        """An array."""
        return f"{column} = ANY(?)", [list(values)]

    def heads(self, session: Session, streams: Sequence[str], *, with_origins: bool) -> list[Row]:
        """By the index (stream, version), one seek a stream."""
        return session.rows(_ORIGIN if with_origins else _NO_ORIGIN, (list(streams),))

    def containing(self, column: str) -> str:
        """By characters, as they are: case counts."""
        return f"position(? IN {column}) > 0"

    def keep_for_ever(self, table: str) -> list[str]:
        """Triggers for each row and for TRUNCATE, ALWAYS: also in a session that replays replication."""
        triggers = [(f"{table}_keep_rows", "UPDATE OR DELETE", "ROW"), (f"{table}_keep_all", "TRUNCATE", "STATEMENT")]
        made = [_REFUSE]
        for name, action, level in triggers:
            made.append(
                f"CREATE TRIGGER {name} BEFORE {action} ON {table} FOR EACH {level} EXECUTE FUNCTION refuse_change()"
            )
            made.append(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
        return made

    def routines(self) -> list[str]:
        """The function of `append_one`."""
        return list(APPEND_ONE)

    def copy_before_upgrade(self, schema: int) -> None:
        """None: the owner has `pg_dump`."""

    def _connect(self) -> "psycopg.Connection[Row]":
        return psycopg.connect(**self._arguments)

    def _prepare(self, connection: "psycopg.Connection[Row]", _: ConnectionPoolEntry) -> None:
        settings = {
            "default_transaction_isolation": "read committed",  # each statement sees what the lock waited for
            "default_transaction_read_only": "on" if self.read_only else "off",
            "synchronous_commit": "on",
            "statement_timeout": _ms(self._deadline),
            "lock_timeout": _ms(LOCK_TIMEOUT),
            "idle_in_transaction_session_timeout": _ms(IDLE_TIMEOUT),
        }
        for name, value in settings.items():
            connection.execute("SELECT set_config(%s, %s, false)", (name, value))

    def _commit(self, session: Session) -> None:
        try:
            super()._commit(session)
        except errors.ConnectionLost as error:
            if getattr(error.__cause__, "sqlstate", None) == IDLED:
                raise
            raise errors.CommitUnknown(self.label, error.detail) from error
        if _cursor(session).statusmessage != "COMMIT":
            raise errors.DatabaseError(self.label, "a statement of the transaction had failed: all was rolled back")

    def _broken(self, session: Session) -> bool:
        """Whether the connection is closed, or its transaction did not end."""
        driver = _driver(session.connection)
        return driver.closed or driver.info.transaction_status != TransactionStatus.IDLE


def grants(role: str) -> list[sql.Composed]:
    """What an owner grants to a writer: to read all, to add events, to keep ingest's and derived tables."""
    name = sql.Identifier(role)
    return [
        sql.SQL(statement).format(name)
        for statement in (
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}",
            "GRANT CREATE ON SCHEMA public TO {}",  # read models have tables of their own
            "REVOKE UPDATE, DELETE ON events, origins FROM {}",
            "REVOKE INSERT, DELETE ON counter FROM {}",
        )
    ]


@cache
def _dialected(sql: str) -> str:
    return sql.replace("%", "%%").replace("?", "%s")


def _ms(seconds: float) -> str:
    return str(round(seconds * 1_000))


def _driver(connection: PoolProxiedConnection) -> "psycopg.Connection[Row]":
    driver = connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError(f"expected psycopg's connection, got {type(driver).__name__}")
    return driver


def _cursor(session: Session) -> "psycopg.Cursor[Row]":
    cursor = session.cursor
    if not isinstance(cursor, psycopg.Cursor):
        raise TypeError(f"expected psycopg's cursor, got {type(cursor).__name__}")
    return cursor


def _check(connection: "psycopg.Connection[Row]", _: ConnectionPoolEntry, __: PoolProxiedConnection) -> None:
    """On checkout: an idle connection has nothing to read, unless the server has closed it. No round trip needed."""
    if connection.closed or _readable(connection.fileno()):
        raise DisconnectionError("the server closed the connection while it was idle")


def _readable(descriptor: int) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))
