"""Each message counts exactly once: whatever it holds, whoever else reads, and wherever the process dies."""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

import pytest

from eventstore.core.identity import uuid7
from eventstore.envelopes.message import Record
from eventstore.errors import Fenced, StoreBusy
from eventstore.ingest import Advance, Intake, Taken
from eventstore.store import EventStore
from tests.ingest.records import TOPICS, record

POINTS = ("fetched", "offsets", "row", "before commit", "after commit")


class Killed(BaseException):
    """What a hook raises where the process would die."""


def messages(count: int, *, poison: int = 0) -> list[Record]:
    """A partition of good messages, every n-th of them unreadable if `poison` is given."""
    return [
        record(
            b"not json" if poison and offset % poison == 1 else {"event": "E", "data": {"id": offset % 7, "n": offset}},
            offset=offset,
        )
        for offset in range(count)
    ]


def take(intake: Intake, records: Sequence[Record], expected: int | None = None) -> Taken:
    """Take records of one partition that follow each other."""
    first, last = records[0], records[-1]
    advance = Advance(first.topic_id, expected, last.offset + 1)
    return intake.take(records, {(first.topic, first.partition): advance})


def resume(intake: Intake, log: Sequence[Record], size: int) -> None:
    """Read the log from where the store stands to its end."""
    while True:
        stands = intake.positions(["orders"]).get(("orders", 0))
        first = None if stands is None else stands.next_offset
        batch = log[first or 0 :][:size]
        if not batch:
            return
        take(intake, batch, first)


def stored(store: EventStore) -> list[int]:
    """The offsets of all events, in order of position."""
    return [offset for (offset,) in store.rows('SELECT "offset" FROM origins ORDER BY position')]


def dead(store: EventStore) -> list[int]:
    """The offsets of all dead letters."""
    return [offset for (offset,) in store.rows('SELECT "offset" FROM dead_letters ORDER BY "offset"')]


def dying(points: Iterator[bool]) -> Callable[[str], None]:
    """A hook that kills where the next of the points says so."""

    def hook(_: str) -> None:
        if next(points):
            raise Killed

    return hook


def test_a_batch_of_old_conflicting_and_new(store: EventStore) -> None:
    intake = Intake(store, TOPICS)
    ids = [uuid7() for _ in range(1_999)]
    bodies = [{"event": "E", "data": {"n": n}, "id": one} for n, one in enumerate(ids)]
    take(intake, [record(bodies[0], offset=0)])
    batch = [record(bodies[0], offset=1), record({**bodies[0], "data": 5}, offset=2)]
    batch += [record(body, offset=n) for n, body in enumerate(bodies[1:], 3)]
    taken = take(intake, batch, 1)
    assert (taken.events, taken.duplicates, taken.dead_letters, taken.commit) == (1_998, 1, 1, 1_999)
    assert store.head().position == 1_999
    assert [(one.topic, one.partition, one.offset) for one in store.repeats(1)] == [("orders", 0, 1)]
    ((offset, reason, detail),) = store.rows('SELECT "offset", reason, detail FROM dead_letters')
    assert (offset, reason) == (2, "same id, other content")
    assert ids[0] in detail
    assert "offset 2" in detail
    assert "position 1" in detail


def test_the_same_message_twice_in_one_batch(store: EventStore) -> None:
    body = {"event": "E", "data": {}, "id": "one"}
    other = {**body, "data": 1}
    taken = take(Intake(store, TOPICS), [record(one, offset=n) for n, one in enumerate([body, body, other, other])])
    assert (taken.events, taken.duplicates, taken.dead_letters) == (1, 1, 2)
    assert [(one.topic, one.partition, one.offset) for one in store.repeats(1)] == [("orders", 0, 1)]
    assert dead(store) == [2, 3]


def test_a_repetition_on_another_trace_is_a_duplicate(store: EventStore) -> None:
    def traced(offset: int, digit: str, data: int) -> Record:
        header = f"00-{digit * 32}-{digit * 16}-01".encode()
        body = {"event": "E", "data": data, "id": "one"}
        return record(body, offset=offset, headers=(("traceparent", header),))

    intake = Intake(store, TOPICS)
    taken = take(intake, [traced(0, "1", 5), traced(1, "2", 5), traced(2, "3", 6)])
    assert (taken.events, taken.duplicates, taken.dead_letters) == (1, 1, 1)
    taken = take(intake, [traced(3, "4", 5), traced(4, "5", 6)], 3)
    assert (taken.events, taken.duplicates, taken.dead_letters) == (0, 1, 1)


