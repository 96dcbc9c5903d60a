"""The command that opens the dashboard."""

import click

from app.commands import options


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True, envvar="PORT")
@click.option("--base-path", default="", help="Where a reverse proxy mounts it, e.g. /chronoscope.")
@click.option("--insecure", is_flag=True, help="Allow an address other than loopback: there is no login.")
@options.database
def dashboard(*, host: str, port: int, base_path: str, insecure: bool, database: str | None) -> None:
    """Serve the dashboard, which reads the store and never writes to it."""
    from streamlit.logger import set_log_level

    set_log_level("ERROR")  # before its first import of ours: it warns of caches that are made before the server runs
    from app.serve import serve

    serve(options.settings(database), host=host, port=port, base_path=base_path, insecure=insecure)
