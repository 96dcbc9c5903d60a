"""S8: the disk fails to sync. S9: the disk is full. On SQLite, whose disk we can break."""

import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlalchemy import event as engine_event

from benchmarks.ground import Ground, NotHere
from benchmarks.reliability.children import Child, acknowledge
from benchmarks.reliability.crashes import harm
from benchmarks.reliability.figure import Figure
from benchmarks.reliability.given import events
from benchmarks.reliability.oracle import Batch
from eventstore.errors import EventStoreError
from eventstore.store import EventStore

SHIM = Path(__file__).with_name("fsync_fault.c")
BATCH = 40
"""Events a batch: some pages each, so that a limit is met in the middle of one."""

MANY = 3_000
"""Batches after which a disk that never gets full is called so."""


def s8(ground: Ground) -> Iterator[Figure]:
    """Every fourth sync fails with EIO, starting with the 1st, 2nd, 3rd or 4th of a run of appends."""
    shim, appends = _build(ground), ground.times(40, 12)
    harms, failed, told = {"lost": 0, "torn": 0, "gaps": 0, "not typed": 0}, 0, 0
    for first in range(1, 1 + ground.times(4, 2)):
        url = ground.sqlite()
        acknowledged, errors = _under_fault(ground, shim, first, "store", url, appends)
        failed, told = failed + len(errors), told + len(acknowledged)
        harms["not typed"] += sum(1 for error in errors if not error)
        for what, number in harm(url, acknowledged).items():
            harms[what] += number
    control = ground.sqlite()
    acknowledged, _ = _under_fault(ground, shim, 1, "finally", control, appends)
    yield Figure(
        name="S8",
        place="SQLite",
        did=f"{failed} failed syncs reported as errors, {told} appends acknowledged around them",
        harms=harms,
        flaws={"errors missing": int(failed == 0)},
        control="acknowledged in `finally`",
        control_harms={"lost": harm(control, acknowledged)["lost"]},
    )


def _build(ground: Ground) -> Path:
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        raise NotHere("a C compiler on Linux, to break fsync with LD_PRELOAD: apt-get install gcc")
    built = ground.folder / "fsync_fault.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", built, SHIM, "-ldl"], check=True)
    return built


def _under_fault(
    ground: Ground, shim: Path, first: int, who: str, url: str, appends: int
) -> tuple[list[Batch], list[bool]]:
    """The batches that a writer under failing syncs acknowledged, and for each error whether it was typed."""
    start = ground.path("start")
    fault = {"LD_PRELOAD": str(shim), "FAULT_WHEN": str(start), "FAULT_AT": str(first), "FAULT_EVERY": "4"}
    command = [sys.executable, "-m", "benchmarks.reliability.disks", who, url, str(appends), str(start)]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, env={**os.environ, **fault}, cwd=root, capture_output=True, text=True, check=True)
    said = [json.loads(line) for line in done.stdout.splitlines()]
    return [Batch("s8", *what["ack"]) for what in said if "ack" in what], [w["typed"] for w in said if "typed" in w]


def _write_under_fault(who: str, url: str, appends: int, start: Path) -> None:
    """The child: append, and say on standard output what was acknowledged and what failed."""
    append = WRITERS[who](url, Limit(start.parent))
    start.touch()
    for number in range(appends):
        batch = Batch("s8", number, 3)
        try:
            append(batch)
        except (EventStoreError, sqlite3.Error) as error:
            _say({"typed": isinstance(error, EventStoreError)})
            if who == "store":
                continue
        _say({"ack": (batch.number, batch.size)})


def _say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")


def _store_append(url: str, _: "Limit") -> Callable[[Batch], object]:
    store = EventStore.open(url)
    return lambda batch: store.append(events(batch))


def _naive_append(url: str, _: "Limit") -> Callable[[Batch], object]:
    file = sqlite3.connect(url.removeprefix("sqlite:///"))
    file.execute("PRAGMA journal_mode=WAL")
    file.execute("PRAGMA synchronous=FULL")
    file.execute("CREATE TABLE events (position INTEGER PRIMARY KEY, id TEXT NOT NULL)")

    def append(batch: Batch) -> None:
        with file:
            file.executemany("INSERT INTO events (id) VALUES (?)", [(id_,) for id_ in batch.ids()])

    return append


class Limit:
    """A kind of full disk: `start` sets the limit in the writing process, `lift` makes room again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def watch(self, connection: Any) -> None:
        """Learn of a connection that is not the store's."""

    def start(self) -> None:
        """Set the limit."""

    def lift(self) -> None:
        """Make room."""


