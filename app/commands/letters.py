"""Commands for dead letters: list, show, replay."""

import json

import click

from app.commands import options


@click.group("dead-letters")
def dead_letters() -> None:
    """What could not become an event: kept byte for byte, with its reason, and replayable."""


@dead_letters.command("list")
@click.option("--reason", help="Only those with this reason.")
@click.option("--topic", help="Only those of this topic.")
@click.option("--waiting", is_flag=True, help="Only those that were not replayed.")
@click.option("--before", type=click.IntRange(min=1), help="Only numbers below this one: the next page.")
@options.limit
@options.as_json
@options.database
def list_letters(
    *,
    reason: str | None,
    topic: str | None,
    waiting: bool,
    before: int | None,
    limit: int,
    as_json: bool,
    database: str | None,
) -> None:
    """Print dead letters, one a line, the newest first."""
    from app.commands.printing import letter_facts, letter_line
    from eventstore.ingest import dead_letters as letters

    with options.reading(database) as store:
        for one in letters.page(store, reason=reason, topic=topic, unread=waiting, before=before, limit=limit):
            click.echo(json.dumps(letter_facts(one)) if as_json else letter_line(one))


@dead_letters.command()
@click.argument("number", type=int)
@options.as_json
@options.database
def show(*, number: int, as_json: bool, database: str | None) -> None:
    """Print one dead letter whole: its reason, where it came from, its bytes."""
    from app.commands.printing import letter_facts, letter_page
    from eventstore.ingest import dead_letters as letters

    with options.reading(database) as store:
        one = letters.letter(store, number)
    click.echo(json.dumps(letter_facts(one)) if as_json else letter_page(one))


@dead_letters.command()
@click.argument("numbers", type=int, nargs=-1)
@click.option("--reason", help="All that wait with this reason.")
@click.option("--all", "everything", is_flag=True, help="All that wait.")
@options.project
@options.as_json
@options.database
def replay(
    *,
    numbers: tuple[int, ...],
    reason: str | None,
    everything: bool,
    project: bool,
    as_json: bool,
    database: str | None,
) -> None:
    """Read dead letters again by today's settings. Ends with 3 where one still cannot be read."""
    from app.commands.printing import replayed_facts, replayed_line
    from eventstore import Leveller
    from eventstore.ingest import Intake
    from eventstore.ingest import dead_letters as letters

    if not (numbers or reason or everything):
        raise click.UsageError("Name dead letters by number, by --reason, or take --all that wait.")
    loaded = options.settings(database)
    with options.writing(database) as store:
        chosen = numbers or letters.waiting(store, reason=reason)
        intake = Intake(store, loaded.topics, message_bytes=loaded.message_bytes)
        done = letters.replay(store, intake, chosen)
        Leveller(store, loaded.projections if project else (), lambda line: click.echo(line, err=True)).settle()
    for one in done:
        click.echo(json.dumps(replayed_facts(one)) if as_json else replayed_line(one))
    raise SystemExit(3 if any(one.position is None for one in done) else 0)
