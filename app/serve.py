"""Serve the dashboard under uvicorn, which answers small requests 40 ms sooner than `streamlit run`."""

import errno
import ipaddress
import socket
import sys

import click
import uvicorn

from app.queries import source
from eventstore.settings import Settings

BACKLOG = 128


class CannotServe(click.ClickException):
    """The dashboard cannot listen there; the message says what to do."""


def serve(settings: Settings, *, host: str, port: int, base_path: str = "", insecure: bool = False) -> None:
    """Serve until the process is told to end. Raises CannotServe for an exposed address and a taken port."""
    if not insecure:
        _refuse_exposure(host)
    source.use(settings)
    listening = _listen(host, port)
    _configure(host, port, base_path)
    from app.main import app  # noqa: PLC0415 - reads the settings that were just given

    config = uvicorn.Config(app, log_level="warning", ws_max_size=50_000_000, timeout_graceful_shutdown=3)
    click.echo(f"Chronoscope is at {_address(listening, base_path)}  (Ctrl+C ends it)")
    sys.stdout.flush()
    uvicorn.Server(config).run(sockets=[listening])


def _refuse_exposure(host: str) -> None:
    """There is no login, so whoever reaches the port reads every event."""
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise CannotServe(
            f"{host} can be reached from other machines, and the dashboard has no login. Listen on 127.0.0.1 behind a "
            "proxy that has one, or add --insecure if everyone who reaches that address may read every event."
        )


def _listen(host: str, port: int) -> socket.socket:
    """A socket made as TCP by name: asyncio sets TCP_NODELAY only on those."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(BACKLOG)
    except OSError as error:
        made.close()
        raise CannotServe(_why(error, host, port)) from error
    return made


def _why(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is taken. End what listens there, or choose another with --port or PORT=."
    if error.errno == errno.EACCES:
        return f"Port {port} needs rights that this user does not have. Choose one above 1023 with --port."
    return f"Cannot listen on {host} port {port} ({error.strerror}). Name an address of this machine with --host."


def _configure(host: str, port: int, base_path: str) -> None:
    """Streamlit's options: the shipped file, with where we listen laid over it."""
    from streamlit import config  # noqa: PLC0415 - half a second that a refusal need not wait for
    from streamlit.web import bootstrap  # noqa: PLC0415

    import app.main  # noqa: F401, PLC0415 - makes Streamlit look for the file beside it

    bootstrap.load_config_options(
        {"server_address": host, "server_port": port, "server_baseUrlPath": base_path.strip("/")}
    )
    config.get_option("server.port")


def _address(listening: socket.socket, base_path: str) -> str:
    host, port = listening.getsockname()[:2]
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}/{base_path.strip('/')}"
