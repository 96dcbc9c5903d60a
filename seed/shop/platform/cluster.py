"""A PostgreSQL server of one's own, from the installed programs, in which each service has a database."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

from seed.broker import free_port
from seed.shop.errors import ShopError

PLACES = ("/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin")
START_SECONDS = 60
CONFIGURATION = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 64MB
"""


class ClusterDied(ShopError):
    """PostgreSQL did not start."""

    def __init__(self, log: Path) -> None:
        super().__init__(log)
        self.log = log

    def __str__(self) -> str:
        return f"PostgreSQL did not start; {self.log} says why. As root, others must be able to enter the folder."


def binaries() -> Path | None:
    """The folder with `initdb` and `postgres`; the newest version where several are installed."""
    on_path = shutil.which("initdb")
    if on_path and (Path(on_path).resolve().parent / "postgres").exists():
        return Path(on_path).resolve().parent
    found = [folder for place in PLACES for folder in Path("/").glob(place[1:]) if (folder / "initdb").exists()]
    return max(found, key=_version, default=None)


def _version(folder: Path) -> tuple[int, ...]:
    digits = "".join(character if character.isdigit() else " " for character in folder.parent.name)
    return tuple(int(number) for number in digits.split())


def unusable() -> str | None:
    """Why no server can be started here, or None."""
    if binaries() is None:
        return "initdb and postgres were not found on PATH or in /usr/lib/postgresql"
    if os.geteuid() == 0 and unprivileged() is None:
        return "PostgreSQL does not run as root, and there is neither a user postgres nor nobody"
    return None


@contextmanager
def cluster(folder: Path, programs: Path) -> Iterator[str]:
    """A server on the data in the folder, made where there is none; its administrator's address. Raises ClusterDied."""
    folder, log = folder.absolute(), folder.absolute() / "postgres.log"
    folder.mkdir(parents=True, exist_ok=True)
    password = _initialised(folder, programs, log)
    port = free_port()
    url = f"postgresql+psycopg://postgres:{password}@127.0.0.1:{port}/postgres"
    command = [str(programs / "postgres"), "-D", str(folder / "data"), "-p", str(port)]
    with log.open("ab") as written:
        # a session of its own: Ctrl-C must not end it before its clients
        process = subprocess.Popen(command, stdout=written, stderr=written, start_new_session=True, **_somebody(folder))
    try:
        _await(process, url.replace("+psycopg", ""), log)
        yield url
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def _initialised(folder: Path, programs: Path, log: Path) -> str:
    """The administrator's password of the cluster in the folder, which is made where there is none."""
    kept = folder / "password"
    if not (folder / "data" / "PG_VERSION").exists():
        kept.write_text(secrets.token_hex(16))
        kept.chmod(0o600)
        somebody = _somebody(folder)  # after the password: it gives away what is there
        options = ["-U", "postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256"]
        command = [str(programs / "initdb"), "-D", str(folder / "data"), *options, f"--pwfile={kept}"]
        with log.open("ab") as written:
            made = subprocess.run(command, stdout=written, stderr=written, check=False, **somebody)
        if made.returncode:
            raise ClusterDied(log)
        with (folder / "data" / "postgresql.conf").open("a") as configuration:
            configuration.write(CONFIGURATION)
    return kept.read_text()


def _await(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with suppress(psycopg.OperationalError), psycopg.connect(url, connect_timeout=2):
            return
        time.sleep(0.1)
    raise ClusterDied(log)


def unprivileged() -> pwd.struct_passwd | None:
    """The user that runs the server where we are root."""
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    return None


def _somebody(folder: Path) -> dict[str, Any]:
    """Whom to run the server as: PostgreSQL refuses to run as root, so root gives the folder to another."""
    user = unprivileged() if os.geteuid() == 0 else None
    if user is None:
        return {"cwd": folder}
    for path in (folder, *folder.glob("*")):
        os.chown(path, user.pw_uid, user.pw_gid)
    return {"cwd": folder, "user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
