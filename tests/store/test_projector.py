"""The projector's first brick: what it counts is what the log holds, through crashes and beside a second one."""

import random
import threading
from collections import Counter
from itertools import count
from typing import Any

import pytest

from eventstore.checkpoints import advance
from eventstore.core.event import NewEvent
from eventstore.projector import log as projector
from eventstore.projector.log import BUCKET, READER
from eventstore.projector.log import LogReader as Projector
from eventstore.store import EventStore
from tests.given import NOON, SECOND, event

Derived = tuple[dict[Any, int], dict[str, Any]]


class Crash(Exception):
    """Stands for the death of the process."""


def history(events: int, seed: int = 1) -> list[NewEvent]:
    """Events of several categories and types, many of them late, some before 1970."""
    chance = random.Random(seed)
    return [
        event(
            stream=f"{chance.choice(('order', 'payment', 'cart'))}-{chance.randint(1, 9)}",
            type=chance.choice(("Created", "Changed", "Closed")),
            at=NOON - chance.randint(0, 40) * 200 * SECOND - (2**51 if chance.random() < 0.1 else 0),
        )
        for _ in range(events)
    ]


def filled(store: EventStore, events: int = 120) -> None:
    new = history(events)
    for start in range(0, events, 7):
        store.append(new[start : start + 7])


def told(store: EventStore) -> Derived:
    """What the derived tables say."""
    counts = {tuple(row[:3]): row[3] for row in store.rows("SELECT bucket, category, type, events FROM event_counts")}
    rows = store.rows("SELECT stream, category, version, first_at, last_at, position FROM streams")
    return counts, {row[0]: tuple(row[1:]) for row in rows}


def expected(store: EventStore) -> Derived:
    """The oracle: one pass over the log that shares nothing with the projector."""
    counts: Counter[Any] = Counter()
    streams: dict[str, Any] = {}
    for one in store.read_all():
        counts[one.occurred_at // BUCKET * BUCKET, one.category, one.type] += 1
        times = [other.occurred_at for other in store.read_stream(one.stream)]
        streams[one.stream] = (one.category, one.version, min(times), max(times), one.position)
    return dict(counts), streams


@pytest.fixture
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slices of 25 positions, so that short logs have several."""
    monkeypatch.setattr(projector, "SLICE", 25)


def test_an_empty_log(store: EventStore) -> None:
    assert Projector(store).catch_up() == 0
    assert told(store) == ({}, {})


@pytest.mark.parametrize("size", [7, 5_000])
def test_how_the_log_is_cut_does_not_matter(store: EventStore, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(projector, "SLICE", size)
    filled(store, 60)
    assert Projector(store).catch_up() == 60
    assert told(store) == expected(store)


def test_it_goes_on_where_it_stopped(store: EventStore, small_slices: None) -> None:
    filled(store)
    steps: list[tuple[int, int]] = []
    assert Projector(store).catch_up(until=60) == 60
    assert Projector(store).catch_up(on_progress=lambda *step: steps.append(step)) == 120
    assert steps == [(85, 120), (110, 120), (120, 120)]
    assert told(store) == expected(store)
    assert Projector(store).catch_up(until=500) == 120


def test_a_crash_between_any_two_statements_changes_nothing(store: EventStore, small_slices: None) -> None:
    filled(store)
    right = expected(store)
    ends = crashed(store, Projector)
    assert len(ends) == 5 * 5
    assert all(end == right for end in ends)


def crashed(store: EventStore, kind: type[Projector]) -> list[Derived]:
    """What is told at last after a crash at the first point, at the second, until there are no more points."""
    ends: list[Derived] = []
    while True:
        with store.write() as writer:
            for table in ("event_counts", "streams", "checkpoints"):
                writer.execute(f"DELETE FROM {table}")
        points = count()

        def hook(point: str, points: Any = points) -> None:
            if next(points) == len(ends):
                raise Crash(point)

        try:
            kind(store, hook=hook).catch_up()
        except Crash:
            kind(store).catch_up()
            ends.append(told(store))
        else:
            return ends


class CheckpointBehind(Projector):
    """The control: writes the rows in one transaction and the checkpoint in another."""

    def _slice(self, after: int, until: int) -> int:
        rows = self.store.rows(projector._EVENTS, (after, until, projector.SLICE))
        with self.store.write() as writer:
            self._store(writer, projector.counted(rows), projector.spans(rows))
        self.hook("rows committed")
        with self.store.write() as writer:
            advance(writer, READER, after, rows[-1][0], self.store.now())
        return int(rows[-1][0])


def test_control_a_checkpoint_in_its_own_transaction_counts_twice(store: EventStore, small_slices: None) -> None:
    filled(store)
    right = expected(store)
    ends = crashed(store, CheckpointBehind)
    assert len(ends) == 5 * 4
    assert sum(end != right for end in ends) == 5


def interrupted(store: EventStore, first: type[Projector]) -> Derived:
    """What is told after a second projector took the whole log in while the first stood between reading and writing."""
    waiting = iter([Projector(store).catch_up])

    def hook(point: str) -> None:
        if point == "read":
            next(waiting, lambda: 0)()

    assert first(store, hook=hook).catch_up() == 120
    return told(store)


def test_of_two_projectors_one_gets_on(store: EventStore, small_slices: None) -> None:
    filled(store)
    assert interrupted(store, Projector) == expected(store)


class Blind(Projector):
    """The control: moves the checkpoint without comparing it."""

    def _slice(self, after: int, until: int) -> int:
        rows = self.store.rows(projector._EVENTS, (after, until, projector.SLICE))
        self.hook("read")
        with self.store.write() as writer:
            writer.execute("UPDATE checkpoints SET position = ? WHERE reader = ?", (rows[-1][0], READER))
            self._store(writer, projector.counted(rows), projector.spans(rows))
        return int(rows[-1][0])


def test_control_a_blind_checkpoint_doubles(store: EventStore, small_slices: None) -> None:
    filled(store)
    counts, _ = interrupted(store, Blind)
    assert sum(counts.values()) > 120


def test_projectors_in_threads_count_once(store: EventStore, small_slices: None) -> None:
    filled(store)
    errors: list[BaseException] = []

    def run() -> None:
        try:
            Projector(store).catch_up()
        except BaseException as error:  # noqa: BLE001 - handed to the test's thread
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert told(store) == expected(store)
