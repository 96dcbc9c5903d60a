"""Appending: versions, expected versions, the same events again, and what is refused."""

import threading
from decimal import Decimal
from typing import Any

import pytest

from eventstore import errors
from eventstore.core.canonical import Json
from eventstore.core.event import OccurredSource
from eventstore.store import EventStore
from eventstore.writing import Limits, prepared
from tests.given import NOON, event


def test_versions_and_positions_begin_at_one(store: EventStore) -> None:
    recorded = store.append([event("order-1"), event("cart-1"), event("order-1")])
    assert [(e.position, e.commit_position, e.stream, e.version) for e in recorded] == [
        (1, 3, "order-1", 1),
        (2, 3, "cart-1", 1),
        (3, 3, "order-1", 2),
    ]
    assert recorded == list(store.read_all())


def test_an_empty_append_is_no_commit(store: EventStore) -> None:
    assert store.append([]) == []
    assert store.head().position == 0


def test_sent_text_comes_back_as_sent(store: EventStore) -> None:
    sent = Json('{"b": 1.10,  "a": [1E2, -0, 9007199254740993]}')
    (recorded,) = store.append([event(data=sent, metadata={"price": Decimal("1.10")})])
    (read,) = store.read_stream("order-1")
    assert read.data_text == recorded.data_text == sent
    assert read.data["b"] == Decimal("1.10")
    assert read.metadata_text == '{"price":1.10}'


@pytest.mark.parametrize("events", [1, 2, 150])
def test_a_stale_version_is_refused_with_both_numbers(store: EventStore, events: int) -> None:
    store.append([event(), event()], expected={"order-1": 0})
    with pytest.raises(errors.WrongExpectedVersion) as caught:
        store.append([event() for _ in range(events)], expected={"order-1": 1})
    assert (caught.value.stream, caught.value.expected, caught.value.actual) == ("order-1", 1, 2)
    assert str(caught.value) == (
        "order-1 is at version 2, the append expected 1. Read it after version 1, decide again, and retry."
    )
    assert store.head().position == 2
    assert store.append([event()], expected={"order-1": 2})[0].position == 3


def test_a_version_may_be_expected_of_a_stream_that_is_only_read(store: EventStore) -> None:
    store.append([event("account-1")])
    assert store.append([event("order-1")], expected={"account-1": 1, "order-1": 0})[0].position == 2
    with pytest.raises(errors.WrongExpectedVersion):
        store.append([event("order-1")], expected={"account-1": 0})


@pytest.mark.parametrize("events", [1, 2, 150])
def test_the_same_events_again_give_the_first_result(store: EventStore, events: int) -> None:
    batch = [event(f"order-{number % 3}") for number in range(events)]
    first = store.append(batch, expected={"order-0": 0})
    store.append([event("order-0")])
    assert store.append(batch) == first
    assert store.append(batch, expected={"order-0": 0}) == first, "known before the wrong version is"
    assert store.append(batch[::-1]) == first[::-1]
    assert store.head().position == events + 1


@pytest.mark.parametrize("events", [1, 30])
def test_an_id_with_other_content_is_a_conflict(store: EventStore, events: int) -> None:
    store.append([event("cart-1"), event(id="a", data=1)])
    with pytest.raises(errors.IdConflict) as caught:
        store.append([event(id="a", data=2), *(event() for _ in range(events - 1))])
    assert caught.value.args == ("a", 2)
    assert store.head().position == 2


def test_a_batch_of_which_only_part_is_known_is_refused(store: EventStore) -> None:
    known = event()
    store.append([known])
    with pytest.raises(errors.PartlyKnown) as caught:
        store.append([event(), known])
    assert caught.value.args == (1, 2, known.id, 1)
    assert store.head().position == 1


def test_a_claim_that_was_changed_is_still_the_same_content(database_url: str) -> None:
    with EventStore.open(database_url, now=lambda: NOON) as store:
        ahead = event(at=NOON + 1)
        assert store.append([ahead]) == store.append([ahead])


