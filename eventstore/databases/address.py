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
    if url.startswith("sqlite"):
        return _sqlite(url, read_only=read_only)
    parsed = _parsed(url)
    if parsed.drivername not in ("postgresql", "postgresql+psycopg"):
        raise InvalidAddress("it names neither sqlite nor postgresql+psycopg")
    if not parsed.database:
        raise InvalidAddress("it names no database")
    return PostgreSQL(parsed, read_only=read_only)


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        raise InvalidAddress("it is not of the form kind://place") from None  # the cause repeats the address


def _sqlite(url: str, *, read_only: bool) -> Database:
    """All that stands behind the slashes is the path, whatever its characters."""
    head, slashes, path = url.partition(":///")
    if head != "sqlite" or not slashes or path in ("", ":memory:") or "\0" in path:
        raise InvalidAddress("a SQLite store is one file: sqlite, a colon, three slashes, then its path")
    return SQLite(Path(path).absolute(), read_only=read_only)
