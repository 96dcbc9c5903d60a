"""Commands that ask read models about any moment: state, history, page, count."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from app.commands import options

if TYPE_CHECKING:  # for the same reason as in options
    from eventstore import Histories, Moment
    from eventstore.histories import Place, Steps


def at_moment(command: Any) -> Any:
    """The options that say where one stands."""
    return options.occurred(options.known(options.known_at(command)))


@click.command()
@click.argument("projection")
@click.argument("key")
@at_moment
@options.as_json
@options.database
def state(*, projection: str, key: str, at: int | None, as_json: bool, database: str | None, **known: int) -> None:
    """Print the state of a read model's key at a moment, and the event that made it so."""
    from app.commands.told import json_line, state_facts, state_page
    from eventstore import Moment

    with options.asking(database, **known) as asked:
        found = asked.histories.as_of(projection, key, Moment(at, asked.known))
        click.echo(json_line(state_facts(found, asked.facets(projection))) if as_json else state_page(found))


@click.command()
@click.argument("projection")
@click.argument("key")
@at_moment
@click.option("--after", metavar="CURSOR", help="Only what follows: the cursor at the end of the list before.")
@options.limit
@options.as_json
@options.database
def history(
    *,
    projection: str,
    key: str,
    at: int | None,
    after: str | None,
    limit: int,
    as_json: bool,
    database: str | None,
    **known: int,
) -> None:
    """Print every state of a read model's key up to a moment: its event, from when to when it held, what changed."""
    from app.commands.told import json_line, steps_facts, steps_page
    from eventstore import Moment

    with options.asking(database, **known) as asked:
        found, before = _steps(asked.histories, projection, key, Moment(at, asked.known), _place(after), limit)
        events = asked.store.events_at([row.event_position for row in found.rows])
        if as_json:
            click.echo(json_line(steps_facts(found, events, asked.facets(projection), before)))
        else:
            click.echo(steps_page(found, events, before))


@click.command()
@click.argument("projection")
@options.where
@at_moment
@click.option("--after", metavar="CURSOR", help="The next page: the cursor at the end of the one before.")
@options.limit
@options.as_json
@options.database
def page(
    *,
    projection: str,
    conditions: tuple[str, ...],
    at: int | None,
    after: str | None,
    limit: int,
    as_json: bool,
    database: str | None,
    **known: int,
) -> None:
    """Print a read model's keys at a moment, the last changed first: those that fulfil all conditions."""
    from app.commands.told import json_line, page_facts, page_page
    from eventstore import Moment

    where, place = options.narrowed(conditions), _place(after)
    with options.asking(database, **known) as asked:
        with options.refusing():
            moment = Moment(at, asked.known)
            found = asked.histories.page(projection, moment, where=where, after=place, limit=limit)
        facets = asked.facets(projection)
        click.echo(json_line(page_facts(found, facets)) if as_json else page_page(found, facets))


@click.command()
@click.argument("projection")
@options.by
@at_moment
@options.as_json
@options.database
def count(
    *, projection: str, by: str | None, at: int | None, as_json: bool, database: str | None, **known: int
) -> None:
    """Print how many keys a read model holds at a moment, by the values of a facet, with the sums over them."""
    from app.commands.told import count_facts, count_page, json_line
    from eventstore import Moment

    with options.asking(database, **known) as asked:
        with options.refusing():
            found = asked.histories.count(projection, Moment(at, asked.known), by=by)
        facets = asked.facets(projection)
        click.echo(json_line(count_facts(found, facets)) if as_json else count_page(found, facets))


@click.command()
@click.argument("projection")
@options.where
@click.option("--until", type=options.TimeType(), help="Up to this time; without it: live.")
@options.known
@options.known_at
@click.option("--after", metavar="CURSOR", help="The next keys: the cursor at the end of the list before.")
@options.limit
@options.as_json
@options.database
def ever(
    *,
    projection: str,
    conditions: tuple[str, ...],
    until: int | None,
    after: str | None,
    limit: int,
    as_json: bool,
    database: str | None,
    **known: int,
) -> None:
    """Print the keys that ever fulfilled all conditions, even if they are fine now, and when they did."""
    from app.commands.told import ever_facts, ever_page, json_line
    from eventstore import Moment

    where, place = options.narrowed(conditions), _place(after)
    if not where:
        raise click.UsageError("Say what was ever so, e.g. --where 'status = failed'.")
    with options.asking(database, **known) as asked, options.refusing():
        found = asked.histories.ever(projection, where, Moment(until, asked.known), after=place, limit=limit)
    click.echo(json_line(ever_facts(found)) if as_json else ever_page(found))


def _steps(
    histories: "Histories", projection: str, key: str, moment: "Moment", place: "Place | None", limit: int
) -> "tuple[Steps, str | None]":
    """The steps behind the place, and the state at it."""
    if place is None:
        return histories.steps(projection, key, moment, limit=limit), None
    just_before = place._replace(event_position=place.event_position - 1)
    found = histories.steps(projection, key, moment, after=just_before, limit=limit + 1)
    at_it, rest = found.rows[:1], found.rows[1:]
    return replace(found, rows=rest), at_it[0].state if at_it else None


def _place(after: str | None) -> "Place | None":
    from app.commands.told import place

    if after is None:
        return None
    try:
        return place(after)
    except ValueError as error:
        raise click.UsageError(f"{after!r} is no cursor: take the one at the end of the list before.") from error
