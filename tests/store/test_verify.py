"""Tamper evidence: eight attacks by an owner of the database, each found and named; and what is no attack."""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eventstore import seals
from eventstore.core.canonical import Json
from eventstore.core.event import OccurredSource
from eventstore.core.integrity import Harm, Kind
from eventstore.core.origin import Origin
from eventstore.schema import EVENT_COLUMNS, ORIGIN_COLUMNS
from eventstore.seals import Sealer
from eventstore.store import EventStore
from eventstore.verify import MAX_HARMS, Verdict, verify
from tests.given import NOON, SECOND, event
from tests.store.tampering import Owner, cut_clean, hash_again, owner

EVENTS = 40
SEALED = 36


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of 10 positions, so that a short log has several."""
    monkeypatch.setattr(seals, "BLOCK", 10)


@pytest.fixture
def anchors(tmp_path: Path) -> Path:
    return tmp_path / "anchors"


@pytest.fixture
def log(store: EventStore, anchors: Path) -> EventStore:
    """40 events in commits of four, every second from Kafka; 36 of them sealed and anchored."""
    for commit in range(9):
        append(store, commit)
    assert Sealer(store, anchors).seal(now_or_idle=True) == 4
    append(store, 9)
    assert verify(store, anchors) == Verdict(True, EVENTS, 4, SEALED, SEALED, ())
    return store


def append(store: EventStore, commit: int) -> None:
    """Four events: one stated its time, one had Kafka's, one had none, and one was late."""
    first = 4 * commit
    at = NOON + first * SECOND
    new = [
        event(f"order-{first % 5}", data=Json('{"total": 1.10}'), at=at, correlation_id="flow", causation_id="click"),
        event("order-9", at=at + SECOND, occurred_source=OccurredSource.KAFKA),
        event("cart-1", at=None),
        event("cart-2", at=at - 3_600 * SECOND, metadata={"n": commit}),
    ]
    origins = [None if n % 2 else origin(first + n) for n in range(4)]
    with store.write() as writer:
        writer.append(new, origins=origins)


def origin(offset: int) -> Origin:
    return Origin(
        kind="kafka",
        topic="orders",
        topic_id="t1",
        partition=0,
        offset=offset,
        timestamp=NOON // 1_000,
        key=b"k",
        value=b'{"total": 1.10}' if offset % 4 == 0 else b"other",
        headers=(("h", b"v"),),
    )


def edit(log: EventStore, run: Owner) -> None:
    run("""UPDATE events SET data = '{"total": 9.10}' WHERE position = 13""")


def edit_the_time(log: EventStore, run: Owner) -> None:
    run("UPDATE events SET occurred_at = occurred_at - 1000000 WHERE position = 14")


def swap(log: EventStore, run: Owner) -> None:
    for old, new in ((12, -1), (16, 12), (-1, 16)):
        run("UPDATE events SET position = ? WHERE position = ?", new, old)


def delete_in_the_middle(log: EventStore, run: Owner) -> None:
    run("DELETE FROM events WHERE position = 14")


def delete_the_tail(log: EventStore, run: Owner) -> None:
    run("DELETE FROM events WHERE position > 32")


def set_the_counter_back(log: EventStore, run: Owner) -> None:
    cut_clean(run, 20)


def edit_and_hash_again(log: EventStore, run: Owner) -> None:
    edit(log, run)
    hash_again(log, run)


def restore_a_backup(log: EventStore, run: Owner) -> None:
    """The one attack in which nothing was changed: the whole log as it was, and other things happened since."""
    cut_clean(run, 20)
    for commit in (20, 21):
        append(log, commit)
    Sealer(log, None).seal()


Attack = Callable[[EventStore, Owner], None]
ATTACKS: dict[Attack, tuple[Kind, int | None, int | None]] = {
    edit: (Kind.CONTENT_CHANGED, 13, None),
    edit_the_time: (Kind.BLOCK_CHANGED, None, 2),
    swap: (Kind.BLOCK_CHANGED, None, 2),
    delete_in_the_middle: (Kind.EVENTS_MISSING, 14, None),
    delete_the_tail: (Kind.EVENTS_MISSING, 33, None),
    set_the_counter_back: (Kind.END_CUT, None, 3),
    edit_and_hash_again: (Kind.HISTORY_REWRITTEN, None, 2),
    restore_a_backup: (Kind.END_CUT, None, 3),
}
ANCHOR_ONLY = {set_the_counter_back, edit_and_hash_again, restore_a_backup}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_each_attack_is_found_and_named(log: EventStore, anchors: Path, database_url: str, attack: Attack) -> None:
    """Without the anchors, as the control, the chain misses three of the eight."""
    with owner(database_url) as run:
        attack(log, run)
    kind, position, block = ATTACKS[attack]
    found = verify(log, anchors)
    assert not found.ok
    first = next(harm for harm in found.harms if harm.kind is not Kind.ORDER_BROKEN)
    assert (first.kind, first.position, first.block) == (kind, position, block)
    assert verify(log, None).ok == (attack in ANCHOR_ONLY)