def test_what_came_over_the_wire_is_kept_byte_for_byte(store: EventStore) -> None:
    sent = record(
        b'{"event":"E",\t"data": 1.10 }', offset=0, key=b"\xff", headers=(("a", None), ("a", b"\x00")), timestamp=None
    )
    take(Intake(store, TOPICS, kind="seed"), [sent])
    origin = store.origin(1)
    assert origin is not None
    assert Record(*(getattr(origin, name) for name in Record._fields)) == sent
    assert origin.kind == "seed"
    (event,) = store.read_all()
    assert (event.data_text, event.claimed_at, event.stream) == ("1.10", None, "order-0xff")


def test_offsets_move_on_where_no_record_came(store: EventStore) -> None:
    intake = Intake(store, TOPICS)
    taken = intake.take([], {("orders", 0): Advance("t", None, 15, 17, None)})
    assert (taken.events, taken.commit) == (0, 0)
    assert intake.positions(["orders", "logs"]) == {("orders", 0): ("t", 15, 17, None)}


def test_poison_is_one_dead_letter_and_its_neighbours_are_stored(store: EventStore) -> None:
    poison = [
        b"\xff",
        b"{",
        b"[1,",
        b'{"a":1,"a":2}',
        b"\x00\x00\x00\x00\x07\x02a",
        b'{"event":"","data":1}',
        b'{"event":"E","data":1,"time":"never"}',
        b'{"specversion":"1.0","type":"","source":"s","id":"i","data_base64":"!"}',
        b'{"specversion":"1.0","type":"t","source":"s","id":"i","data_base64":"!"}',
        b'{"event":"E","data":"\\u0000"}',
        b"[" * 101 + b"]" * 101,
        b'"' + b"x" * 2_000 + b'"',
    ]
    good = b'{"event":"E","data":{}}'
    log = [record(value, offset=n) for n, value in enumerate(b for bad in poison for b in (good, bad))]
    taken = take(Intake(store, TOPICS, message_bytes=1_000), log)
    expected = {2 * n + 1 for n, bad in enumerate(poison) if b'"type":""' not in bad}
    assert set(dead(store)) == expected
    assert taken.events == len(log) - len(expected)
    assert [bytes(value) for (value,) in store.rows('SELECT value FROM dead_letters ORDER BY "offset"')] == [
        bad for bad in poison if b'"type":""' not in bad
    ]


