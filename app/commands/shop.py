"""Commands that make trouble in the living shop, and mend it."""

from pathlib import Path

import click

FOLDER = Path(".demo/shop")


@click.group()
@click.option("--folder", type=click.Path(path_type=Path), default=FOLDER, show_default=True, help="Where it runs.")
@click.pass_context
def shop(context: click.Context, folder: Path) -> None:
    """Make trouble in the living shop that `make shop` runs, to watch what becomes of it.

    Services are named as the registry does, or by the beginning of the name: payment is payments.
    """
    from seed.shop.platform.supervisor import runs_in

    if not runs_in(folder):
        raise click.ClickException(f"No shop runs in {folder}. Start it with `make shop`, or name another --folder.")
    context.obj = folder


@shop.command()
@click.argument("service")
@click.pass_obj
def kill(folder: Path, service: str) -> None:
    """End all instances of the service as a power cut would; none is started anew."""
    _begin(folder, service, "kill")


@shop.command()
@click.argument("service")
@click.pass_obj
def slow(folder: Path, service: str) -> None:
    """Let the service answer later than anybody waits."""
    _begin(folder, service, "slow")


@shop.command()
@click.argument("service")
@click.pass_obj
def partition(folder: Path, service: str) -> None:
    """Cut the service off from the broker and from all who call it, while it runs on."""
    _begin(folder, service, "partition")


@shop.command()
@click.argument("service")
@click.pass_obj
def duplicate(folder: Path, service: str) -> None:
    """Let the service send each of its messages twice."""
    _begin(folder, service, "duplicate")


@shop.command()
@click.argument("service", required=False)
@click.pass_obj
def restore(folder: Path, service: str | None) -> None:
    """Let the service be well again; without a name, all of them."""
    from seed.shop.platform.supervisor import troubles_in
    from seed.shop.platform.troubles import Troubles

    Troubles(troubles_in(folder)).end([] if service is None else [_named(service)])
    click.echo(f"{service or 'Every service'} is restored.")


def _begin(folder: Path, service: str, trouble: str) -> None:
    from seed.shop.platform.supervisor import troubles_in
    from seed.shop.platform.troubles import Trouble, Troubles

    name = _named(service)
    Troubles(troubles_in(folder)).begin(name, Trouble(trouble))
    click.echo(f"{name}: {trouble}. `chronoscope shop restore {name}` mends it.")


def _named(service: str) -> str:
    """The one service whose name begins so; a usage error where there is none, or more."""
    from seed.shop.__main__ import SERVICES

    found = [name for name in SERVICES if name.startswith(service)]
    if service in found or len(found) == 1:
        return service if service in found else found[0]
    raise click.UsageError(f"{service!r} names no service, or several; there are {', '.join(SERVICES)}.")