def test_the_sentences_say_what_happened(log: EventStore, anchors: Path, database_url: str) -> None:
    with owner(database_url) as run:
        edit(log, run)
        run("DELETE FROM events WHERE position > 32")
    assert [harm.sentence for harm in verify(log, anchors).harms] == [
        "The event at position 13 (order-2, version 1) is not what was stored: its id, stream, type, stated time, data "
        "or metadata was changed.",
        "Positions 33 to 36 are missing from the log.",
        "Positions 37 to 40 are missing from the log.",
    ]


CHANGED: dict[str, Any] = {
    "content_hash": bytes(32),
    "hash": bytes(32),
    "occurred_source": 99,
    "key": b"other",
    "value": b"changed",
    "headers": b"changed",
}


def other(kept: str | int | None) -> str | int:
    """Another value of the same type."""
    return f"{kept}x" if isinstance(kept, str) else (kept or 0) + 1_000


def test_a_change_of_any_column_is_found(log: EventStore, anchors: Path, database_url: str) -> None:
    with owner(database_url) as run:
        for table, columns in (("events", EVENT_COLUMNS), ("origins", ORIGIN_COLUMNS)):
            for column in columns:
                # 17 stated its time and came from Kafka, but its value stands in `data`; that of 19 does not
                position = 19 if column == "value" else 17
                ((kept,),) = run(f'SELECT "{column}" FROM {table} WHERE position = ?', position)
                changed = CHANGED[column] if column in CHANGED else other(kept)
                moved = changed if column == "position" else position
                run(f'UPDATE {table} SET "{column}" = ? WHERE position = ?', changed, position)
                assert not verify(log, anchors).ok, f"{table}.{column}"
                run(f'UPDATE {table} SET "{column}" = ? WHERE position = ?', kept, moved)
        run("UPDATE sources SET topic = 'payments'")
        assert verify(log, anchors).harms[0].kind is Kind.ORIGIN_CHANGED
        run("UPDATE sources SET topic = 'orders'")
    assert verify(log, anchors).ok


def test_control_content_hashes_alone_miss_what_only_seals_cover(store: EventStore, database_url: str) -> None:
    append(store, 0)
    with owner(database_url) as run:
        run("UPDATE events SET category = 'x', correlation_id = NULL, causation_id = 'x', version = version + 7")
    assert verify(store, None).ok


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ("UPDATE counter SET position = 30", Kind.COUNTER_WRONG),
        ("UPDATE counter SET position = 45", Kind.EVENTS_MISSING),
        ("DELETE FROM seals WHERE seal = 2", Kind.SEALS_BROKEN),
        ("DELETE FROM seals WHERE seal = 4", Kind.SEALS_BROKEN),
        ("DELETE FROM seals", Kind.SEALS_BROKEN),
        ("UPDATE seals SET last = 1000000000000 WHERE seal = 4", Kind.SEALS_BROKEN),
        ("UPDATE seals SET first = 12 WHERE seal = 2", Kind.SEALS_BROKEN),
        ("UPDATE events SET recorded_at = recorded_at - 1 WHERE position = 39", Kind.ORDER_BROKEN),
        ("UPDATE events SET occurred_at = recorded_at + 1 WHERE position = 39", Kind.ORDER_BROKEN),
        ("UPDATE events SET commit_position = 38 WHERE position = 39", Kind.ORDER_BROKEN),
        ("UPDATE events SET frontier = frontier + 1 WHERE position = 40", Kind.ORDER_BROKEN),
        ("DELETE FROM origins WHERE position = 17", Kind.BLOCK_CHANGED),
    ],
)
def test_other_harm_is_named(log: EventStore, anchors: Path, database_url: str, change: str, kind: Kind) -> None:
    with owner(database_url) as run:
        run(change)
    assert kind in {harm.kind for harm in verify(log, anchors).harms}


def test_harm_in_the_middle_of_a_commit_is_told_once(log: EventStore, anchors: Path, database_url: str) -> None:
    with owner(database_url) as run:
        run("DELETE FROM events WHERE position IN (14, 15)")
    (harm,) = verify(log, anchors).harms
    assert harm == Harm(Kind.EVENTS_MISSING, "Positions 14 to 15 are missing from the log.", 14)