def test_an_id_twice_in_one_append_is_refused(store: EventStore) -> None:
    with pytest.raises(errors.RepeatedId, match="'a' stands twice"):
        store.append([event(id="a"), event(id="b"), event(id="a")])


def test_one_append_holds_at_most_5000_events(store: EventStore) -> None:
    batch = [event() for _ in range(5_001)]
    with pytest.raises(errors.AppendTooLarge, match="holds 5,001 events, the limit is 5,000"):
        store.append(batch)
    assert len(store.append(batch[1:])) == 5_000


def test_the_limit_is_a_setting(database_url: str) -> None:
    with EventStore.open(database_url, limits=Limits(max_events=2)) as store, pytest.raises(errors.AppendTooLarge):
        store.append([event(), event(), event()])


@pytest.mark.parametrize("field", ["id", "stream", "category", "type", "correlation_id", "causation_id"])
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("a\0b", "holds the character NUL"),
        ("\ud800", "holds half a character"),
        ("x" * 1_025, "has 1,025 bytes, the limit is 1,024"),
        ("é" * 513, "has 1,026 bytes, the limit is 1,024"),
    ],
)
def test_names_that_databases_change_or_refuse(field: str, name: str, reason: str) -> None:
    fields: dict[str, Any] = {"stream": "order-1", "category": "order", field: name}
    with pytest.raises(errors.InvalidEvent, match=reason) as caught:
        prepared([event(**fields)], Limits())
    assert caught.value.field == field


@pytest.mark.parametrize("field", ["id", "stream", "category", "type"])
def test_an_event_needs_its_names(field: str) -> None:
    fields: dict[str, Any] = {"stream": "order-1", "category": "order", field: ""}
    with pytest.raises(errors.InvalidEvent, match=f"The {field} of event .* is empty"):
        prepared([event(**fields)], Limits())


def test_names_at_the_limit_are_stored(store: EventStore) -> None:
    longest = "é" * 512
    names: tuple[str, ...] = ("id", "stream", "category", "type", "correlation_id", "causation_id")
    fields: dict[str, Any] = dict.fromkeys(names, longest)
    (recorded,) = store.append([event(**fields)])
    assert store.event_by_id(longest) == recorded == next(store.read_stream(longest))


@pytest.mark.parametrize("at", [1.5, True, -(10**18), 10**18, "2026"])
def test_times_that_are_none(at: object) -> None:
    with pytest.raises(errors.InvalidEvent, match="not microseconds between 1900 and 9999"):
        prepared([event(at=at)], Limits())  # type: ignore[arg-type] # what this test is about


def test_only_the_store_says_that_it_changed_a_time() -> None:
    with pytest.raises(errors.InvalidEvent, match="which only the store sets"):
        prepared([event(occurred_source=OccurredSource.CLOCK)], Limits())


def test_a_time_before_1970(store: EventStore) -> None:
    (recorded,) = store.append([event(at=-1)])
    assert (recorded.occurred_at, store.head().frontier) == (-1, -1)


def test_data_that_json_cannot_hold_is_refused_before_the_store_is_locked(store: EventStore) -> None:
    with pytest.raises(errors.Unreadable):
        store.append([event(), event(data=float("nan"))])
    assert store.head().position == 0


def test_writers_in_threads_leave_no_gap(store: EventStore) -> None:
    def write() -> None:
        for number in range(20):
            store.append([event(f"order-{number % 3}") for _ in range(number % 4 + 1)])

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log = list(store.read_all())
    assert [e.position for e in log] == list(range(1, 4 * 50 + 1))
    for stream in {e.stream for e in log}:
        versions = [e.version for e in log if e.stream == stream]
        assert versions == list(range(1, len(versions) + 1))


def test_a_decision_on_a_stale_version_never_enters(store: EventStore) -> None:
    refused = []

    def count_up() -> None:
        done = 0
        while done < 15:
            version = store.version("counter-1")
            try:
                store.append([event("counter-1", data=version + 1)], expected={"counter-1": version})
                done += 1
            except errors.WrongExpectedVersion as error:
                refused.append(error)

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [e.data for e in store.read_stream("counter-1")] == list(range(1, 61))
