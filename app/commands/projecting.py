"""Commands that keep read models: project, rebuild, heal."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from app.commands import options

if TYPE_CHECKING:  # for the same reason as in options
    from threading import Event

    from eventstore import EventStore, Projector

POLL = 0.5
"""How often, in seconds, `project --follow` looks for new events."""


@click.command()
@click.option("--projection", "names", metavar="NAME", multiple=True, help="Only this read model; may be given again.")
@click.option("--follow", is_flag=True, help="Go on with what comes, until Ctrl-C or SIGTERM.")
@options.as_json
@options.database
def project(*, names: tuple[str, ...], follow: bool, as_json: bool, database: str | None) -> None:
    """Bring read models level with the log: those that the settings name, or some of them.

    May be stopped at any instant: started again it goes on. Ends with 1 where a read model was left behind.
    """
    from eventstore import Projector

    projections = options.chosen(options.settings(database).projections, names)
    with options.stopping() as stop, options.writing(database) as store:
        projector = Projector(store, projections)
        _catch_up(projector, stop)
        while follow and not stop.wait(POLL):
            _follow(projector, stop)
        _end(store, [one.name for one in projections], as_json=as_json)


@click.command()
@click.argument("projection")
@options.as_json
@options.database
def rebuild(*, projection: str, as_json: bool, database: str | None) -> None:
    """Fold a read model anew, beside the one that answers, and put it in its place once it is level and proved.

    Stopped before that, `chronoscope project` goes on with it.
    """
    from eventstore import Projector

    (chosen,) = options.chosen(options.settings(database).projections, [projection])
    with options.stopping() as stop, options.writing(database) as store:
        projector = Projector(store, [chosen])
        projector.rebuild(projection)
        _catch_up(projector, stop)
        _end(store, [projection], as_json=as_json)


@click.command()
@click.argument("projection")
@click.option("--accept-code", is_flag=True, help="Keep the build although the code has changed, if only they differ.")
@options.as_json
@options.database
def heal(*, projection: str, accept_code: bool, as_json: bool, database: str | None) -> None:
    """Fold the parked keys of a read model anew, without a rebuild. Ends with 3 where one is parked still.

    After a change of its code, with --accept-code: the change may touch these keys alone, of which a sample of all
    others is proof.
    """
    from app.commands.printing import shown
    from eventstore import heal as healed

    (chosen,) = options.chosen(options.settings(database).projections, [projection])
    with options.writing(database) as store:
        found = healed(store, chosen, accept_code=accept_code)
    if as_json:
        click.echo(json.dumps(asdict(found)))
    else:
        click.echo(f"{projection}: {len(found.keys):,} keys folded anew, {len(found.parked):,} parked still")
        for key in found.parked:
            click.echo(f"    {shown(key)}")
    sys.exit(3 if found.parked else 0)


def _catch_up(projector: "Projector", stop: "Event") -> None:
    from app.commands.leveling import leveling

    with leveling() as on_progress:
        projector.catch_up(stop=stop.is_set, on_progress=on_progress)


def _follow(projector: "Projector", stop: "Event") -> None:
    """Take in what came; a database that is away is asked again."""
    from eventstore.errors import DatabaseError

    try:
        _catch_up(projector, stop)
    except DatabaseError as error:
        click.echo(f"{error} It is tried again.", err=True)
        stop.wait(10 * POLL)


def _end(store: "EventStore", names: Sequence[str], *, as_json: bool) -> None:
    """Print where these read models stand; end with 1 where one was left behind."""
    from app.commands.standing import builds_facts, builds_json, builds_page

    facts = [one for one in builds_facts(store) if one["projection"] in names]
    click.echo(builds_json(facts) if as_json else builds_page(facts))
    if any(one["failure"] is not None for one in facts):
        sys.exit(1)
