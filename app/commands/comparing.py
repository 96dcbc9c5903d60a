"""Commands that look at more than one moment: curve, between."""

from typing import TYPE_CHECKING, Any

import click

from app.commands import options

if TYPE_CHECKING:  # for the same reason as in options
    from eventstore import EventStore, Moment

NOTHING = "nothing"
"""How a move says that the key held nothing."""


class MomentType(click.ParamType[Any]):
    """A moment: a time or `live`, and behind an @ the commit as of which, such as live@1200."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The moment; a usage error with the reason where it is none."""
        from eventstore import Moment

        when, _, commit = str(value).partition("@")
        if commit and not commit.isdigit():
            self.fail(f"{commit!r} is no commit: behind the @ stands a position, such as live@1200.", param, ctx)
        occurred = None if when == "live" else options.TimeType().convert(when, param, ctx)
        return Moment(occurred, int(commit) if commit else None)


@click.command()
@click.argument("projection")
@options.by
@click.option("--since", type=options.TimeType(), help="From this time on; without it: from the first event on.")
@click.option("--until", type=options.TimeType(), help="Up to this time; without it: up to the last event.")
@click.option("--buckets", type=click.IntRange(1, 1_000), default=20, show_default=True, help="About so many points.")
@options.known
@options.known_at
@options.as_json
@options.database
def curve(
    *,
    projection: str,
    by: str | None,
    since: int | None,
    until: int | None,
    buckets: int,
    as_json: bool,
    database: str | None,
    **known: int,
) -> None:
    """Print how many keys a read model held over time, by the values of a facet, with the sums over them."""
    from app.commands.told import curve_facts, curve_page, json_line

    with options.asking(database, **known) as asked:
        first, last = _span(asked.store, since, until)
        with options.refusing():
            found = asked.histories.curve(projection, by, first, last, buckets=buckets, known=asked.known)
        facets = asked.facets(projection)
        click.echo(json_line(curve_facts(found, facets)) if as_json else curve_page(found, facets))


def _span(store: "EventStore", since: int | None, until: int | None) -> tuple[int, int]:
    """The window, by default all that occurred. A usage error where it is empty."""
    from eventstore.curves import totals

    log = totals(store)
    first = since if since is not None else log.first_at or 0
    last = until if until is not None else (first if log.last_at is None else log.last_at) + 1
    if last <= first:
        raise click.UsageError("The curve ends before it begins: give an --until that is later than --since.")
    return first, last


@click.command()
@click.argument("projection")
@click.argument("first", type=MomentType())
@click.argument("second", type=MomentType())
@options.by
@click.option("--move", metavar="BEFORE:AFTER", help="Only the keys behind this move; `nothing`: it held nothing.")
@click.option("--after", default="", metavar="KEY", help="Only keys that follow this one: the next page.")
@options.limit
@options.as_json
@options.database
def between(
    *,
    projection: str,
    first: "Moment",
    second: "Moment",
    by: str | None,
    move: str | None,
    after: str,
    limit: int,
    as_json: bool,
    database: str | None,
) -> None:
    """Print what changed in a whole read model between two moments: how many keys went where, and which.

    A moment is a time or `live`; behind an @ may stand the commit as of which it was believed, such as live@1200.
    """
    from app.commands.told import between_facts, between_page, json_line
    from eventstore.histories import Behind

    behind = Behind(None if move is None else _move(move), after, limit)
    with options.asking(database) as asked:
        with options.refusing():
            found = asked.histories.between(projection, first, second, by=by, behind=behind)
        facets = asked.facets(projection)
        click.echo(json_line(between_facts(found, facets)) if as_json else between_page(found))


def _move(text: str) -> tuple[str | None, str | None]:
    before, sign, after = text.partition(":")
    if not sign:
        raise click.UsageError(f"{text!r} is no move: write the value before and after, such as paid:shipped.")
    return None if before == NOTHING else before, None if after == NOTHING else after
