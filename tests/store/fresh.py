"""A new, empty store for each example of a property, on either database."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from eventstore.store import EventStore


@contextmanager
def fresh_store(database_url: str, **options: Any) -> Iterator[EventStore]:
    """An empty store: another file beside the one of the address, or the same database with a new schema."""
    with tempfile.TemporaryDirectory() as directory:
        if database_url.startswith("sqlite"):
            database_url = f"sqlite:///{Path(directory) / 'store.db'}"
        else:
            empty(database_url)
        with EventStore.open(database_url, **options) as store:
            yield store


def empty(database_url: str) -> None:
    """Drop all that is in a PostgreSQL database."""
    with connected(database_url) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")


def connected(database_url: str) -> "psycopg.Connection[Any]":
    """A plain connection, without any of ours around it."""
    return psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True)
