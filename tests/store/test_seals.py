"""Sealing and anchoring: blocks, crashes between the two, several sealers, and what a sealer refuses."""

import threading
from itertools import pairwise
from pathlib import Path

import pytest

from eventstore import seals
from eventstore.anchors import Anchor, append_anchors, last_anchor, read_anchors
from eventstore.errors import AnchorsDiffer, AnchorsUnusable, LogBroken, SealsDiffer
from eventstore.seals import NONE, Sealer, block_hash, last_seal
from eventstore.store import EventStore
from tests.given import event
from tests.store.tampering import owner


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of 10 positions, so that a short log has several."""
    monkeypatch.setattr(seals, "BLOCK", 10)


@pytest.fixture
def anchors(tmp_path: Path) -> Path:
    return tmp_path / "anchors"


def append(store: EventStore, events: int) -> None:
    store.append([event() for _ in range(events)])


def blocks(store: EventStore) -> list[tuple[int, int, int]]:
    return [(seal.number, seal.first, seal.last) for seal in seals.seals(store)]


def lines(anchors: Path) -> list[tuple[int, int, int]]:
    return [anchor[:3] for anchor in read_anchors(anchors).lines]


def test_only_full_blocks_are_sealed_until_there_is_time(store: EventStore, anchors: Path) -> None:
    sealer = Sealer(store, anchors)
    assert sealer.seal(now_or_idle=True) == 0
    append(store, 25)
    assert (sealer.seal(), blocks(store)) == (2, [(1, 1, 10), (2, 11, 20)])
    assert (sealer.seal(), blocks(store)[2:]) == (0, [])
    assert (sealer.seal(now_or_idle=True), blocks(store)[2:]) == (1, [(3, 21, 25)])
    append(store, 12)
    assert (sealer.seal(), blocks(store)[3:]) == (1, [(4, 26, 35)])
    assert lines(anchors) == blocks(store)


def test_many_blocks_take_several_commits(store: EventStore, anchors: Path) -> None:
    append(store, 234)
    assert Sealer(store, anchors).seal(now_or_idle=True) == 24
    assert all(before[2] + 1 == after[1] for before, after in pairwise(blocks(store)))
    assert lines(anchors) == blocks(store)


ROW = (1, 2, 1, 50, None, 0, 60, 50, 50, 1, "order", None, "cause", b"\1" * 32, None)


def test_a_seal_never_changes() -> None:
    other = (2, 2, 1, 40, 45, 4, 60, 50, 40, 1, "cart", "flow", None, b"\2" * 32, b"\3" * 32)
    assert block_hash(NONE, [ROW, other]).hex() == "0496df289f4667dd077aff6d4f9137eda79568c2dd63134ac59eadc38a5e27f0"


def test_a_seal_covers_each_fact_and_the_seal_before() -> None:
    changed = [(*ROW[:n], "x" if n < 13 else b"x", *ROW[n + 1 :]) for n in range(len(ROW))]
    first = NONE.sealing([ROW])
    hashes = {first.hash, first.sealing([ROW]).hash, *(block_hash(NONE, [row]) for row in changed)}
    assert len(hashes) == len(ROW) + 2


def test_texts_cannot_run_into_each_other() -> None:
    left = (*ROW[:10], "a", "1:b", "c", *ROW[13:])
    right = (*ROW[:10], "a1:", "b", "c", *ROW[13:])
    assert block_hash(NONE, [left]) != block_hash(NONE, [right])


def test_a_crash_before_the_anchor_was_written_is_made_good(store: EventStore, anchors: Path) -> None:
    append(store, 20)
    Sealer(store, None).seal()
    append(store, 10)
    assert Sealer(store, anchors).seal() == 1
    assert lines(anchors) == blocks(store)


def test_a_line_torn_by_a_crash_is_written_again(store: EventStore, anchors: Path) -> None:
    append(store, 20)
    Sealer(store, anchors).seal()
    whole = anchors.read_bytes()
    for cut in range(1, len(whole)):
        anchors.write_bytes(whole[:cut])
        Sealer(store, anchors).seal()
        found = read_anchors(anchors)
        assert sorted(set(found.lines)) == [seals.anchor_of(seal) for seal in seals.seals(store)]
        assert found.unreadable == ()


def test_the_last_line_is_found_without_reading_them_all(anchors: Path) -> None:
    told = [Anchor(n, n, n, f"{n:064x}") for n in range(1, 200)]
    append_anchors(anchors, told)
    assert last_anchor(anchors) == told[-1]
    assert read_anchors(anchors).lines == tuple(told)
    assert last_anchor(anchors.with_name("none")) is None


def test_sealers_in_threads_make_one_chain(store: EventStore, anchors: Path) -> None:
    append(store, 300)
    failed: list[BaseException] = []

    def run() -> None:
        try:
            Sealer(store, anchors).seal(now_or_idle=True)
        except BaseException as error:  # noqa: BLE001 - handed to the test's thread
            failed.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert blocks(store) == [(n, 10 * n - 9, 10 * n) for n in range(1, 31)]
    assert sorted(set(lines(anchors))) == blocks(store)


def test_sealing_ends_beside_a_writer_that_does_not(store: EventStore, monkeypatch: pytest.MonkeyPatch) -> None:
    append(store, 15)
    real = seals.sealed_rows

    def slower_than_the_writer(*span: int) -> list[tuple[object, ...]]:
        append(store, 5)
        return real(*span)  # type: ignore[arg-type]

    monkeypatch.setattr(seals, "sealed_rows", slower_than_the_writer)
    assert Sealer(store, None).seal(now_or_idle=True) == 2


@pytest.fixture
def sealed(store: EventStore, anchors: Path) -> EventStore:
    append(store, 30)
    Sealer(store, anchors).seal()
    append(store, 30)
    return store


def test_anchors_of_another_history_are_not_continued(sealed: EventStore, anchors: Path) -> None:
    anchors.write_text(f"3 21 30 {'0' * 64}\n")
    with pytest.raises(AnchorsDiffer, match=r"Seal 3 in the anchor file .*anchors is not that of the store"):
        Sealer(sealed, anchors).seal()
    anchors.write_text(f"99 981 990 {'0' * 64}\n")
    with pytest.raises(AnchorsDiffer, match="Seal 99"):
        Sealer(sealed, anchors).seal()


def test_seals_that_were_removed_are_not_made_again(sealed: EventStore, anchors: Path, database_url: str) -> None:
    with owner(database_url) as run:
        run("DELETE FROM seals WHERE seal > 1")
    with pytest.raises(SealsDiffer, match="end at position 10, they were set up to 30"):
        Sealer(sealed, anchors).seal()
    assert last_seal(sealed).number == 1


def test_a_gap_is_not_sealed(sealed: EventStore, anchors: Path, database_url: str) -> None:
    with owner(database_url) as run:
        run("DELETE FROM events WHERE position = 35")
    with pytest.raises(LogBroken, match="lacks events between positions 31 and 40"):
        Sealer(sealed, anchors).seal()
    assert last_seal(sealed).number == 3


def test_an_anchor_file_that_cannot_be_written_leaves_the_seals(sealed: EventStore, tmp_path: Path) -> None:
    with pytest.raises(AnchorsUnusable, match="Is a directory"):
        Sealer(sealed, tmp_path).seal()
    with pytest.raises(AnchorsUnusable, match="No such file or directory"):
        Sealer(sealed, tmp_path / "none" / "anchors").seal()
    assert last_seal(sealed).number == 6
