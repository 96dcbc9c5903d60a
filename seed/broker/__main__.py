"""`python -m seed.broker` runs a Kafka broker in the foreground; `python -m seed.broker jars` only fetches it."""

import signal
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType

import click

from seed.broker.errors import BrokerError
from seed.broker.jars import VERSION, fetch, folder, jars
from seed.broker.process import broker


@click.group(invoke_without_command=True)
@click.option("--directory", type=click.Path(path_type=Path), default=Path(".demo/kafka"), show_default=True)
@click.option("--port", default=9092, show_default=True, help="0: any free one.")
@click.pass_context
def main(context: click.Context, directory: Path, port: int) -> None:
    """Run a Kafka broker on 127.0.0.1 in the foreground, until Ctrl-C."""
    if context.invoked_subcommand is not None:
        return
    signal.signal(signal.SIGTERM, _interrupt)
    _fetch()
    with suppress(KeyboardInterrupt), broker(directory, port) as started:
        click.echo(f"Kafka {VERSION} is ready on {started.servers}; its data is in {directory}. Ctrl-C ends it.")
        sys.exit(started.wait())


@main.command("jars")
def jars_command() -> None:
    """Fetch the broker's jars from Maven Central, once."""
    _fetch()
    click.echo(f"The jars of Kafka {VERSION} are in {folder()}.")


def _fetch() -> None:
    if not jars():
        click.echo(f"Fetching Kafka {VERSION} from Maven Central (43 MB, once) ...", err=True)
    fetch()


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    try:
        main()
    except BrokerError as error:
        sys.exit(str(error))
