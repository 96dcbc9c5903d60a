"""A dead letter is kept byte for byte, can be found, and becomes an event once its cause is mended: once."""

from typing import Any

import pytest

from eventstore.envelopes.topic import TopicSettings
from eventstore.errors import NoDeadLetter
from eventstore.ingest import Advance, Intake
from eventstore.ingest.dead_letters import LOOKED, LOOKED_VALUE, letter, naming, page, replay, waiting
from eventstore.ingest.health import health
from eventstore.store import EventStore
from tests.ingest.records import TOPICS, record

LONG = b'{"event": "Order Created", "data": {"id": 7, "note": "' + b"x" * 200 + b'"}}'


@pytest.fixture
def harmed(store: EventStore) -> EventStore:
    """A store with one event and three dead letters: no JSON, too long, an id that says something else."""
    records = [
        record({"event": "Order Created", "id": "a", "data": {"id": 1}}, offset=0),
        record(b"\xff\x00", offset=1, key=b"\x00k", headers=(("h", None), ("h", b"\x01"))),
        record(LONG, offset=2),
        record({"event": "Order Created", "id": "a", "data": {"id": 2}}, offset=3),
    ]
    intake = Intake(store, TOPICS, message_bytes=200)
    intake.take(records, {("orders", 0): Advance("id-of-orders", None, 4, 6)})
    return store


def test_letters_are_kept_byte_for_byte_and_paged_by_number(harmed: EventStore) -> None:
    newest, second, oldest = page(harmed)
    assert {one.record.offset for one in (newest, second, oldest)} == {1, 2, 3}
    assert newest.number > second.number > oldest.number
    broken = next(one for one in (newest, second, oldest) if one.record.offset == 1)
    assert broken.record.value == b"\xff\x00"
    assert broken.record.key == b"\x00k"
    assert broken.record.headers == (("h", None), ("h", b"\x01"))
    assert page(harmed, before=second.number) == [oldest]
    assert page(harmed, limit=1) == [newest]
    assert [one.reason for one in page(harmed, reason="too large")] == ["too large"]
    assert page(harmed, topic="elsewhere") == []


def test_a_letter_becomes_an_event_when_its_cause_is_mended_and_only_once(harmed: EventStore) -> None:
    (long,) = (one.number for one in page(harmed, reason="too large"))
    mended = Intake(harmed, TOPICS, message_bytes=1_000)
    first, again = replay(harmed, mended, [long, long])
    assert first == again
    assert first.position == 2
    event, origin = harmed.event(2), harmed.origin(2)
    assert event is not None
    assert origin is not None
    assert (event.stream, origin.offset, origin.value) == ("order-7", 2, LONG)
    assert harmed.head().position == 2
    assert letter(harmed, long).replayed_as == 2
    assert [one.number for one in page(harmed, unread=True)] == sorted(waiting(harmed), reverse=True)
    assert long not in waiting(harmed)


def test_what_still_cannot_be_read_stays_with_the_reason(harmed: EventStore) -> None:
    before = harmed.head().position
    results = replay(harmed, Intake(harmed, TOPICS, message_bytes=200), waiting(harmed))
    assert [one.position for one in results] == [None, None, None]
    assert any("UTF-8" in (one.why or "") for one in results)
    assert any("says something else" in (one.why or "") for one in results)
    assert harmed.head().position == before
    assert len(waiting(harmed)) == 3


def test_a_letter_whose_event_came_another_way_is_settled_by_it(store: EventStore) -> None:
    sent = {"event": "Order Created", "id": "b", "data": {"id": 1}}
    strict = Intake(store, {"orders": TopicSettings(category="order")}, message_bytes=10)
    strict.take([record(sent, offset=0)], {("orders", 0): Advance("id-of-orders", None, 1)})
    intake = Intake(store, TOPICS)
    intake.take([record(sent, offset=1)], {("orders", 0): Advance("id-of-orders", 1, 2)})
    (result,) = replay(store, intake, waiting(store))
    assert (result.position, store.head().position) == (1, 1)


def test_a_number_that_is_none_is_named(store: EventStore) -> None:
    with pytest.raises(NoDeadLetter, match="There is no dead letter 5"):
        letter(store, 5)


def test_health_tells_lag_letters_and_duplicates(harmed: EventStore) -> None:
    told = health(harmed)
    assert (told.lag, told.dead_letters, told.duplicates, told.losses) == (2, 3, 0, ())
    assert {one.reason: one.waiting for one in told.reasons}["too large"] == 1
    assert [(one.topic, one.next_offset, one.end_offset) for one in told.partitions] == [("orders", 4, 6)]


def test_letters_are_found_by_what_they_name(store: EventStore) -> None:
    broken = [
        record(b"order-7 is no JSON", offset=0),
        record(b"nor is order-77, nor reorder-7, nor order-7-1", offset=1),
        record(b"\x00", offset=2, key=b"order-7"),
        record(b"\x01", offset=3, headers=(("about", b"order-7"),)),
        record(b"\x02", offset=4, key=b"7"),
        record(b"order-7 " + b"x" * LOOKED_VALUE, offset=5),
        record(None, offset=6, key=b"\xff7"),
    ]
    Intake(store, TOPICS).take(broken, {("orders", 0): Advance("id-of-orders", None, 7, 7)})

    def offsets(name: str, **more: Any) -> list[int]:
        return [one.record.offset for one in naming(store, name, **more)]

    assert offsets("order-7") == [3, 2, 0]
    assert offsets("order-7", beside=("orders", b"7")) == [4, 3, 2, 0]
    assert offsets("order-7", beside=("payments", b"7")) == [3, 2, 0]
    assert offsets("order-77") == [1]
    assert offsets("order-8") == []
    assert offsets("order-7", until=0) == []


def test_a_letter_names_until_it_was_replayed(harmed: EventStore) -> None:
    """At a moment at which it still waited it does, whatever became of it."""
    (long,) = page(harmed, reason="too large")
    then = harmed.now()
    word = "x" * 200
    assert [one.number for one in naming(harmed, word)] == [long.number]
    replay(harmed, Intake(harmed, TOPICS, message_bytes=1_000), [long.number])
    assert naming(harmed, word) == []
    assert [one.number for one in naming(harmed, word, until=then)] == [long.number]
    assert naming(harmed, word, until=long.recorded_at - 1) == []


def test_only_the_newest_letters_are_looked_through(store: EventStore) -> None:
    told = [record(b"order-7 is no JSON", offset=0), *(record(b"nor this", offset=1 + n) for n in range(LOOKED))]
    Intake(store, TOPICS).take(told[:-1], {("orders", 0): Advance("id-of-orders", None, LOOKED, LOOKED)})
    assert len(naming(store, "order-7")) == 1
    Intake(store, TOPICS).take(told[-1:], {("orders", 0): Advance("id-of-orders", LOOKED, LOOKED + 1, LOOKED + 1)})
    assert naming(store, "order-7") == []
