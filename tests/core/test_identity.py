"""Ids: new ones rise whatever the clock does, derived ones are the same each time."""

import threading
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventstore import clock
from eventstore.core.identity import derived_id, uuid7

offsets = st.integers(0, 2**62)


def test_a_new_id_is_a_uuid_of_version_7_with_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: 4_000_000_000_000_000)
    made = uuid.UUID(uuid7())
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == 4_000_000_000_000


def test_ids_rise_when_the_clock_stands_or_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([5_000_000_000_000_000] * 5_000 + [4_000_000_000_000_000] * 5_000)
    monkeypatch.setattr(clock, "now", lambda: next(moments))
    made = [uuid7() for _ in range(10_000)]
    assert made == sorted(set(made))


def test_threads_never_share_an_id() -> None:
    made: list[str] = []
    threads = [threading.Thread(target=lambda: made.extend([uuid7() for _ in range(2_000)])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 8_000


def test_a_derived_id_never_changes() -> None:
    assert derived_id("topic-id", 3, 42, 1767225600000) == "019b76da-a800-8a71-832f-c607e8b8b8ff"


@given(st.text(max_size=20), st.integers(0, 1000), offsets, st.none() | st.integers(-1, 2**48 - 1))
def test_a_derived_id_is_a_uuid_of_version_8(source: str, partition: int, offset: int, timestamp: int | None) -> None:
    made = uuid.UUID(derived_id(source, partition, offset, timestamp))
    assert (made.version, made.variant) == (8, uuid.RFC_4122)
    assert made.int >> 80 == max(timestamp or 0, 0)


def test_each_place_in_each_topic_has_its_own_id() -> None:
    places = [("a", 1, 11), ("a", 11, 1), ("a1", 1, 1), ("a", 1, 1), ("b", 1, 1)]
    places += [("a", 0, offset) for offset in range(10_000)]
    assert len({derived_id(*place, 1767225600000) for place in places}) == len(places)


@given(st.lists(st.tuples(st.integers(0, 2**48 - 1), offsets), max_size=20))
def test_derived_ids_are_ordered_by_time(messages: list[tuple[int, int]]) -> None:
    ids = [derived_id("topic", 0, offset, timestamp) for timestamp, offset in sorted(messages)]
    times = [int(made.replace("-", "")[:12], 16) for made in sorted(ids)]
    assert times == sorted(timestamp for timestamp, _ in messages)
