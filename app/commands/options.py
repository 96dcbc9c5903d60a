"""What several commands take: the store, a time, JSON."""

import os
import signal
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:  # the import itself costs half a second, and --help needs none of it
    from eventstore import EventStore, Facet, Histories, Projection, Where
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
occurred = click.option("--at", type=TimeType(), help="As it was at this time; without it: live.")
known = click.option("--known", type=click.IntRange(min=0), help="As believed at this commit; without it: the latest.")
known_at = click.option("--as-known-at", "known_at", type=TimeType(), help="As believed at this time.")
where = click.option(
    "--where", "conditions", metavar="CONDITION", multiple=True, help="Only where, e.g. 'status = paid and total > 10'."
)
by = click.option("--by", metavar="FACET", help="By the values of this facet.")
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


@dataclass(frozen=True)
class Asked:
    """Read models to be asked, and the commit as of which; None: the latest."""

    store: "EventStore"
    histories: "Histories"
    known: int | None

    def facets(self, projection: str) -> "dict[str, Facet]":
        """The facets of the build that answers for the read model, by name."""
        live = [one for one in self.histories.builds() if one.projection == projection and one.state == "live"]
        return {facet.name: facet for build in live for facet in build.facets}


@contextmanager
def asking(database: str | None, known: int | None = None, known_at: int | None = None) -> Iterator[Asked]:
    """The read models of the store. What the histories do not have, such as a facet, is a usage error."""
    from eventstore import Histories, load

    if known is not None and known_at is not None:
        raise click.UsageError("Say either --known or --as-known-at.")
    projections = load(settings(database).projections)
    with reading(database) as store:
        commit = known if known_at is None else store.commit_at(known_at)
        yield Asked(store, Histories(store, projections), commit)


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """An event that SIGINT and SIGTERM set: what runs ends as it should, and then the command."""
    stop = threading.Event()
    before = {one: signal.signal(one, lambda *_: stop.set()) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


@contextmanager
def refusing() -> Iterator[None]:
    """A facet that is not there, or a value of another kind, is a usage error."""
    try:
        yield
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def narrowed(conditions: Iterable[str]) -> "tuple[Where, ...]":
    """All conditions; a usage error points at the place that cannot be read."""
    from eventstore import parse_where

    with reading_condition():
        return tuple(where for text in conditions for where in parse_where(text))


@contextmanager
def reading_condition() -> Iterator[None]:
    """What cannot be read is a usage error that points at the place."""
    from eventstore import BadCondition

    try:
        yield
    except BadCondition as error:
        raise click.UsageError(f"{error}\n\n{indent(error.marked, '    ')}") from error


def chosen(modules: Iterable[str], names: Iterable[str]) -> "list[Projection]":
    """The read models of the settings that have these names; without names all. A usage error for an unknown one."""
    from eventstore import load

    found = {one.name: one for one in load(modules)}
    unknown = [name for name in names if name not in found]
    if unknown:
        raise click.UsageError(
            f"The settings name no read model {unknown[0]!r}; they have {', '.join(found) or 'none'}. Name its module "
            "in `projections`."
        )
    return [found[name] for name in names] or list(found.values())
