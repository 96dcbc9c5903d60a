"""The `chronoscope` command: the composition root. Each command's module loads what it needs, when it is called."""

from importlib import import_module

import click

COMMANDS = {
    "seed": "seed.__main__:seed_command",
    "ingest": "app.commands.intake:ingest",
    "import": "app.commands.importing:import_file",
    "events": "app.commands.reading:events",
    "event": "app.commands.reading:event",
    "state": "app.commands.histories:state",
    "history": "app.commands.histories:history",
    "page": "app.commands.histories:page",
    "count": "app.commands.histories:count",
    "curve": "app.commands.comparing:curve",
    "between": "app.commands.comparing:between",
    "ever": "app.commands.histories:ever",
    "blame": "app.commands.travel:blame",
    "when": "app.commands.travel:when",
    "diff": "app.commands.travel:diff",
    "reproduce": "app.commands.travel:reproduce",
    "flow": "app.commands.causing:flow",
    "effects": "app.commands.causing:effects",
    "replay": "app.commands.reading:replay",
    "project": "app.commands.projecting:project",
    "projections": "app.commands.projections:projections",
    "rebuild": "app.commands.projecting:rebuild",
    "heal": "app.commands.projecting:heal",
    "dead-letters": "app.commands.letters:dead_letters",
    "verify": "app.commands.upkeep:verify",
    "migrate": "app.commands.upkeep:migrate",
    "status": "app.commands.upkeep:status",
    "dashboard": "app.commands.serving:dashboard",
    "shop": "app.commands.shop:shop",
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

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; an error of the library is a sentence and exit code 1, any other is a bug and shows."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            from eventstore import EventStoreError

            if isinstance(error, EventStoreError):
                raise click.ClickException(str(error)) from error
            raise


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="chronoscope")
def chronoscope() -> None:
    """The time machine for event-driven systems.

    The store is named by --database or CHRONOSCOPE_DATABASE_URL; without either it is chronoscope.db in the working
    directory.
    """


def main() -> None:
    """Run the command line."""
    chronoscope()


if __name__ == "__main__":
    main()