class FewPages(Limit):
    """`PRAGMA max_page_count`: SQLite's own idea of a full disk."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.connections: list[Any] = []
        engine_event.listen(Engine, "connect", lambda connection, _: self.watch(connection))

    def watch(self, connection: Any) -> None:
        """Take the connection among those that are limited."""
        self.connections.append(connection)

    def start(self) -> None:
        """Leave room for a few batches."""
        self._allow(120)

    def lift(self) -> None:
        """Leave room for all."""
        self._allow(1_000_000)

    def _allow(self, pages: int) -> None:
        for connection in self.connections:
            with suppress(sqlite3.ProgrammingError):  # the store may have closed one that failed
                connection.execute(f"PRAGMA max_page_count={pages:d}").close()


class SmallFiles(Limit):
    """`RLIMIT_FSIZE`: a quota; writing beyond it fails with EFBIG."""

    def start(self) -> None:
        """No file beyond 700 kB."""
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        self._allow(700_000)

    def lift(self) -> None:
        """Files of any size."""
        self._allow(resource.RLIM_INFINITY)

    def _allow(self, size: int) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


class SmallDisk(Limit):
    """A file system of 2 MB with ballast on it: ENOSPC."""

    def lift(self) -> None:
        """Remove the ballast."""
        (self.folder / "ballast").unlink()


LIMITS = {"max_page_count": FewPages, "RLIMIT_FSIZE": SmallFiles, "tmpfs of 2 MB": SmallDisk}


def s9(ground: Ground) -> Iterator[Figure]:
    """Append until the disk is full, make room, append again: three kinds of full disk."""
    for kind in LIMITS:
        with _disk(ground, kind) as folder:
            said = Child(_fill, "store", kind, str(folder)).hear_all()
            harms = harm(f"sqlite:///{folder / 'store.db'}", [what for what in said if isinstance(what, Batch)])
        with _disk(ground, kind) as folder:
            Child(_fill, "each", kind, str(folder)).hear_all()
            torn = harm(f"sqlite:///{folder / 'store.db'}", [])["torn"]
        yield Figure(
            name="S9",
            place=f"SQLite, {kind}",
            did=f"{sum(isinstance(what, Batch) for what in said)} batches of {BATCH} before and after it was full",
            harms={**harms, "not typed": said.count("not typed")},
            flaws={"never full": int("typed" not in said), "stuck after room was made": int(said[-1:] != ["went on"])},
            control="a commit per event",
            control_harms={"torn": torn},
        )


@contextmanager
def _disk(ground: Ground, kind: str) -> Iterator[Path]:
    """A folder of its own; a small file system where the kind of limit is that."""
    folder = ground.path("disk").with_suffix("")
    folder.mkdir()
    if LIMITS[kind] is not SmallDisk:
        yield folder
        return
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, check=False, capture_output=True).returncode:
        raise NotHere("the right to mount a small tmpfs: run it as root")
    try:
        (folder / "ballast").write_bytes(bytes(600_000))
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _fill(pipe: Connection, who: str, kind: str, folder: str) -> None:
    """The child: append until it fails, make room, append again, and say all that."""
    limit = LIMITS[kind](Path(folder))
    append = WRITERS[who](f"sqlite:///{Path(folder) / 'store.db'}", limit)
    limit.start()
    _append_until_full(pipe, append)
    limit.lift()
    if who != "store":
        return
    for number in range(MANY, MANY + 5):
        append(Batch(who, number, BATCH))
        acknowledge(pipe, Batch(who, number, BATCH))
    acknowledge(pipe, "went on")


def _append_until_full(pipe: Connection, append: Callable[[Batch], object]) -> None:
    for number in range(MANY):
        try:
            append(Batch("full", number, BATCH))
        except EventStoreError:
            return acknowledge(pipe, "typed")
        except (sqlite3.Error, OSError):
            return acknowledge(pipe, "not typed")
        acknowledge(pipe, Batch("full", number, BATCH))
    return None


def _append_each(url: str, limit: Limit) -> Callable[[Batch], object]:
    file = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    file.execute("PRAGMA journal_mode=WAL")
    file.execute("CREATE TABLE events (position INTEGER PRIMARY KEY, id TEXT NOT NULL, data TEXT NOT NULL)")
    limit.watch(file)

    def append(batch: Batch) -> None:
        for id_ in batch.ids():
            file.execute("INSERT INTO events (id, data) VALUES (?, ?)", (id_, "x" * 300))

    return append


WRITERS = {"store": _store_append, "finally": _naive_append, "each": _append_each}

if __name__ == "__main__":
    _write_under_fault(sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
