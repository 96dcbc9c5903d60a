"""A shop as `make shop` runs it, in a folder of its own."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from benchmarks.living.processes import Use, sidecars, used
from benchmarks.living.waiting import OUTBOXES, Orders, orders, waiting
from seed.broker import free_port

STACK = Path(__file__).parents[2] / "scripts" / "stack.py"
READY = re.compile(r"gateway is on")
SERVERS = re.compile(r"Kafka is ready on (\S+)\.")
START, STOP = 120, 90
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Shop:
    """A running shop: the process that started it all, its folder, its broker."""

    process: "subprocess.Popen[bytes]"
    folder: Path
    servers: str

    def used(self) -> dict[str, Use]:
        """What each part uses."""
        return used(self.process.pid)

    def waiting(self) -> dict[str, int]:
        """How much waits in each queue."""
        return waiting(self._store, self._databases(), self.servers, sidecars(self.process.pid))

    def orders(self) -> Orders:
        """How its orders fared."""
        return orders(self._store)

    @property
    def _store(self) -> str:
        return f"sqlite:///{self.folder / '.demo' / 'shop' / 'store.db'}"

    def _databases(self) -> dict[str, str]:
        """Each service's database, by the address of the administrator; a file where there is no PostgreSQL."""
        shop, names = self.folder / ".demo" / "shop", (*OUTBOXES, "orders")
        if not (shop / "postgres" / "password").exists():
            files = {name: shop / "databases" / f"{name}.db" for name in names}
            return {name: f"sqlite:///{file}" for name, file in files.items() if file.exists()}
        port = int((shop / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[3])
        place = make_url(f"postgresql://postgres@127.0.0.1:{port}")
        place = place.set(password=(shop / "postgres" / "password").read_text())
        dancing = [name for name in names if name != "coordinator"]  # its saga is the choreographed one
        return {name: place.set(database=name).render_as_string(hide_password=False) for name in dancing}


@contextmanager
def running(folder: Path) -> Iterator[Shop]:
    """The shop, from the first order to the end of the block. Raises RuntimeError where it does not start."""
    folder.mkdir(parents=True)
    folder.chmod(0o755)  # PostgreSQL runs as somebody else where we are root
    folder.parent.chmod(0o755)
    log = folder / "shop.log"
    command = [sys.executable, str(STACK), "shop", "--port", str(free_port()), "--gateway", str(free_port())]
    with log.open("wb") as told:
        process = subprocess.Popen(command, cwd=folder, stdout=told, stderr=told, env=_environment())
    try:
        yield Shop(process, folder, _started(process, log))
        if process.poll() is not None:
            raise RuntimeError(f"The shop ended by itself: {log.read_text()}")
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(STOP)


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(STACK.parents[1])}


def _started(process: "subprocess.Popen[bytes]", log: Path) -> str:
    until = time.monotonic() + START
    while time.monotonic() < until and process.poll() is None:
        said = log.read_text()
        servers = SERVERS.search(said)
        if servers and READY.search(said):
            return servers[1]
        time.sleep(0.5)
    raise RuntimeError(f"The shop did not start: {log.read_text()}")
