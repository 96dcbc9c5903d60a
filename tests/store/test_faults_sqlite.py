"""What can go wrong around a SQLite file."""

import multiprocessing
import os
import re
import resource
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import eventstore
from eventstore import errors
from eventstore.databases.sqlite import SQLite
from eventstore.store import EventStore
from tests.given import event

NOBODY = 65_534
OPENS = r"(?<![\w.])(?<!def )open\(|\.open\(|read_bytes|read_text|shutil|hashlib"


def address(folder: Path) -> str:
    return f"sqlite:///{folder / 'store.db'}"


def test_a_path_with_any_character(tmp_path: Path) -> None:
    folder = tmp_path / "a b?c#d%41é"
    folder.mkdir()
    with EventStore.open(address(folder)) as store:
        store.append([event()])
    assert (folder / "store.db").exists()


def test_a_full_disk_stores_nothing_and_goes_on_after_room_was_made(tmp_path: Path) -> None:
    with EventStore.open(address(tmp_path)) as store:
        ((pages,),) = store.rows("PRAGMA page_count")
        store.rows(f"PRAGMA max_page_count = {pages + 4}")
        stored = 0
        with pytest.raises(errors.StoreFull, match=r"There is no room .* make room, try again"):
            while True:
                stored += len(store.append([event(data="x" * 2_000) for _ in range(3)]))
        assert [e.position for e in store.read_all()] == list(range(1, stored + 1))
        store.rows(f"PRAGMA max_page_count = {pages + 400}")
        assert store.append([event()])[0].position == stored + 1


def in_child(work: Callable[..., Any], *arguments: Any) -> Any:
    """The result of the work in a process of its own, where limits and users can be changed."""
    with multiprocessing.get_context("fork").Pool(1) as processes:
        return processes.apply(work, arguments)


def fill_with_small_files(url: str) -> tuple[str, list[int], bool]:
    with EventStore.open(url) as store:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, resource.RLIM_INFINITY))
        stored, kind = 0, ""
        try:
            while True:
                stored += len(store.append([event(data="x" * 2_000) for _ in range(3)]))
        except errors.DatabaseError as error:
            kind = type(error).__name__
        whole = [e.position for e in store.read_all()] == list(range(1, stored + 1))
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        return kind, [stored + 1, store.append([event()])[0].position], whole


def test_a_file_that_may_not_grow(tmp_path: Path) -> None:
    kind, (expected, position), whole = in_child(fill_with_small_files, address(tmp_path))
    assert kind in ("StoreFull", "StoreFailed")
    assert whole
    assert position == expected > 1


def append_as_nobody(url: str) -> str:
    if os.geteuid() == 0:
        os.setuid(NOBODY)
    try:
        with EventStore.open(url) as store:
            store.append([event()])
    except errors.EventStoreError as error:
        return f"{type(error).__name__}: {error}"
    return "appended"


@pytest.mark.parametrize("folder_mode", [0o555, 0o777])
def test_a_read_only_file(folder_mode: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with EventStore.open(address(folder)) as store:
            store.append([event()])
        (folder / "store.db").chmod(0o444)
        folder.chmod(folder_mode)
        told = in_child(append_as_nobody, address(folder))
        folder.chmod(stat.S_IRWXU)
    assert told.startswith("StoreReadOnly: "), told
    assert told.endswith("open it with a role, or as a user, that may write to it."), told


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(errors.ConnectionLost, match=r"cannot be reached .* correct its address"):
        EventStore.open(address(tmp_path / "none"))


@pytest.mark.parametrize("read_only", [True, False])
def test_a_file_that_is_no_database(tmp_path: Path, read_only: bool) -> None:
    (tmp_path / "store.db").write_bytes(b"This is a letter, not a database. " * 300)
    with pytest.raises(errors.StoreDamaged, match=r"damaged or no database .* restore a backup"):
        EventStore.open(address(tmp_path), read_only=read_only)


def replace_the_log(path: Path) -> None:
    """The accident: closing the file drops this process's locks; another program then takes the log away."""
    path.read_bytes()
    script = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT count(*) FROM events'); c.close()"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=True)


def stored(path: Path) -> int:
    """How many events another process finds."""
    script = (
        "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM events').fetchone()[0])"
    )
    return int(subprocess.run([sys.executable, "-c", script, str(path)], check=True, capture_output=True).stdout)


def test_a_log_that_was_taken_away_loses_nothing_acknowledged(tmp_path: Path) -> None:
    with EventStore.open(address(tmp_path)) as store:
        store.append([event()])
        replace_the_log(tmp_path / "store.db")
        assert store.append([event()])[0].position == 2
        assert stored(tmp_path / "store.db") == 2
        replace_the_log(tmp_path / "store.db")
        with pytest.raises(errors.StoreReplaced, match="append the same events again"), store.write() as writer:
            writer.append([event()])


def test_the_control_without_a_look_at_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SQLite, "_inode", lambda _: 1)
    with EventStore.open(address(tmp_path)) as store:
        store.append([event()])
        replace_the_log(tmp_path / "store.db")
        assert store.append([event()])[0].position == 2, "acknowledged"
        assert stored(tmp_path / "store.db") == 1, "and lost"


def test_our_connections_are_durable_and_guarded(tmp_path: Path) -> None:
    with EventStore.open(address(tmp_path)) as store:
        told = {
            name: store.rows(f"PRAGMA {name}")[0][0]
            for name in ("journal_mode", "synchronous", "recursive_triggers", "page_size", "busy_timeout")
        }
    assert told == {
        "journal_mode": "wal",
        "synchronous": 2,
        "recursive_triggers": 1,
        "page_size": 8_192,
        "busy_timeout": 20_000,
    }


def die_inside(url: str, at: str) -> None:
    """Kill this process without a word at one point of its second append."""
    with EventStore.open(url) as store:
        store.append([event(), event()])
        with store.write() as writer:
            writer.append([event(), event(), event()])
            if at == "before the commit":
                os.kill(os.getpid(), 9)
        os.kill(os.getpid(), 9)


@pytest.mark.parametrize(("at", "events"), [("before the commit", 2), ("after the commit", 5)])
def test_a_killed_writer_leaves_whole_commits(tmp_path: Path, at: str, events: int) -> None:
    process = multiprocessing.get_context("spawn").Process(target=die_inside, args=(address(tmp_path), at))
    process.start()
    process.join()
    assert process.exitcode == -9
    with EventStore.open(address(tmp_path)) as store:
        assert len(list(store.read_all())) == store.head().position == events
        assert store.append([event()])[0].position == events + 1


def test_the_store_never_opens_the_file_itself() -> None:
    """The rule of `databases/sqlite.py`, over the source of all that a store is made of."""
    library = Path(eventstore.__file__).parent
    parts = [*library.glob("databases/*.py"), *library.glob("migrations/*.py"), library / "store.py"]
    assert len(parts) > 6
    for part in parts:
        found = re.search(OPENS, part.read_text())
        assert not found, f"{part.name}: {found}"


@pytest.mark.parametrize("statement", ["open(path)", "path.open()", "path.read_bytes()", "shutil.copy(path, other)"])
def test_the_control_would_be_found(statement: str) -> None:
    assert re.search(OPENS, statement)
