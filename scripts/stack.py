"""Run the pieces of Chronoscope side by side until Ctrl-C: `demo` without a broker, `kafka` with a real one, `shop`
with a whole shop of services.

All data is in .demo/ of the working directory, and the next run goes on with it. What stands after `--` goes to the
seed: `scripts/stack.py demo -- --orders 100 --days 7`.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import get_args

import click

import seed.shop
from seed.broker import BrokerError, broker, fetch, missing_here
from seed.shop.bus import make_topics
from seed.shop.platform.cluster import ClusterDied, binaries, cluster, unusable
from seed.shop.platform.fleet import fleet, watched
from seed.shop.platform.supervisor import Supervisor
from seed.shop.settings import Saga

FOLDER = Path(".demo").absolute()
TOPICS = Path(seed.shop.__file__).with_name("shop.toml")
STOP_SECONDS = 20
PYTHON = sys.executable


class Pieces:
    """The started processes. They are ended in the reverse order, each with the time to finish what it does."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = os.environ | environment
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *arguments: str) -> None:
        """Start one `chronoscope` command."""
        # a session of its own: Ctrl-C reaches this process alone, which ends the others in order
        command = [PYTHON, "-m", "app", *arguments]
        self.running[name] = subprocess.Popen(command, env=self.environment, start_new_session=True)

    def ended(self) -> Iterator[tuple[str, int]]:
        """Those that ended since the last time, with their exit codes."""
        for name, process in list(self.running.items()):
            if process.poll() is not None:
                del self.running[name]
                yield name, process.returncode

    def stop(self) -> None:
        """End all that still run."""
        for process in reversed(self.running.values()):
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@click.group()
def main() -> None:
    """Run the pieces of Chronoscope side by side, until Ctrl-C."""
    signal.signal(signal.SIGTERM, _interrupt)


port_option = click.option("--port", default=8501, show_default=True)
seed_options = click.argument("seed_options", nargs=-1, type=click.UNPROCESSED)


@main.command()
@port_option
@seed_options
def demo(port: int, seed_options: tuple[str, ...]) -> None:
    """A shop's history in a SQLite file, and the dashboard on it."""
    refuse_taken(port)
    with pieces("demo") as running:
        running.start("seed", "seed", *seed_options)
        running.start("dashboard", "dashboard", "--port", str(port))
        watch(running)


@main.command()
@port_option
@seed_options
def kafka(port: int, seed_options: tuple[str, ...]) -> None:
    """The same shop through a real broker: seed, Kafka, ingest, store, dashboard."""
    refuse_taken(port)
    with (
        started_broker(FOLDER / "kafka") as servers,
        pieces("kafka", CHRONOSCOPE_KAFKA_SERVERS=servers) as running,
    ):
        running.start("seed", "seed", "--to", "kafka", *seed_options)
        running.start("ingest", "ingest")
        running.start("dashboard", "dashboard", "--port", str(port))
        watch(running)


@main.command()
@port_option
@click.option("--gateway", default=8600, show_default=True, help="The port of the shop's gateway.")
@click.option("--orders", default=20.0, show_default=True, help="How many orders come in a minute.")
@click.option("--saga", type=click.Choice(get_args(Saga)), default="choreographed", show_default=True)
def shop(port: int, gateway: int, orders: float, saga: Saga) -> None:
    """A living shop: services with their platform on a real broker, customers, and the dashboard that watches it."""
    refuse_taken(port)
    refuse_taken(gateway)
    folder = FOLDER / "shop"
    with ExitStack() as stack:
        servers = stack.enter_context(started_broker(folder / "kafka"))
        make_topics(servers)
        place = databases(folder, stack)
        settings = {"CHRONOSCOPE_SETTINGS": str(TOPICS), "CHRONOSCOPE_KAFKA_SERVERS": servers}
        running = stack.enter_context(pieces("shop/store", **settings))
        running.start("ingest", "ingest")
        running.start("dashboard", "dashboard", "--port", str(port))
        programs = fleet(folder, place, watched(servers, saga, orders), gateway=gateway)
        stack.enter_context(Supervisor(folder, programs, lambda line: click.echo(line, err=True)))
        click.echo(f"The shop's gateway is on http://127.0.0.1:{gateway}; {len(programs)} programs run.", err=True)
        watch(running)


@contextmanager
def started_broker(folder: Path) -> Iterator[str]:
    """A broker on the data in the folder; where it answers."""
    if missing_here():
        click.echo("Fetching Kafka from Maven Central (43 MB, once) ...", err=True)
        fetch()
    click.echo("Starting the broker ...", err=True)
    with broker(folder) as started:
        click.echo(f"Kafka is ready on {started.servers}.", err=True)
        yield started.servers


def databases(folder: Path, stack: ExitStack) -> str:
    """Where each service gets a database of its own: a PostgreSQL server that is started, else a folder of files."""
    programs = None if unusable() else binaries()
    try:
        if programs is not None:
            place = stack.enter_context(cluster(folder / "postgres", programs))
            click.echo("PostgreSQL is ready: each service gets a role and a database of its own.", err=True)
            return place
    except ClusterDied as error:
        click.echo(str(error), err=True)
    click.echo("There is no PostgreSQL to use: each service gets a SQLite file.", err=True)
    return f"sqlite:///{folder / 'databases'}"


@contextmanager
def pieces(name: str, **environment: str) -> Iterator[Pieces]:
    """Pieces that share one store in .demo/."""
    FOLDER.mkdir(exist_ok=True)
    with ExitStack() as stack:
        started = Pieces(environment | {"CHRONOSCOPE_DATABASE_URL": f"sqlite:///{FOLDER / name}.db"})
        stack.callback(started.stop)
        yield started


def watch(pieces: Pieces) -> None:
    """Wait until Ctrl-C, or until a piece that others need ends."""
    try:
        while True:
            for name, code in pieces.ended():
                report(name, code)
            time.sleep(0.2)
    except KeyboardInterrupt:
        click.echo("\nEnding; the data stays in .demo/.", err=True)


def report(name: str, code: int) -> None:
    """The seed may end: its story is told. Everything else ends the run, with its exit code."""
    if name != "seed":
        click.echo(f"{name} ended with exit code {code}; its message stands above.", err=True)
        sys.exit(code or 1)
    if code:
        click.echo(f"The seed ended with exit code {code}; the dashboard shows what the store holds.", err=True)


def refuse_taken(port: int) -> None:
    """End with a sentence where another program listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            sys.exit(f"Port {port} is taken, perhaps by a dashboard that still runs. Choose another: PORT={port + 1}")


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    try:
        main()
    except BrokerError as error:
        sys.exit(str(error))