def test_a_bug_of_ours_stops_its_partition_and_no_other(store: EventStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def buggy(sent: Record, *rest: object) -> object:
        return 1 / 0 if sent.offset == 1 and sent.partition == 0 else original(sent, *rest)

    original = __import__("eventstore.envelopes", fromlist=["event_of"]).event_of
    monkeypatch.setattr("eventstore.ingest.intake.event_of", buggy)
    log = [record({"event": "E", "data": {}}, offset=n, partition=p) for n in range(3) for p in (0, 1)]
    intake = Intake(store, TOPICS)
    taken = intake.take(log, {("orders", p): Advance("id-of-orders", None, 3) for p in (0, 1)})
    assert taken.events == 4
    ((broken, error),) = taken.broken
    assert (broken.partition, broken.offset, error) == (0, 1, "ZeroDivisionError: division by zero")
    assert {place[1]: one.next_offset for place, one in intake.positions(["orders"]).items()} == {0: 1, 1: 3}


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("batch", [1, 2, 4])
def test_killed_at_a_point_of_a_batch(store: EventStore, point: str, batch: int) -> None:
    log = messages(40, poison=9)
    seen: list[str] = []

    def hook(reached: str) -> None:
        seen.append(reached)
        if reached == point and seen.count(point) == batch:
            raise Killed

    with pytest.raises(Killed):
        resume(Intake(store, TOPICS, hook=hook), log, 8)
    resume(Intake(store, TOPICS), log, 8)
    _exactly_once(store, log)


def _exactly_once(store: EventStore, log: Sequence[Record]) -> None:
    good = [one.offset for one in log if one.value != b"not json"]
    assert stored(store) == good
    assert dead(store) == [one.offset for one in log if one.value == b"not json"]
    assert [event.position for event in store.read_all()] == list(range(1, len(good) + 1))


def test_killed_again_and_again(store: EventStore) -> None:
    log = messages(800, poison=37)
    rng = random.Random(4)
    kills = 0
    while True:
        try:
            resume(Intake(store, TOPICS, hook=dying(rng.random() < 0.02 for _ in iter(int, 1))), log, 10)
        except Killed:
            kills += 1
        else:
            break
    assert kills >= 4
    _exactly_once(store, log)


def test_offsets_kept_apart_from_the_events_would_double(store: EventStore) -> None:
    """The control: offsets committed after the events, as a consumer group does, double what a kill falls between."""
    log = messages(40)
    intake, kills, at = Intake(store, TOPICS), 0, 0
    while at < len(log):
        batch = log[at : at + 8]
        copies = [one._replace(topic_id=f"try-{kills}", offset=one.offset) for one in batch]
        intake.take(copies, {("orders", kills * 100 + at): Advance("t", None, 1)})
        if at == 16 and not kills:
            kills = 1  # died before its own record of the offset was written: the batch comes again
            continue
        at += 8
    assert len(stored(store)) == len(log) + 8


def test_zombies_are_fenced(store: EventStore) -> None:
    log, rng = messages(400), random.Random(7)
    readers = [Intake(store, TOPICS) for _ in range(3)]
    stands: list[int | None] = [None, None, None]
    fenced: list[tuple[Fenced, int | None, int]] = []
    while any((at or 0) < len(log) for at in stands):
        number = rng.randrange(3)
        at = stands[number]
        batch = log[at or 0 :][: rng.randrange(1, 12)]
        if not batch:
            continue
        try:
            take(readers[number], batch, at)
            stands[number] = batch[-1].offset + 1
        except Fenced as raised:
            fenced.append((raised, at, readers[number].positions(["orders"])["orders", 0].next_offset))
            stands[number] = raised.actual
    assert len(fenced) > 10
    assert all(
        (one.topic, one.partition, one.expected, one.actual) == ("orders", 0, at, now) for one, at, now in fenced
    )
    _exactly_once(store, log)


def test_without_the_comparison_zombies_would_double(store: EventStore) -> None:
    """The control: each reader trusts its own offset and the store just counts what comes."""
    log = messages(40)
    for reader in range(3):
        copies = [one._replace(topic_id=f"reader-{reader}") for one in log]
        take(Intake(store, TOPICS), [one._replace(partition=reader) for one in copies])
    assert len(stored(store)) == 3 * len(log)


def test_a_reader_of_the_topic_before_it_was_made_anew_is_fenced(store: EventStore) -> None:
    intake = Intake(store, TOPICS)
    take(intake, messages(5))
    with pytest.raises(Fenced) as raised:
        take(intake, [record({"event": "E", "data": {}}, offset=5, topic_id="another")], 5)
    assert raised.value.recreated
    assert stored(store) == [0, 1, 2, 3, 4]


def test_two_beginners_of_one_partition(store: EventStore) -> None:
    take(Intake(store, TOPICS), messages(5))
    with pytest.raises(Fenced) as raised:
        take(Intake(store, TOPICS), messages(5))
    assert (raised.value.expected, raised.value.actual) == (None, 5)
    assert "orders, partition 0: this one began as a new partition, the store stands at offset 5" in str(raised.value)


def test_while_the_database_is_away_nothing_is_dead_lettered(store: EventStore) -> None:
    log, refusals = messages(60), 30

    def away(point: str) -> None:
        nonlocal refusals
        if point == "offsets" and refusals:
            refusals -= 1
            raise StoreBusy("store", "away")

    intake = Intake(store, TOPICS, hook=away)
    while refusals:
        with suppress(StoreBusy):
            resume(intake, log, 10)
    resume(intake, log, 10)
    _exactly_once(store, log)
