"""Commands that read: events, one event, a stream's state at a moment."""

import click

from app.commands import options


@click.command()
@click.option("--category", "categories", multiple=True, help="Only this kind of thing; may be given again.")
@click.option("--type", "types", multiple=True, help="Only this event type; may be given again.")
@click.option("--stream", help="Only this stream; order-4* takes all that begin so.")
@click.option("--text", help="Only events with this text in their stream, id, correlation or causation id.")
@click.option("--since", type=options.TimeType(), help="Only what occurred at this time or later.")
@click.option("--before", type=options.TimeType(), help="Only what occurred before this time.")
@click.option("--after", type=click.IntRange(min=0), default=0, help="Only positions above this one.")
@click.option("--newest", is_flag=True, help="The newest first.")
@options.limit
@options.as_json
@options.database
def events(
    *,
    categories: tuple[str, ...],
    types: tuple[str, ...],
    stream: str | None,
    text: str | None,
    since: int | None,
    before: int | None,
    after: int,
    newest: bool,
    limit: int,
    as_json: bool,
    database: str | None,
) -> None:
    """Print events, one a line, in the order in which the store learnt them."""
    from app.commands.printing import event_json, event_line
    from eventstore import EventQuery

    query = EventQuery(categories=categories, types=types, stream=stream, text=text, since=since, before=before)
    with options.reading(database) as store:
        for found in store.read_all(after=after, query=query, backwards=newest, limit=limit):
            click.echo(event_json(found) if as_json else event_line(found))


@click.command()
@click.argument("which", metavar="POSITION|ID")
@options.as_json
@options.database
def event(*, which: str, as_json: bool, database: str | None) -> None:
    """Print one event whole: payload, metadata, both times, where it came from."""
    from app.commands.printing import event_json
    from app.commands.story import whole
    from eventstore import as_folded, load

    loaded = options.settings(database)
    with options.reading(database) as store:
        found = store.event(int(which)) if which.isdigit() else store.event_by_id(which)
        if found is None:
            raise click.ClickException(f"No event has the position or id {which}. `chronoscope events` lists them.")
        folded = as_folded(load(loaded.projections), found)
        click.echo(event_json(found, folded) if as_json else whole(store, found, folded))


@click.command()
@click.argument("stream")
@click.option("--at", type=options.TimeType(), help="As it was at this time; without it: live.")
@click.option("--known", type=click.IntRange(min=0), help="As the store believed at this commit; without it: now.")
@options.as_json
@options.database
def replay(*, stream: str, at: int | None, known: int | None, as_json: bool, database: str | None) -> None:
    """Fold a stream's events into its state at a moment."""
    from app.commands.story import replay_json, replay_page, stream_story
    from eventstore import Moment

    loaded = options.settings(database)
    with options.reading(database) as store:
        story = stream_story(store, loaded.projections, stream, Moment(at, known))
    click.echo(replay_json(story) if as_json else replay_page(story))
