"""From a store's address to its database. Addresses may hold passwords: no error of ours repeats one."""

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from eventstore.databases.database import Database
from eventstore.databases.postgresql import PostgreSQL
from eventstore.databases.sqlite import SQLite
from eventstore.errors import InvalidAddress


def connect(url: str, *, read_only: bool = False) -> Database:
    """The database at the address; nothing is opened yet.

    Addresses: `sqlite:///relative.db`, `sqlite:////absolute.db`, `postgresql+psycopg://user@host:port/database`
    (also `postgresql://`). Raises `InvalidAddress`.
    """
    parsed = _parsed(url)
    kinds = {"sqlite": _sqlite, "postgresql": _postgresql, "postgres": _postgresql}
    kind = kinds.get(parsed.get_backend_name())
    if kind is None:
        raise InvalidAddress("it names neither sqlite nor postgresql")
    return kind(parsed, read_only=read_only)


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        raise InvalidAddress("it is not of the form kind://place") from None  # the cause repeats the address


def _sqlite(url: URL, *, read_only: bool) -> Database:
    if url.host or not url.database or url.database == ":memory:" or url.query:
        raise InvalidAddress("a SQLite store is one file: three slashes, then its path")
    return SQLite(Path(url.database).absolute(), read_only=read_only)


def _postgresql(url: URL, *, read_only: bool) -> Database:
    if url.drivername not in ("postgresql", "postgres", "postgresql+psycopg") or not url.database:
        raise InvalidAddress("a PostgreSQL store is postgresql+psycopg://user:password@host/database")
    return PostgreSQL(url, read_only=read_only)
