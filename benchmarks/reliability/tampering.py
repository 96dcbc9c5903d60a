"""S11: somebody with the database file rewrites history, and `verify` is asked."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from benchmarks.ground import Ground
from benchmarks.reliability.figure import Figure
from benchmarks.reliability.given import event
from eventstore import EventStore, Sealer
from eventstore.core.canonical import content_hash
from eventstore.seals import BLOCK, READER
from eventstore.verify import verify

EVENTS = 3 * BLOCK
HARMED = BLOCK + 100
"""The position that attacks are aimed at: inside the second of three sealed blocks."""

Attack = Callable[[sqlite3.Connection], None]


def s11(ground: Ground) -> Iterator[Figure]:
    """Each attack on its own copy, triggers dropped first; then `verify` with the anchor file, and without."""
    folder = ground.path("tamper").with_suffix("")
    folder.mkdir()
    anchors = folder / "anchors"
    _make(folder / "whole.db", anchors, folder / "older.db")
    copies = {name: _attacked(folder, name, attack) for name, attack in ATTACKS.items()}
    copies["an older backup restored"] = folder / "older.db"
    missed = [name for name, copy in copies.items() if _is_ok(copy, anchors)]
    missed_without = [name for name, copy in copies.items() if _is_ok(copy, None)]
    yield Figure(
        name="S11",
        place="SQLite",
        did=f"{len(copies)} attacks on a sealed log of {EVENTS:,} events: {', '.join(copies)}",
        harms={"not found": len(missed)},
        flaws={"untouched logs refused": int(not _is_ok(folder / "whole.db", anchors))},
        control="hashes and seals without an anchor outside",
        control_harms={"not found": len(missed_without)},
    )


def _make(path: Path, anchors: Path, older: Path) -> None:
    """A sealed log, and a copy from before its last block."""
    numbers = range(EVENTS)
    for part in (numbers[: 2 * BLOCK], numbers[2 * BLOCK :]):
        with EventStore.open(f"sqlite:///{path}") as store:
            for first in range(part.start, part.stop, 256):
                batch = range(first, first + 256)
                store.append([event(f"proof#s11/{number}", f"order-{number % 50}") for number in batch])
            Sealer(store, anchors).seal(now_or_idle=True)
        if part.start == 0:
            shutil.copy(path, older)  # the store is closed: nothing of ours has the file open


def _attacked(folder: Path, name: str, attack: Attack) -> Path:
    copy = folder / f"{name}.db"
    shutil.copy(folder / "whole.db", copy)
    with closing(sqlite3.connect(copy)) as file:
        for (trigger,) in file.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            file.execute(f"DROP TRIGGER {trigger}")
        attack(file)
        file.commit()
    if attack is _hash_again:
        with EventStore.open(f"sqlite:///{copy}") as store:
            Sealer(store, None).seal(now_or_idle=True)
    return copy


def _is_ok(path: Path, anchors: Path | None) -> bool:
    with EventStore.open(f"sqlite:///{path}", read_only=True) as store:
        return verify(store, anchors).ok


def _edit(file: sqlite3.Connection) -> None:
    file.execute('UPDATE events SET data = \'{"id":"paid"}\' WHERE position = ?', (HARMED,))


def _edit_time(file: sqlite3.Connection) -> None:
    file.execute("UPDATE events SET recorded_at = recorded_at + 1 WHERE position = ?", (HARMED,))


def _swap(file: sqlite3.Connection) -> None:
    for here, there in ((HARMED, -1), (HARMED + 1, HARMED), (-1, HARMED + 1)):
        file.execute("UPDATE events SET position = ? WHERE position = ?", (there, here))


def _delete_middle(file: sqlite3.Connection) -> None:
    file.execute("DELETE FROM events WHERE position = ?", (HARMED,))


def _delete_end(file: sqlite3.Connection) -> None:
    file.execute("DELETE FROM events WHERE position > ?", (EVENTS - 10,))


def _cut_to_seal(file: sqlite3.Connection) -> None:
    """Cut the last block with its seal, and set everything back that tells of it."""
    end = 2 * BLOCK
    file.execute("DELETE FROM events WHERE position > ?", (end,))
    file.execute("DELETE FROM seals WHERE last > ?", (end,))
    file.execute("UPDATE checkpoints SET position = ? WHERE reader = ?", (end, READER))
    file.execute(
        "UPDATE counter SET (position, recorded_at, frontier) = "
        "(SELECT position, recorded_at, frontier FROM events WHERE position = ?)",
        (end,),
    )


def _hash_again(file: sqlite3.Connection) -> None:
    """Edit an event, make its hash anew, and take the seals from there on away; they are then set again."""
    columns = "id, stream, type, occurred_at, metadata"
    id_, stream, type_, at, metadata = file.execute(
        f"SELECT {columns} FROM events WHERE position = ?",
        (HARMED,),
    ).fetchone()
    source = file.execute("SELECT occurred_source FROM events WHERE position = ?", (HARMED,)).fetchone()[0]
    claimed = at if source == 0 else None
    digest = content_hash(
        id=id_, stream=stream, type=type_, occurred_at=claimed, data_text='{"id":"paid"}', metadata_text=metadata
    )
    file.execute("UPDATE events SET data = ?, content_hash = ? WHERE position = ?", ('{"id":"paid"}', digest, HARMED))
    file.execute("DELETE FROM seals WHERE last >= ?", (HARMED,))
    file.execute(
        "UPDATE checkpoints SET position = coalesce((SELECT max(last) FROM seals), 0) WHERE reader = ?", (READER,)
    )


ATTACKS: dict[str, Attack] = {
    "edit": _edit,
    "time edited": _edit_time,
    "two swapped": _swap,
    "one deleted": _delete_middle,
    "end deleted": _delete_end,
    "end cut with seals and counter": _cut_to_seal,
    "edited and hashed again": _hash_again,
}
