"""What is stored is never changed or removed, whoever of ours tries, and whatever statement."""

import sqlite3
from pathlib import Path

import psycopg
import pytest

from eventstore.core.origin import Origin
from eventstore.databases.postgresql import grants
from eventstore.errors import AppendOnly, StoreReadOnly
from eventstore.store import EventStore
from tests.given import event
from tests.parts.postgres import Database
from tests.store.fresh import connected

CHANGES = [
    "UPDATE {table} SET position = position + 10",
    "UPDATE {table} SET position = 7 WHERE position = 1",
    "DELETE FROM {table}",
    "DELETE FROM {table} WHERE position = 1",
]
UPSERT = (
    "INSERT INTO {table} SELECT * FROM {table} WHERE position = 1 ON CONFLICT (position) DO UPDATE SET position = 7"
)
REPLACE = "INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE position = 1"


def filled(store: EventStore) -> None:
    with store.write() as writer:
        origin = Origin(kind="kafka", topic="orders", topic_id="", partition=0, offset=0)
        writer.append([event(), event()], origins=[origin, None])


@pytest.mark.parametrize("table", ["events", "origins"])
@pytest.mark.parametrize("statement", [*CHANGES, UPSERT])
def test_our_own_connections_are_refused(store: EventStore, table: str, statement: str) -> None:
    filled(store)
    with (
        pytest.raises(AppendOnly, match=f"The rows of {table} in the store .* are never changed"),
        store.write() as writer,
    ):
        writer.execute(statement.format(table=table))
    assert len(list(store.read_all())) == 2


@pytest.mark.parametrize("table", ["events", "origins"])
def test_replace_is_refused_on_sqlite(tmp_path: Path, table: str) -> None:
    with EventStore.open(f"sqlite:///{tmp_path / 'store.db'}") as store:
        filled(store)
        with pytest.raises(AppendOnly), store.write() as writer:
            writer.execute(REPLACE.format(table=table))
    # the control: without recursive triggers, as every other program connects, REPLACE passes
    with sqlite3.connect(tmp_path / "store.db") as foreign:
        assert foreign.execute(REPLACE.format(table=table)).rowcount == 1


@pytest.mark.real("postgres")
@pytest.mark.parametrize("table", ["events", "origins"])
@pytest.mark.parametrize("role", ["owner", "superuser"])
def test_postgres_refuses_everybody_while_the_triggers_stand(
    postgres_database: Database, table: str, role: str
) -> None:
    with EventStore.open(postgres_database.url) as store:
        filled(store)
    url = postgres_database.url if role == "owner" else postgres_database.superuser_url
    with connected(url) as connection:
        if role == "superuser":
            connection.execute("SET session_replication_role = replica")
        for statement in [*CHANGES, UPSERT, "TRUNCATE {table}", "TRUNCATE {table} CASCADE"]:
            with pytest.raises(psycopg.Error, match="is append-only"):
                connection.execute(statement.format(table=table))


@pytest.mark.real("postgres")
def test_a_writer_role_appends_and_can_do_no_more(postgres_database: Database) -> None:
    with EventStore.open(postgres_database.url) as owner, connected(postgres_database.url) as connection:
        for grant in grants(f"{postgres_database.name}_writer"):
            connection.execute(grant)
        with EventStore.open(postgres_database.writer_url) as writer:
            filled(writer)
            writer.append([event()])
            assert len(list(owner.read_all())) == 3
            for statement in [
                *CHANGES,
                "TRUNCATE {table}",
                "ALTER TABLE {table} DISABLE TRIGGER ALL",
                "DROP TABLE {table}",
            ]:
                with pytest.raises(StoreReadOnly), writer.write() as transaction:
                    transaction.execute(statement.format(table="events"))
