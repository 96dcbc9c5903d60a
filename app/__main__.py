"""The `chronoscope` command: the composition root. Each command's module loads what it needs, when it is called."""

import sys
from importlib import import_module

import click

COMMANDS = {
    "seed": "seed.__main__:seed_command",
    "ingest": "app.commands.intake:ingest",
    "events": "app.commands.reading:events",
    "event": "app.commands.reading:event",
    "replay": "app.commands.reading:replay",
    "dead-letters": "app.commands.letters:dead_letters",
    "verify": "app.commands.upkeep:verify",
    "migrate": "app.commands.upkeep:migrate",
    "status": "app.commands.upkeep:status",
    "dashboard": "app.commands.serving:dashboard",
}


class Commands(click.Group):
    """The commands by name, each loaded on its first use: `--help` need not wait for Streamlit or SQLAlchemy."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Every command, in the order of a first day."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Load one command."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="chronoscope")
def chronoscope() -> None:
    """The time machine for event-driven systems.

    The store is named by --database or CHRONOSCOPE_DATABASE_URL; without either it is chronoscope.db in the working
    directory.
    """


def main() -> None:
    """Run the command line; errors of ours become one sentence and exit code 1."""
    from eventstore.errors import EventStoreError

    try:
        chronoscope()
    except EventStoreError as error:
        click.echo(f"chronoscope: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
