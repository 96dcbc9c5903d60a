"""A PostgreSQL server for the tests: an own cluster from the installed binaries, or a server that is named."""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from seed.broker import free_port
from seed.shop.platform.cluster import binaries, unprivileged, unusable

NAMED = "CHRONOSCOPE_TEST_POSTGRES_URL"
START_SECONDS = 90
CONFIGURATION = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
max_connections = 100
shared_buffers = 64MB
fsync = on
log_min_messages = warning
"""


@dataclass(frozen=True)
class Database:
    """A fresh database and three ways in: its owner, a role that owns nothing, and the server's superuser."""

    name: str
    url: str
    writer_url: str
    superuser_url: str


def missing() -> str | None:
    """Why no PostgreSQL can be started here, or None."""
    if os.environ.get(NAMED):
        return None
    return unusable()


class Server:
    """A server in an own temporary directory: `start`, `stop`, `kill`, and `connect` as its superuser."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.data, self.port = directory, directory / "data", free_port()
        self.password = secrets.token_urlsafe(16)
        self.process: subprocess.Popen[bytes] | None = None
        self._initialise()

    @property
    def url(self) -> str:
        """The superuser's address of the database `postgres`."""
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start the server and wait until it answers; raises with its log where it does not."""
        with (self.directory / "log").open("ab") as log:
            command = [str(_folder() / "postgres"), "-D", str(self.data)]
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.directory, **_as_user())
        self._wait_until_ready(self.process)

    def stop(self) -> None:
        """End it as an administrator would: sessions are cut, the log is written out."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """End it at once, as an administrator's `immediate` does: no checkpoint, `start` recovers from its log."""
        self._end(signal.SIGQUIT)

    def _end(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def _initialise(self) -> None:
        password_file = self.directory / "password"
        password_file.write_text(self.password)
        _give_away(self.directory, password_file)
        options = ["-U", "postgres", "--encoding=UTF8", "--auth=scram-sha-256", f"--pwfile={password_file}"]
        command = [str(_folder() / "initdb"), "-D", str(self.data), *_collation(), *options]
        made = subprocess.run(command, capture_output=True, text=True, cwd=self.directory, check=False, **_as_user())
        if made.returncode:
            raise RuntimeError(f"initdb failed in {self.directory}: {made.stderr.strip()}")
        with (self.data / "postgresql.conf").open("a") as configuration:
            configuration.write(CONFIGURATION.format(port=self.port))

    def _wait_until_ready(self, process: "subprocess.Popen[bytes]") -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and process.poll() is None:
            with suppress(psycopg.OperationalError), psycopg.connect(self.url, connect_timeout=2):
                return
            time.sleep(0.05)
        raise RuntimeError(f"PostgreSQL did not start:\n{(self.directory / 'log').read_text()}")


@contextmanager
def server() -> Iterator[Server]:
    """A started server of one's own, for tests that stop it; gone at the end."""
    directory = Path(tempfile.mkdtemp(prefix="chronoscope-pg-"))
    started = Server(directory)
    try:
        started.start()
        yield started
    finally:
        started.stop()
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def shared_url() -> Iterator[str]:
    """The superuser's address of the run's server: the named one, else one that is started here."""
    named = os.environ.get(NAMED)
    if named:
        yield named.replace("postgresql+psycopg://", "postgresql://")
        return
    with server() as started:
        yield started.url


@contextmanager
def fresh_database(superuser: str) -> Iterator[Database]:
    """A database with an owner and a writer role of its own; all three are dropped at the end."""
    name = f"test_{secrets.token_hex(6)}"
    owner, writer, password = f"{name}_owner", f"{name}_writer", secrets.token_hex(8)
    with psycopg.connect(superuser, autocommit=True) as server_:
        for role in (owner, writer):
            server_.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), password))
        server_.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(owner)),
        )
        try:
            yield Database(name, *(_url(superuser, name, user, password) for user in (owner, writer, None)))
        finally:
            server_.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
            for role in (writer, owner):
                server_.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def _url(superuser: str, database: str, user: str | None, password: str) -> str:
    facts: dict[str, Any] = conninfo_to_dict(superuser)
    name, secret = (user, password) if user else (facts.get("user", "postgres"), facts.get("password", ""))
    place = f"{facts.get('host', '127.0.0.1')}:{facts.get('port', 5432)}"
    return f"postgresql+psycopg://{quote(name)}:{quote(str(secret), safe='')}@{place}/{database}"


def _folder() -> Path:
    folder = binaries()
    if folder is None:
        raise RuntimeError("PostgreSQL is not installed here: apt-get install postgresql")
    return folder


def _collation() -> list[str]:
    """A default collation that is not the bytes' order, so that a forgotten COLLATE "C" shows."""
    told = subprocess.run([_folder() / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    major = int(told.split()[2].split(".")[0])
    return ["--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US"] if major >= 15 else ["--locale=C.UTF-8"]


def _as_user() -> dict[str, Any]:
    user = unprivileged() if os.geteuid() == 0 else None
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}


def _give_away(*paths: Path) -> None:
    user = unprivileged() if os.geteuid() == 0 else None
    for path in paths:
        if user:
            os.chown(path, user.pw_uid, user.pw_gid)
