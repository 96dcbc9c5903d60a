"""Commands for read models: list, check."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.commands import options

if TYPE_CHECKING:
    from eventstore import RecordedEvent


@click.group()
def projections() -> None:
    """Read models: which there are, and whether they are sound."""


@projections.command("list")
@options.as_json
@options.database
def list_projections(*, as_json: bool, database: str | None) -> None:
    """Print the read models that the settings name: where each is defined, its event types, its facets, its builds.

    Of a build: whether it answers, its checkpoint, how far it is behind, its parked keys, what is wrong with it.
    """
    from app.commands.models import model_json, model_page
    from eventstore import load

    builds = _builds(database)
    for one in load(options.settings(database).projections):
        mine = [build for build in builds if build["projection"] == one.name]
        click.echo(model_json(one, mine) if as_json else model_page(one, mine))


def _builds(database: str | None) -> list[dict[str, Any]]:
    """The builds in the store; none where there is no store yet."""
    from app.commands.standing import builds_facts
    from eventstore.errors import NoStore

    try:
        with options.reading(database) as store:
            return builds_facts(store)
    except NoStore:
        return []


@projections.command()
@click.argument("modules", metavar="[MODULE|FILE.py]...", nargs=-1)
@click.option("--newest", type=click.IntRange(min=1), default=2_000, show_default=True, help="Over so many events.")
@click.option(
    "--events",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Over these events instead of the store's: JSON lines as `chronoscope events --json` prints them.",
)
@options.as_json
@options.database
def check(*, modules: tuple[str, ...], newest: int, events: Path | None, as_json: bool, database: str | None) -> None:
    """Look for the usual mistakes in these read models, or in all that the settings name.

    Runs them over events and reads their code. Finds folds that change what they are given, read the clock or chance,
    reach outside, count money in floats, raise, or give what cannot be stored; keys and facets that do not fit. Ends
    with 0 where nothing is found, else with 1.
    """
    from app.commands.models import checked_json, checked_page
    from eventstore import check as checked
    from eventstore import load

    loaded = load(modules or options.settings(database).projections)
    over = _newest(database, newest) if events is None else _given(events)
    told = [checked(one, over) for one in loaded]
    for one in told:
        click.echo(checked_json(one) if as_json else checked_page(one))
    sys.exit(1 if any(one.findings for one in told) else 0)


def _newest(database: str | None, newest: int) -> list["RecordedEvent"]:
    """The store's newest events."""
    with options.reading(database) as store:
        return list(store.read_all(backwards=True, limit=newest))


def _given(file: Path) -> list["RecordedEvent"]:
    """The events of a file. A usage error names the line that is none."""
    from app.commands.models import example

    found: list[RecordedEvent] = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            found += [example(line, len(found) + 1)] if line.strip() else []
        except ValueError as error:
            raise click.UsageError(f"Line {number} of {file} is no event: {error}") from error
    return found
