"""Bringing a store to this release's schema."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import cast

from eventstore.databases import Database, Session
from eventstore.errors import ForeignDatabase, SchemaTooNew
from eventstore.schema import VERSION

Step = Callable[[Database, Session], None]

STEPS: Mapping[int, str] = {1: "0001_first", 2: "0002_histories", 3: "0003_repeats"}
"""The module of the step that makes each schema out of the one before."""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What was done: from one schema (0: there was no store) to another; `copy` is the store as it was before."""

    before: int
    after: int
    copy: Path | None = None

    def __str__(self) -> str:
        if not self.before:
            return f"Made a new event store with schema {self.after}."
        kept = f" The store as it was before is kept at {self.copy}." if self.copy else ""
        return f"Upgraded the event store from schema {self.before} to {self.after}.{kept}"


def schema_of(database: Database, session: Session) -> int:
    """The schema of the store, 0 where the database is empty.

    Raises `ForeignDatabase` where it holds something else, `SchemaTooNew` where a newer release made it.
    """
    tables = database.tables(session)
    if "counter" not in tables:
        if tables:
            raise ForeignDatabase(database.label, min(tables))
        return 0
    ((schema,),) = session.rows("SELECT schema FROM counter WHERE one = 1")
    if schema > VERSION:
        raise SchemaTooNew(database.label, schema, VERSION)
    return int(schema)


def upgrade(database: Database) -> Upgrade | None:
    """Take every step that is missing, all in one transaction; None where none is.

    An existing store is copied first where the database can (SQLite). On PostgreSQL it needs the owner's address.
    """
    with database.session() as session:
        before = schema_of(database, session)
    if before == VERSION:
        return None
    copy = database.copy_before_upgrade(before) if before else None
    with database.transaction() as session:
        database.lock_schema(session)
        _take_steps(database, session, schema_of(database, session))
    return Upgrade(before, VERSION, copy)


def _take_steps(database: Database, session: Session, before: int) -> None:
    if before == VERSION:
        return  # another opener was quicker, and is already using the routines that would be made again
    for schema in range(before, VERSION):
        _step(STEPS[schema + 1])(database, session)
        session.execute("UPDATE counter SET schema = ? WHERE one = 1", [schema + 1])
    for statement in database.routines():
        session.execute(statement)


def _step(module: str) -> Step:
    return cast(Step, import_module(f"eventstore.migrations.{module}").upgrade)
