"""Commands about cause and effect: the flow that an event is part of, and what one event did."""

from typing import TYPE_CHECKING

import click

from app.commands import options
from app.commands.histories import at_moment

if TYPE_CHECKING:  # for the same reason as in options
    from eventstore import EventStore, RecordedEvent


@click.command()
@click.argument("which", metavar="POSITION|ID|FLOW")
@at_moment
@options.limit
@options.as_json
@options.database
def flow(*, which: str, at: int | None, limit: int, as_json: bool, database: str | None, **known: int) -> None:
    """Print a flow as the tree of what caused what, with how long each event came behind its cause.

    It is named by an event, its position or its id, or by its own id (correlation_id). Of a flow that is longer than
    --limit the events around that one are printed. A wait is long that took at least a second and more than half of the
    time from the flow's first event to its last.
    """
    from app.commands.causing_told import flow_json, flow_page
    from eventstore import Moment
    from eventstore import flow as told

    with options.asking(database, **known) as asked:
        event = _event(asked.store, which) or next(iter(asked.store.flow(which, limit=1)), None)
        if event is None:
            raise click.ClickException(f"No event or flow is called {which}. `chronoscope events` lists them.")
        own, more = asked.store.around(event)
    found = told(own, Moment(at, asked.known))
    print_ = flow_json if as_json else flow_page
    click.echo(print_(found, found.around(event.position, limit), event.correlation_id, more=more))


def _event(store: "EventStore", which: str) -> "RecordedEvent | None":
    """The event with that position, else with that id."""
    at = store.event(int(which)) if which.isascii() and which.isdigit() and len(which) <= 18 else None
    return store.event_by_id(which) if at is None else at


@click.command()
@click.argument("which", metavar="POSITION|ID")
@options.known
@options.known_at
@options.as_json
@options.database
def effects(*, which: str, as_json: bool, database: str | None, **known: int) -> None:
    """Print what an event did to each read model: of every key that it names the state before and after.

    Where it did nothing it says why: no fold takes its type, it names no key, it is not applied yet, its fold raised.
    """
    from app.commands.causing_told import effects_json, effects_page

    with options.asking(database, **known) as asked:
        event = _event(asked.store, which)
        if event is None:
            raise click.ClickException(f"No event has the position or id {which}. `chronoscope events` lists them.")
        if asked.known is not None and asked.known < event.commit_position:
            raise click.ClickException(
                f"The event at {event.position} was not known yet at commit {asked.known}: it came with commit "
                f"{event.commit_position}. Ask as of that one or later."
            )
        found = asked.histories.effects(event, asked.known)
    click.echo(effects_json(event, found) if as_json else effects_page(event, found))
