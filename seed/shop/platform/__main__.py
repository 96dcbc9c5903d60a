"""`python -m seed.shop.platform` runs the whole living shop until SIGTERM, beside a broker and a database server.

`make shop` brings those as well.
"""

import signal
import threading
from pathlib import Path
from typing import get_args

import click

from seed.shop.bus import make_topics
from seed.shop.platform.fleet import fleet, watched
from seed.shop.platform.supervisor import Supervisor
from seed.shop.settings import Saga


@click.command()
@click.option("--kafka", required=True, help="The broker, host:port.")
@click.option("--database", required=True, help="Where each service gets a database: a server's administrator.")
@click.option("--folder", type=click.Path(path_type=Path), required=True, help="For logs and troubles.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where the gateway answers.")
@click.option("--gateway", default=8600, show_default=True, help="The port of the gateway.")
@click.option("--saga", type=click.Choice(get_args(Saga)), default="choreographed", show_default=True)
def main(kafka: str, database: str, folder: Path, host: str, gateway: int, saga: Saga) -> None:
    """Run all services of the living shop with their platform."""
    make_topics(kafka)
    folder.mkdir(parents=True, exist_ok=True)
    programs = fleet(folder, database, watched(kafka, saga), gateway=gateway, host=host)
    stop = threading.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: stop.set())
    with Supervisor(folder, programs, lambda line: click.echo(line, err=True)):
        click.echo(f"{len(programs)} programs run; the gateway is on {host}:{gateway}.", err=True)
        stop.wait()


if __name__ == "__main__":
    main()
