"""Every page runs over a real store, at every kind of moment, and says what is in it."""

import json
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from eventstore import EventStore
from eventstore.ingest import Advance, Intake
from eventstore.settings import Settings
from tests import given
from tests.app.conftest import Open, answer_from
from tests.ingest.records import TOPICS, record

BEFORE = given.NOON - given.SECOND
PAGES = ("overview", "events", "logs", "order", "models", "services", "projections", "health")


def parts(at: AppTest) -> list[Any]:
    """What the browser parts were given, in the order of the page."""
    found = [node for node in _nodes(at._tree) if node.type == "bidi_component"]
    return [json.loads(node.proto.json) for node in found]


def _nodes(node: Any) -> list[Any]:
    children = getattr(node, "children", None)
    return [node, *[one for child in (children or {}).values() for one in _nodes(child)]]


def texts(at: AppTest) -> str:
    """All that a page shows, as one text."""
    return json.dumps(parts(at), ensure_ascii=False) + "".join(code.value for code in at.code)


def titles(at: AppTest) -> list[str]:
    return [part["title"] for part in parts(at) if "title" in part]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_runs(page: str, shop: EventStore, open_page: Open) -> None:
    at = open_page(page)
    assert not at.exception
    assert not {"This page failed", "The store did not answer"} & set(titles(at))


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "moment", [{"t": "2026-03-01T12:00:30Z"}, {"known": "2"}, {"t": "1999-01-01"}, {"known": "0"}], ids=str
)
def test_a_page_answers_at_a_moment(page: str, moment: dict[str, str], shop: EventStore, open_page: Open) -> None:
    at = open_page(page, k="order-1", **moment)
    assert not at.exception
    (bar,) = [part for part in parts(at) if "knownAt" in part]
    assert (bar["occurred"], bar["known"]) != (None, None)


@pytest.mark.parametrize("page", PAGES)
def test_bad_values_in_the_address_are_named_and_left_out(page: str, shop: EventStore, open_page: Open) -> None:
    at = open_page(page, t="yesterday", known="-1", e="x", w="a~b", after="1e9")
    assert not at.exception
    assert "cannot be read, left out: t, w, known, after, e." in texts(at)


@pytest.mark.parametrize("page", PAGES)
def test_without_a_store_a_page_names_the_ways_in(page: str, open_page: Open) -> None:
    at = open_page(page)
    assert not at.exception
    assert "No store yet" in titles(at)
    assert "chronoscope seed" in texts(at)


def test_an_empty_store_names_the_ways_in(settings: Settings, open_page: Open) -> None:
    EventStore.open(settings.database_url).close()
    at = open_page()
    assert not at.exception
    assert "No events yet" in titles(at)


def test_events_are_listed_newest_first(shop: EventStore, open_page: Open) -> None:
    (table,) = [part for part in parts(open_page("events")) if part.get("caption") == "Events"]
    assert [row["id"] for row in table["rows"]] == ["5", "4", "3", "2", "1"]


@pytest.mark.parametrize(
    ("filters", "positions"),
    [
        ({"c": "payment"}, ["2"]),
        ({"type": "Order Created"}, ["4", "1"]),
        ({"stream": "order-1"}, ["5", "3", "1"]),
        ({"q": "flow-1"}, ["3", "2"]),
        ({"w": "2026-03-01T12:01:00Z~2026-03-01T12:02:00Z"}, ["3", "2"]),
        ({"known": "3"}, ["3", "2", "1"]),
        ({"known": "2"}, ["1"]),
        ({"t": "2026-03-01T12:01:00Z"}, ["2", "1"]),
        ({"until": "2"}, ["2", "1"]),
        ({"after": "3"}, ["5", "4"]),
    ],
    ids=str,
)
def test_filters(filters: dict[str, str], positions: list[str], shop: EventStore, open_page: Open) -> None:
    (table,) = [part for part in parts(open_page("events", **filters)) if part.get("caption") == "Events"]
    assert [row["id"] for row in table["rows"]] == positions


def test_filters_that_leave_nothing_can_be_dropped_one_by_one(shop: EventStore, open_page: Open) -> None:
    (panel,) = [
        part for part in parts(open_page("events", c="order", q="zzz")) if part.get("title") == "No events here"
    ]
    assert [link["text"] for link in panel["links"]] == ["Drop category", "Drop part of an id"]
    assert "0 of 5 events match" in panel["text"]


