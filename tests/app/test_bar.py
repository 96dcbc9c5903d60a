"""What the moment bar asks over HTTP: counts of any window, and the steps beside a moment."""

import asyncio
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.applications import Starlette

from app import routes, windows
from eventstore import EventStore
from eventstore.settings import Settings
from tests import given

MINUTE = 60 * given.SECOND
HOUR = 60 * MINUTE


def ask(path: str, *, tag: Any = "", **query: Any) -> tuple[int, dict[str, str], Any]:
    """Status, headers and document of an answer of the server's own routes."""
    sent: list[Any] = []
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": urlencode(query).encode(),
        "headers": [(b"if-none-match", tag.encode())] if tag else [],
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(Starlette(routes=[*routes.own(), *windows.own()])(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], headers, json.loads(body) if body else None


def bars(since: int, before: int, buckets: int = 600) -> dict[str, Any]:
    status, _, found = ask("/bar", since=since, before=before, buckets=buckets)
    assert status == 200
    assert isinstance(found, dict)
    return found


def test_bars_hold_every_event_once_by_category(shop: EventStore) -> None:
    found = bars(given.NOON, given.NOON + HOUR)
    assert found["values"] == ["order", "payment"]
    assert [sum(row) for row in found["counts"]] == [4, 1]
    assert {len(row) for row in found["counts"]} == {(found["before"] - found["since"]) // found["bucket"]}
    first = found["counts"][0].index(1)
    assert found["since"] + first * found["bucket"] == given.NOON


@pytest.mark.parametrize(
    ("span", "buckets", "bucket"),
    [
        (10 * given.SECOND, 600, given.SECOND),
        (HOUR, 600, 10 * given.SECOND),
        (HOUR, 60, MINUTE),
        (24 * HOUR, 600, 5 * MINUTE),
        (24 * HOUR, 144, 10 * MINUTE),
        (90 * 24 * HOUR, 600, 6 * HOUR),
        (50 * 366 * 24 * HOUR, 600, 40_320 * MINUTE * 2),
    ],
)
def test_bars_are_as_fine_as_there_is_room(span: int, buckets: int, bucket: int, shop: EventStore) -> None:
    found = bars(given.NOON, given.NOON + span, buckets)
    assert found["bucket"] == bucket
    assert sum(map(len, found["counts"])) <= (buckets + 2) * len(found["values"])


def test_many_events_are_read_from_counts_alone(shop: EventStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.queries.bar.FINE_EVENTS", 4)
    assert bars(given.NOON, given.NOON + HOUR, 599)["bucket"] == 10 * MINUTE


def test_bars_are_asked_again_only_when_the_log_has_grown(shop: EventStore) -> None:
    query = {"since": given.NOON, "before": given.NOON + HOUR, "buckets": 60}
    _, headers, _ = ask("/bar", **query)
    assert ask("/bar", tag=headers["etag"], **query)[0] == 304
    shop.append([given.event("order-3", at=given.NOON + MINUTE)])
    status, _, found = ask("/bar", tag=headers["etag"], **query)
    assert status == 200
    assert sum(map(sum, found["counts"])) == 6


def test_below_a_base_path(shop: EventStore) -> None:
    assert ask("/chrono/bar", since=given.NOON, before=given.NOON + HOUR, buckets=60)[0] == 200


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"since": "x", "before": 1, "buckets": 1},
        {"since": 2, "before": 1, "buckets": 1},
        {"since": 1, "before": 1, "buckets": 1},
        {"since": 0, "before": 10, "buckets": 601},
        {"since": 0, "before": 10, "buckets": 0},
        {"since": -(2**60), "before": 2**60, "buckets": 10},
    ],
    ids=str,
)
def test_what_is_no_window_is_refused(query: dict[str, object], shop: EventStore) -> None:
    assert ask("/bar", **query)[0] == 400


def test_without_a_store_it_says_so(settings: Settings) -> None:
    status, _, found = ask("/bar", since=0, before=10, buckets=1)
    assert (status, found) == (503, {"error": "NoStore"})


def test_steps_beside_a_moment_are_the_nearest_first(shop: EventStore) -> None:
    found = ask("/near", at=given.NOON + MINUTE, known=5)[2]
    assert [position for _, position, _ in found["before"]] == [1]
    assert [position for _, position, _ in found["after"]] == [3, 4, 5]
    assert found["after"][0] == [given.NOON + 61 * given.SECOND, 3, "Order Paid of order-1"]


def test_steps_of_a_key_and_of_what_was_known(shop: EventStore) -> None:
    found = ask("/near", at=given.NOON, known=3, k="order-1")[2]
    assert [position for _, position, _ in found["after"]] == [3]


def test_steps_over_commits_never_stop_within_one(shop: EventStore) -> None:
    found = ask("/near", known=3)[2]
    assert [position for _, position, _ in found["before"]] == [1]  # 2 and 3 are one commit
    assert [position for _, position, _ in found["after"]] == [4, 5]
