"""A service's own database: nothing that another service has opens it."""

import secrets
from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Dialect,
    Engine,
    Integer,
    MetaData,
    TypeDecorator,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.exc import DBAPIError

Number = BigInteger().with_variant(Integer, "sqlite")
"""A growing number: SQLite counts by itself only in a column that is called INTEGER."""


class Money(TypeDecorator[Decimal]):
    """An amount in hundredths: exact, and the same on every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's
        """Hundredths, as they are stored."""
        return None if value is None else int(value * 100)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002 - likewise
        """The amount."""
        return None if value is None else Decimal(value) / 100


def connect(url: str, *tables: MetaData) -> Engine:
    """An engine on the database, with these tables made where they are missing."""
    engine = create_engine(url, pool_pre_ping=True)
    if make_url(url).get_backend_name() == "sqlite":
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    for one in tables:
        with suppress(DBAPIError):  # an instance that starts at the same time may be making it
            one.create_all(engine)
        one.create_all(engine)
    return engine


def _prepare(connection: Any, _: object) -> None:
    """SQLite waits for other writers, and lets readers read beside one."""
    connection.isolation_level = None
    connection.execute("PRAGMA busy_timeout = 30000")
    connection.execute("PRAGMA journal_mode = WAL")


def create_databases(place: str, names: Sequence[str]) -> dict[str, str]:
    """A database for each service, and its address: on the PostgreSQL server of that administrator's address, or as
    files in the folder of a `sqlite:///` address.

    On PostgreSQL each gets a role of its own with a new password, and no role may open another's database.
    """
    if make_url(place).get_backend_name() == "sqlite":
        folder = Path(make_url(place).database or ".")
        folder.mkdir(parents=True, exist_ok=True)
        return {name: f"sqlite:///{folder / name}.db" for name in names}
    engine = create_engine(place, isolation_level="AUTOCOMMIT")
    try:
        return {name: _create(engine, name) for name in names}
    finally:
        engine.dispose()


def _create(engine: Engine, name: str) -> str:
    password = secrets.token_hex(16)
    with engine.connect() as connection:
        role = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": name}).first()
        verb = "ALTER" if role else "CREATE"
        connection.exec_driver_sql(f"""{verb} ROLE "{name}" LOGIN PASSWORD '{password}'""")
        if not connection.execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}).first():
            connection.exec_driver_sql(f'CREATE DATABASE "{name}" OWNER "{name}"')
        connection.exec_driver_sql(f'REVOKE CONNECT ON DATABASE "{name}" FROM PUBLIC')
    url = engine.url.set(username=name, password=password, database=name)
    return url.render_as_string(hide_password=False)