def test_an_open_event_shows_its_payload_and_its_stream(shop: EventStore, open_page: Open) -> None:
    at = open_page("events", e="2")
    assert '"holder": "Ada Lovelace"' in at.code[0].value
    (neighbours,) = [part for part in parts(at) if part.get("caption") == "Neighbours in the stream"]
    assert [row["id"] for row in neighbours["rows"]] == ["2"]


def test_an_event_that_is_not_there_is_said_so(shop: EventStore, open_page: Open) -> None:
    assert "No such event" in titles(open_page("events", e="99"))


def story(at: AppTest) -> dict[str, Any]:
    """What the browser part of the story was given; the steps it asks for itself."""
    (found,) = [part for part in parts(at) if "projection" in part]
    return {name: found[name] for name in ("key", "projection", "known", "occurred", "at", "e", "path")}


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ({"e": "3"}, {"at": 1, "e": 3}),
        ({}, {"at": 2, "e": None}),
        ({"e": "5"}, {"at": 2, "e": None}),
        ({"e": "4"}, {"at": 2, "e": None}),
        ({"t": "2026-03-01T11:59:59Z", "known": "3"}, {"at": -1, "e": None, "occurred": BEFORE, "known": 3}),
        ({"path": "status"}, {"at": 2, "e": None, "path": "status"}),
    ],
)
def test_the_story_is_given_where_one_stands(
    place: dict[str, str], told: dict[str, Any], shop: EventStore, open_page: Open
) -> None:
    whole = {"key": "order-1", "projection": "orders", "known": None, "occurred": None, "path": ""}
    assert story(open_page("order", k="order-1", **place)) == {**whole, **told}


def test_a_key_before_its_first_event_is_said_so(shop: EventStore, open_page: Open) -> None:
    assert "Not there yet" in titles(open_page("order", k="order-2", t="2026-03-01T12:00:00Z"))


def test_a_key_that_never_was_is_said_so(shop: EventStore, open_page: Open) -> None:
    assert "No such key" in titles(open_page("order", k="order-404"))


@pytest.mark.parametrize("page", PAGES)
def test_a_masked_value_is_on_no_page(page: str, shop: EventStore, settings: Settings, open_page: Open) -> None:
    answer_from(replace(settings, mask=("card.holder",)))
    for place in ({}, {"e": "2"}, {"k": "payment-1"}, {"q": "Lovelace"}):
        at = open_page(page, **place)
        assert not at.exception
        assert "Ada Lovelace" not in texts(at)


def test_without_a_mask_the_value_is_there(shop: EventStore, open_page: Open) -> None:
    assert "Ada Lovelace" in texts(open_page("order", k="payment-1"))


@pytest.mark.parametrize(
    ("typed", "parameters"),
    [
        ("2026-03-01 12:00", {"t": "2026-03-01T12:00:00.000000Z"}),
        ("#2", {"known": "2"}),
        ("1,234", {"known": "1234"}),
        ("2026-13-01", {"t": "2026-13-01"}),
    ],
)
def test_the_moment_field_goes_to_a_time_or_a_position(
    typed: str, parameters: dict[str, str], shop: EventStore, open_page: Open
) -> None:
    at = open_page("health")
    at.text_input(key="moment").set_value(typed).run()
    assert {name: at.query_params[name] for name in parameters} == parameters


def test_a_message_that_came_again_is_told_with_its_event(settings: Settings, open_page: Open) -> None:
    with EventStore.open(settings.database_url) as store:
        intake = Intake(store, TOPICS)
        said = {"event": "Order Created", "data": {"order_id": "1"}, "id": "one"}
        intake.take([record(said, offset=0), record(said, offset=1)], {("orders", 0): Advance("", None, 2)})
    at = open_page("events", e="1")
    (origin,) = [part for part in parts(at) if "topic" in [fact["label"] for fact in part.get("items", ())]]
    assert [fact["value"] for fact in origin["items"] if fact["label"] == "repeated"] == ["orders/0 @1"]


def test_a_whole_name_opens_its_key_and_a_part_lists(shop: EventStore, open_page: Open) -> None:
    at = open_page("order")
    at.text_input(key="find").set_value("order-1").run()
    assert at.query_params == {"k": "order-1"}
    at.text_input(key="find").set_value("order").run()
    assert at.query_params == {"k": "order-1", "q": "order"}
