"""A throwaway MariaDB server with a system-versioned table: what a database offers by itself for `as of`."""

import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pymysql

from benchmarks.ground import NotHere
from seed.shop.platform.cluster import unprivileged

START_SECONDS = 120
SETTINGS = ("--skip-networking", "--skip-grant-tables", "--skip-log-bin", "--innodb-buffer-pool-size=512M")

TABLE = """
    CREATE TABLE {table} (
        k VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, status VARCHAR(16) NOT NULL, amount BIGINT,
        state TEXT NOT NULL,
        row_start TIMESTAMP(6) GENERATED ALWAYS AS ROW START, row_end TIMESTAMP(6) GENERATED ALWAYS AS ROW END,
        PERIOD FOR SYSTEM_TIME (row_start, row_end), PRIMARY KEY (k),
        KEY (row_start), KEY (status, row_start)
    ) ENGINE = InnoDB WITH SYSTEM VERSIONING"""
FOREVER = "2038-01-19 03:14:07.999999"


@contextmanager
def server() -> Iterator["pymysql.Connection[Any]"]:
    """A connection to a server of one's own, in a temporary directory; gone at the end. Raises `NotHere`."""
    binary = shutil.which("mariadbd") or shutil.which("mariadbd", path="/usr/sbin")
    if binary is None or shutil.which("mariadb-install-db") is None:
        raise NotHere("MariaDB: mariadbd and mariadb-install-db were not found (Debian: mariadb-server)")
    with TemporaryDirectory(prefix="chronoscope-mariadb-") as name:
        folder = Path(name)
        user = unprivileged()
        owner: dict[str, Any] = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid}
        if user is not None:
            shutil.chown(folder, user.pw_uid, user.pw_gid)
        made = ["mariadb-install-db", "--no-defaults", f"--datadir={folder / 'data'}", "--skip-test-db"]
        subprocess.run(made, check=True, capture_output=True, **owner)
        socket = folder / "socket"
        command = [binary, "--no-defaults", f"--datadir={folder / 'data'}", f"--socket={socket}", *SETTINGS]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, **owner)
        try:
            yield _connected(process, str(socket), folder / "log")
        finally:
            process.terminate()
            process.wait(timeout=60)


def _connected(process: "subprocess.Popen[bytes]", socket: str, log: Path) -> "pymysql.Connection[Any]":
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with suppress(pymysql.err.OperationalError):
            connection = pymysql.connect(unix_socket=socket, user="root", autocommit=True)
            with connection.cursor() as cursor:
                cursor.execute("CREATE DATABASE bench")
                cursor.execute("USE bench")
                cursor.execute("SET time_zone = '+00:00', system_versioning_insert_history = 1")
            return connection
        time.sleep(0.1)
    raise RuntimeError(f"MariaDB did not start:\n{log.read_text()}")


class Versioned:
    """A system-versioned table that holds what a read model believes: one clock, hence no older beliefs."""

    def __init__(self, connection: "pymysql.Connection[Any]", table: str) -> None:
        self.connection, self.table = connection, table
        self.run(TABLE.format(table=table))

    def run(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """The rows of a statement."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()

    def fill(self, rows: Sequence[tuple[str, str, int | None, str, int, int | None]]) -> None:
        """Rows of key, status, amount, state, begin and end in microseconds; those that held no time are left out."""
        sql = (
            f"INSERT INTO {self.table} (k, status, amount, state, row_start, row_end) VALUES (%s, %s, %s, %s, "
            f"FROM_UNIXTIME(%s), coalesce(FROM_UNIXTIME(%s), '{FOREVER}'))"
        )
        kept = [
            (*row[:4], f"{row[4] / 1e6:.6f}", None if row[5] is None else f"{row[5] / 1e6:.6f}")
            for row in rows
            if row[5] is None or row[4] < row[5]
        ]
        with self.connection.cursor() as cursor:
            cursor.executemany(sql, kept)

    def copy(self, source: str, copies: int, step: int) -> None:
        """The rows of another table so many times, as `copies.copied` does."""
        moved = "INTERVAL n.seq * %s MICROSECOND"
        self.run(
            f"INSERT INTO {self.table} (k, status, amount, state, row_start, row_end) SELECT concat(k, '-', "
            f"lpad(n.seq, 3, '0')), status, amount, state, row_start + {moved}, "
            f"CASE WHEN row_end = '{FOREVER}' THEN row_end ELSE row_end + {moved} END "
            f"FROM {source} FOR SYSTEM_TIME ALL CROSS JOIN seq_0_to_{copies - 1} n ORDER BY row_start",
            (step, step),
        )

    def threads(self) -> tuple[int, ...]:
        """The server's thread that works for us."""
        ((thread,),) = self.run("SELECT tid FROM information_schema.processlist WHERE id = connection_id()")
        return (int(thread),)

    def as_of(self, key: str, at: str) -> Any:
        """One key's state."""
        return self.run(f"SELECT k, state FROM {self.table} FOR SYSTEM_TIME AS OF %s WHERE k = %s", (at, key))

    def page(self, at: str, status: str | None) -> Any:
        """The 50 keys that changed last."""
        asked = "" if status is None else "WHERE status = %s"
        values = (at,) if status is None else (at, status)
        return self.run(
            f"SELECT k, state, row_start FROM {self.table} FOR SYSTEM_TIME AS OF %s {asked} "
            "ORDER BY row_start DESC LIMIT 50",
            values,
        )

    def count(self, at: str) -> Any:
        """Keys and sums by status."""
        return self.run(
            f"SELECT status, count(*), sum(amount) FROM {self.table} FOR SYSTEM_TIME AS OF %s GROUP BY status", (at,)
        )