def test_many_harms_are_listed_up_to_a_bound(store: EventStore, database_url: str) -> None:
    store.append([event(f"order-{n}") for n in range(MAX_HARMS + 50)])
    with owner(database_url) as run:
        run("UPDATE events SET type = 'Other'")
    found = verify(store, None)
    assert (len(found.harms), found.events) == (MAX_HARMS, MAX_HARMS + 50)


def test_an_anchor_file_that_is_gone_or_damaged(log: EventStore, anchors: Path) -> None:
    lines = anchors.read_text()
    anchors.write_text(lines.replace("2 11 20", "2 11 2o"))
    assert [harm.kind for harm in verify(log, anchors).harms] == [Kind.ANCHORS_DAMAGED]
    anchors.unlink()
    found = verify(log, anchors)
    assert ([harm.kind for harm in found.harms], found.anchored) == ([Kind.ANCHORS_MISSING], 0)


def test_anchors_of_another_store(log: EventStore, anchors: Path) -> None:
    lines = anchors.read_text().splitlines()
    anchors.write_text("".join(f"{line[:-4]}beef\n" for line in lines))
    assert {harm.kind for harm in verify(log, anchors).harms} == {Kind.HISTORY_REWRITTEN}


def test_a_log_that_nobody_sealed(store: EventStore, anchors: Path) -> None:
    assert verify(store, anchors) == Verdict(True, 0, 0, 0, 0, ())
    append(store, 0)
    assert verify(store, anchors) == Verdict(True, 4, 0, 0, 0, ())


def test_verify_beside_a_writer_and_a_sealer(store: EventStore, anchors: Path) -> None:
    stop = threading.Event()
    failed: list[BaseException] = []

    def write() -> None:
        try:
            for commit in range(1, 2_000):
                if stop.is_set():
                    return
                append(store, commit)
                if commit % 3 == 0:
                    Sealer(store, anchors).seal(now_or_idle=commit % 2 == 0)
        except BaseException as error:  # noqa: BLE001 - handed to the test's thread
            failed.append(error)

    append(store, 0)
    Sealer(store, anchors).seal(now_or_idle=True)
    thread = threading.Thread(target=write)
    thread.start()
    verdicts = [verify(store, anchors) for _ in range(12)]
    stop.set()
    thread.join()
    assert failed == []
    assert [verdict.harms for verdict in verdicts] == [()] * 12
    assert verdicts[-1].anchored > 0


def test_progress_ends_at_the_end(log: EventStore, anchors: Path) -> None:
    steps: list[tuple[int, int]] = []
    verify(log, anchors, on_progress=lambda *step: steps.append(step))
    assert steps == [(10, 40), (20, 40), (30, 40), (36, 40), (40, 40)]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE events SET data = CAST(x'ff' AS TEXT) WHERE position = 15",
        "UPDATE events SET occurred_at = 'soon' WHERE position = 15",
        "UPDATE events SET content_hash = 'text' WHERE position = 15",
    ],
)
def test_what_sqlite_cannot_give_back_is_named(tmp_path: Path, anchors: Path, change: str) -> None:
    with EventStore.open(f"sqlite:///{tmp_path / 'store.db'}") as store:
        for commit in range(5):
            append(store, commit)
        Sealer(store, anchors).seal()
        with owner(f"sqlite:///{tmp_path / 'store.db'}") as run:
            run(change)
        (harm,) = verify(store, anchors).harms
    assert (harm.kind, harm.position) == (Kind.UNREADABLE, 15)


def test_a_restored_copy_of_the_file_is_found(tmp_path: Path, anchors: Path) -> None:
    backup = tmp_path / "backup.db"
    with EventStore.open(f"sqlite:///{tmp_path / 'store.db'}") as store:
        for commit in range(10):
            append(store, commit)
            Sealer(store, anchors).seal()
            if commit == 5:
                with sqlite3.connect(tmp_path / "store.db") as connection:
                    connection.execute("VACUUM INTO ?", [str(backup)])
                connection.close()
    with EventStore.open(f"sqlite:///{backup}", read_only=True) as restored:
        assert verify(restored, None).ok
        (harm,) = verify(restored, anchors).harms
    assert harm.kind is Kind.END_CUT
    assert harm.sentence == (
        "Seal 4 up to position 40 was anchored, but the store's seals end with 2 at 20: its end was cut off, or an "
        "older backup was restored."
    )
