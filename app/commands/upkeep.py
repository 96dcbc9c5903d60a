"""Commands that look after the store: verify, migrate, status."""

import json
import sys

import click

from app.commands import options


@click.command()
@click.option("--projections", is_flag=True, help="Compare the read models with the replay of the log instead.")
@click.option("--sample", type=click.IntRange(min=1), help="With --projections: so many keys of each; without it all.")
@options.as_json
@options.database
def verify(*, projections: bool, sample: int | None, as_json: bool, database: str | None) -> None:
    """Check the log against its hashes, its seals and the anchors outside the database.

    With --projections: the read models against the replay of the log; each drift is named, and the result is kept for
    the dashboard. Ends with 0 where all is whole, with 3 where something was changed, cut or restored, or drifts.
    """
    from app.commands.report import verdict_json, verdict_page
    from eventstore import verify as verify_log

    if projections:
        from app.commands.proving import prove_all

        sys.exit(prove_all(database, sample, as_json=as_json))
    loaded = options.settings(database)
    with options.reading(database) as store, click.progressbar(length=store.head().position, file=sys.stderr) as bar:
        verdict = verify_log(store, loaded.anchor_file, on_progress=lambda done, _: bar.update(done - bar.pos))
    click.echo(verdict_json(verdict) if as_json else verdict_page(verdict))
    sys.exit(0 if verdict.ok else 3)


@click.command()
@options.database
def migrate(database: str | None) -> None:
    """Make the store, or bring an older one up to date. On PostgreSQL: with the owner's URL."""
    from eventstore import migrate as migrated

    upgrade = migrated(options.settings(database).database_url)
    click.echo("The store is up to date." if upgrade is None else str(upgrade))


@click.command()
@options.as_json
@options.database
def status(*, as_json: bool, database: str | None) -> None:
    """Say where the store, its ingesters and its read models stand."""
    from app.commands.report import status_facts, status_page

    with options.reading(database) as store:
        facts = status_facts(store)
    click.echo(json.dumps(facts) if as_json else status_page(facts))
