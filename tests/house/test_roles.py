"""The roles on PostgreSQL, made as the operations page says: a writer projects, a reader reads what it made."""

import re
import secrets
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from eventstore import EventStore, Histories, Projector, load, migrate
from eventstore.errors import StoreReadOnly
from eventstore.settings import SHIPPED
from tests import given
from tests.parts.postgres import Database

PAGE = Path(__file__).parents[2] / "docs/operations.md"
PASSWORD = "said-nowhere"  # of a server that the tests start


def blocks() -> list[list[str]]:
    """The statements of each SQL block: the superuser's, the owner's, the writer's."""
    text = PAGE.read_text(encoding="utf-8").replace("'...'", f"'{PASSWORD}'")
    return [block.strip().split(";\n") for block in re.findall(r"```sql\n(.*?)```", text, re.DOTALL)]


@pytest.mark.real("postgres")
def test_the_roles_of_the_operations_page_can_do_their_work(postgres_database: Database) -> None:
    prefix = f"role_{secrets.token_hex(4)}"
    place = make_url(postgres_database.url)

    def url(role: str, database: str = prefix) -> str:
        at = place.set(username=f"{prefix}_{role}", password=PASSWORD, database=database)
        return at.render_as_string(hide_password=False)

    def say(address: str, statements: list[str]) -> None:
        with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.replace("chronoscope", prefix).encode())

    superuser, owner, writer = blocks()
    say(postgres_database.superuser_url, superuser)
    migrate(url("owner"))
    say(url("owner"), owner)
    say(url("writer"), writer)
    with EventStore.open(url("writer")) as store:
        store.append([given.event()])
        Projector(store, load(SHIPPED)).catch_up()
    with EventStore.open(url("reader"), read_only=True) as store:
        assert Histories(store).as_of("orders", "order-1").state is not None
    with EventStore.open(url("reader")) as store, pytest.raises(StoreReadOnly):
        store.append([given.event(id="another")])
