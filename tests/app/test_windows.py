"""A story and windows of its steps over HTTP: walked by a browser they tell what the pure core does."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest

from app import key_story, windows
from benchmarks import long_story
from eventstore import EventStore, Histories, KeyStep, Moment, Projector, blame, leaves, load, written
from eventstore.settings import Settings
from tests import given
from tests.app.conftest import answer_from
from tests.app.in_view import asked, states
from tests.app.test_bar import ask
from tests.app.test_travel import FRAIL


def walked(found: dict[str, Any], positions: Sequence[int]) -> Iterator[dict[str, tuple[str, int]]]:
    """The states of the window, each set by the steps that it names."""
    assert all(positions[int(step)] == setter[0] for step, setter in found["setters"].items())
    return states(found)


def expected(rows: Sequence[KeyStep]) -> dict[str, tuple[str, int]]:
    made, now = blame(rows), leaves(rows[-1].state) if rows else {}
    return {written(path): (text, made[path].event_position) for path, text in now.items()}


@pytest.fixture
def long(database_url: str, settings: Settings) -> Iterator[EventStore]:
    """A device's story of 700 steps, some late, on each kind of database; the process answers from it."""
    long_story.made(database_url, {"device-1": (700, 12)})
    answer_from(replace(settings, database_url=database_url))
    with EventStore.open(database_url) as store:
        yield store


@pytest.mark.parametrize("known", [None, 500])
def test_windows_tell_what_the_core_does(known: int | None, long: EventStore) -> None:
    more = {} if known is None else {"known": known}
    rows = Histories(long).steps("automatic", "device-1", Moment(known=known), limit=1_000).rows
    positions = [row.event_position for row in rows]
    for first in (0, 1, 255, 256, 257, 490, len(rows) - 1):
        found = asked("/steps", k="device-1", p="automatic", first=first, count=9, **more)
        assert (found["first"], found["total"]) == (first, len(rows))
        assert [step[0] for step in found["steps"]] == positions[first : first + 9]
        assert [step[9] for step in found["steps"]] == [row.state is not None for row in rows[first : first + 9]]
        assert found["held"] == (first > 0 and rows[first - 1].state is not None)
        for place, state in enumerate(walked(found, positions), first):
            assert state == expected(rows[:place])


def test_a_step_tells_its_event(long: EventStore) -> None:
    found = asked("/steps", k="device-1", first=0, count=700)
    for position, version, stream, type_, occurred, recorded, commit, flags, error, *_ in found["steps"]:
        event = long.event(position)
        assert event is not None
        assert (event.version, event.stream, event.type) == (version, stream, type_)
        assert (event.occurred_at, event.recorded_at, event.commit_position) == (occurred, recorded, commit)
        assert (flags, error) == (key_story.LATE if event.occurred_at < event.stream_frontier else 0, None)


def test_the_index_tells_the_whole_story(long: EventStore) -> None:
    found = asked("/story", k="device-1", p="automatic")
    rows = Histories(long).steps("automatic", "device-1", limit=1_000).rows
    assert (found["key"], found["projection"], found["total"]) == ("device-1", "automatic", 700)
    assert list(accumulate(found["times"])) == [row.since for row in rows]
    (late,) = found["late"]
    assert rows[late].event_position == 700  # which came a commit after its own
    assert (found["failed"], found["parked"], found["note"]) == ([], None, "read from automatic")
    early = asked("/story", k="device-1", p="automatic", known=499, t="1999-01-01")
    assert early["total"] == 499
    assert early["tag"] != found["tag"]


def test_a_replayed_story_is_told_too(shop: EventStore) -> None:
    found = asked("/steps", k="order-1", first=0, count=9)
    assert [step[3] for step in found["steps"]] == ["Order Created", "Order Paid", "Order Shipped"]
    *_, last = walked(found, [1, 3, 5])
    assert last["status"] == ('"shipped"', 5)
    assert "replayed with orders" in asked("/story", k="order-1")["note"]


def test_where_a_fold_stopped_is_told(shop: EventStore, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "frail.py").write_text(FRAIL)
    frail = replace(settings, projections=(str(tmp_path / "frail.py"),))
    answer_from(frail)
    Projector(shop, load(frail.projections)).catch_up()
    found = asked("/story", k="order-1")
    assert (found["failed"], found["parked"]) == ([1], 1)
    told = asked("/steps", k="order-1", first=0, count=9)["steps"]
    assert [(step[7], step[8]) for step in told] == [(0, None), (4, "RuntimeError: no till"), (4, None)]
    answer_from(replace(frail, mask=("card.holder",)))
    assert "no till" not in json.dumps(asked("/steps", k="order-1", first=0, count=9))


