"""The command that reads topics into the store."""

import click

from app.commands import options


@click.command()
@click.option("--topics", help="The topics to read, joined by commas; without it: those that the settings name.")
@click.option("--servers", help="Kafka's bootstrap servers; without it: CHRONOSCOPE_KAFKA_SERVERS or the settings.")
@click.option("--until-end", is_flag=True, help="Read as far as the topics reach now, then end.")
@options.project
@options.database
def ingest(*, topics: str | None, servers: str | None, until_end: bool, project: bool, database: str | None) -> None:
    """Read topics from Kafka into the store, each message exactly once, until Ctrl-C or SIGTERM.

    The read models that the settings name are kept level beside it. The running transaction is always finished. Started
    again, it goes on where the store says that it stopped.
    """
    from app.commands.following import Following
    from eventstore.ingest import Intake
    from eventstore.ingest.ingester import Ingester

    loaded = options.settings(database)
    named = [name.strip() for name in topics.split(",") if name.strip()] if topics is not None else list(loaded.topics)
    if not named:
        raise click.UsageError("Name the topics to read with --topics orders,payments.")
    with options.stopping() as stop, options.writing(database) as store:
        intake = Intake(store, loaded.topics, message_bytes=loaded.message_bytes)
        ingester = Ingester(store, intake, servers or loaded.kafka_servers, named, merge_window=loaded.merge_window)
        following = Following(store, loaded.anchor_file, loaded.projections if project else ())
        try:
            ingester.run(until_end=until_end, stop=stop, on_progress=following.progressed)
        finally:
            following.settle(stop.is_set)
