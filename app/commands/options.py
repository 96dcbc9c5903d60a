"""What several commands take: the store, a time, JSON."""

import os
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:  # the import itself costs half a second, and --help needs none of it
    from eventstore import EventStore
    from eventstore.settings import Settings


class TimeType(click.ParamType[int]):
    """A time such as 2026-03-01T14:05:09Z, as microseconds."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The time in microseconds UTC; a usage error with the reason where it is none."""
        from eventstore import Unreadable, parse_time

        try:
            return parse_time(value).micros
        except Unreadable as error:
            self.fail(str(error), param, ctx)


database = click.option(
    "--database", metavar="URL", help="The store, e.g. sqlite:///shop.db or postgresql+psycopg://user@host/name."
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
project = click.option("--project/--no-project", default=True, help="Bring read models level.", show_default=True)
limit = click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most so many.")


def settings(database: str | None) -> "Settings":
    """The settings that hold for this call: options before environment before file; without a file the shop's."""
    from eventstore.settings import Settings

    loaded = Settings.load(os.environ, Path(str(files("seed") / "shop.toml")))
    return loaded if database is None else replace(loaded, database_url=database)


def reading(database: str | None) -> "EventStore":
    """The store, opened for reading."""
    from eventstore import EventStore

    return EventStore.open(settings(database).database_url, read_only=True)


def writing(database: str | None) -> "EventStore":
    """The store, opened for writing."""
    from eventstore import EventStore

    return EventStore.open(settings(database).database_url)