@pytest.mark.parametrize("below", ["", "/chrono", "/a/b"])
@pytest.mark.parametrize("path", ["/story", "/steps"])
def test_a_browser_that_has_it_is_told_so_in_a_line(path: str, below: str, projected: EventStore) -> None:
    query = {"k": "order-1", "first": 0, "count": 9}
    _, headers, _ = ask(below + path, **query)
    assert headers["cache-control"] == "private, no-cache"
    assert ask(below + path, tag=headers["etag"], **query)[::2] == (304, None)
    assert ask(below + path, tag=f"W/{headers['etag']}", **query)[0] == 304


def test_the_answer_holds_until_the_story_goes_on(projected: EventStore, settings: Settings) -> None:
    tag = ask("/story", k="order-1")[1]["etag"]

    def happened(stream: str, at: int) -> int:
        projected.append([given.event(stream, "Order Delivered", {}, given.NOON + at * given.SECOND)])
        Projector(projected, load(settings.projections)).catch_up()
        return ask("/story", tag=tag, k="order-1")[0]

    assert happened("order-2", 900) == 304
    assert happened("order-1", 300) == 200
    assert asked("/story", k="order-1")["late"] == [2]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"k": "order-404", "first": 0, "count": 1}, 404),
        ({"first": 0, "count": 1}, 404),
        ({"k": "order-1"}, 400),
        ({"k": "order-1", "first": -1, "count": 1}, 400),
        ({"k": "order-1", "first": 0, "count": 0}, 400),
        ({"k": "order-1", "first": 0, "count": windows.MOST_STEPS + 1}, 400),
        ({"k": "order-1", "first": "x", "count": 1}, 400),
        ({"k": "order-1", "first": 2**60, "count": 1}, 400),
        ({"k": "order-1", "first": 0, "count": 1, "known": "soon"}, 400),
    ],
)
def test_what_cannot_be_answered_is_said(query: dict[str, Any], status: int, projected: EventStore) -> None:
    found, _, told = ask("/steps", **query)
    assert found == status
    assert list(told) == ["error"]


def test_without_a_store_it_says_so(settings: Settings) -> None:
    assert ask("/story", k="order-1")[::2] == (503, {"error": "NoStore"})


def test_beyond_the_end_there_is_nothing(projected: EventStore) -> None:
    found = asked("/steps", k="order-1", first=3, count=5)
    assert (found["total"], found["steps"], found["leaves"], found["paths"]) == (3, [], [], [])


@pytest.mark.parametrize("projects", [True, False])
def test_a_mask_holds_in_what_changes(projects: bool, shop: EventStore, settings: Settings) -> None:
    said: list[Any] = [{"card": {"holder": name, "n": 1}} for name in ("Ada", "Bob")]
    shop.append([given.event("thing-1", "Said", one, given.NOON + at) for at, one in enumerate([*said, {"card": 5}])])
    if projects:
        Projector(shop, load(settings.projections)).catch_up()
    ask_for = {"k": "thing-1", "p": "automatic", "first": 0, "count": 9}
    assert "Ada" in json.dumps(asked("/steps", **ask_for))
    answer_from(replace(settings, mask=("card.holder",)))
    found = asked("/steps", **ask_for)
    assert "Ada" not in json.dumps(found)
    assert "Bob" not in json.dumps(found)
    holder = found["paths"].index("card.holder")
    assert [[text for place, text in step[-1] if place == holder] for step in found["steps"]] == [['"•••"'], [], [None]]


def test_heavy_and_wide_and_deep_states_come_in_bounded_windows(shop: EventStore) -> None:
    deep: Any = 1
    for _ in range(45):
        deep = {"d": [deep]}
    said = [
        *({"text": letter * 1_000_000} for letter in "abcdefg"),
        {f"key {number}": number for number in range(5_000)},
        {"deep": deep},
        {"\u202e</script>": "<img src=x onerror=alert(1)>"},
    ]
    shop.append([given.event("order-9", "Said", one, given.NOON + at) for at, one in enumerate(said)])
    first, told = 0, 0
    while True:
        found = asked("/steps", k="order-9", first=first, count=100)
        assert len(json.dumps(found)) < 5_000_000
        if not found["steps"]:
            break
        told += 1
        first += len(found["steps"])
    assert first == len(said)
    assert 4 < told < len(said)
