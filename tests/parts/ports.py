"""Ports for servers of the tests."""

import secrets
import socket
from contextlib import suppress


def free_port() -> int:
    """A free port below those that systems give to outgoing connections: one of these may take it before we do."""
    while True:
        port = secrets.choice(range(10_000, 32_000))
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
