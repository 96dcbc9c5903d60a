"""The Services page over a told outage: before it, in it, behind it; and where there is nothing to show."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from eventstore import EventStore
from eventstore.settings import Settings
from tests import given, outage
from tests.app.conftest import Open, answer_from
from tests.app.test_models import cards, cells, table
from tests.app.test_pages import parts, texts, titles


@pytest.fixture
def told(settings: Settings) -> Iterator[EventStore]:
    """A store that was told of the outage."""
    answer_from(replace(settings, projections=(*settings.projections, outage.MODELS)))
    with EventStore.open(settings.database_url, now=lambda: given.NOON + 3_600 * given.SECOND) as store:
        outage.tell(store)
        yield store


def drawn(at: AppTest) -> dict[str, Any]:
    """What the map was given."""
    (found,) = [part for part in parts(at) if "nodes" in part]
    return dict(found)


def node(at: AppTest, name: str) -> dict[str, Any]:
    (found,) = [one for one in drawn(at)["nodes"] if one["id"] == name]
    return dict(found)


def edge(at: AppTest, name: str) -> dict[str, Any]:
    (found,) = [one for one in drawn(at)["edges"] if one["id"] == name]
    return dict(found)


def query(href: str) -> dict[str, str]:
    return dict(parse_qsl(href.partition("?")[2]))


ICONS = {"closed": "✓", "half open": "◷", "open": "✕"}

MOMENTS = [
    (outage.WELL, "2 of 2 up", ["1 up", "2 up"], "closed"),
    (outage.ILL, "1 of 2 up", ["1 unhealthy", "2 up"], "closed, 3 failed"),
    (outage.OPEN, "1 of 2 up", ["1 unhealthy", "2 up"], "open, 3 failed"),
    (outage.DOWN, "1 of 2 up", ["1 expired", "2 up"], "open, 3 failed"),
    (outage.HALF, "1 of 2 up", ["1 expired", "2 up"], "half open, 3 failed"),
    (outage.OVER, "2 of 2 up", ["1 up", "2 up"], "closed, 3 failed"),
    (outage.OVER + 120, "2 of 2 up", ["1 up", "2 up"], "closed"),
]


@pytest.mark.parametrize(("seconds", "word", "instances", "breaker"), MOMENTS, ids=str)
def test_the_map_shows_how_it_was(
    seconds: int, word: str, instances: list[str], breaker: str, told: EventStore, open_page: Open
) -> None:
    at = open_page("services", t=outage.at(seconds))
    assert not at.exception
    payments = node(at, "payments")
    assert (payments["text"], [line["text"] for line in payments["lines"]]) == (word, instances)
    assert payments["failing"] == (word != "2 of 2 up")
    calls = edge(at, "gateway to payments")
    assert (calls["text"], calls["failing"]) == (breaker, breaker != "closed")
    assert calls["icon"] == ("◷" if breaker == "closed, 3 failed" else ICONS[breaker.partition(",")[0]])


def places(at: AppTest) -> list[Any]:
    """Where the boxes stand."""
    return [(one["id"], one["column"], one["top"], one["height"]) for one in drawn(at)["nodes"]]


def test_what_was_not_known_yet_stands_in_its_place_and_is_faint(told: EventStore, open_page: Open) -> None:
    now, then = open_page("services"), open_page("services", t=outage.at(outage.DOWN))
    first = open_page("services", known="1")
    assert places(now) == places(then) == places(first)
    assert (node(then, "shipping")["text"], node(then, "shipping")["faint"]) == ("not known yet", True)
    assert (node(now, "shipping")["text"], node(now, "shipping")["faint"]) == ("1 of 1 up", False)
    assert node(now, "cards")["text"] == "in no registry"
    assert edge(first, "gateway to payments")["text"] == "no calls yet"


def test_the_cards_count_what_the_map_shows(told: EventStore, open_page: Open) -> None:
    found = cards(open_page("services", t=outage.at(outage.DOWN)))
    assert found == {
        "Instances up": "3",
        "Unhealthy": "0",
        "Expired": "1",
        "Breakers open": "2",
        "Calls a minute": "72",
        "Failed calls": "3",
    }


def test_calls_that_nobody_sums_up_any_more_are_not_counted(told: EventStore, open_page: Open) -> None:
    assert cards(open_page("services", t=outage.at(400)))["Calls a minute"] == "0"


def test_a_line_leads_to_its_row_and_a_box_narrows_the_lists(told: EventStore, open_page: Open) -> None:
    moment = {"t": outage.at(outage.DOWN)}
    at = open_page("services", **moment)
    assert query(edge(at, "gateway to payments")["href"]) == {**moment, "k": "gateway/1 to payments", "p": "calls"}
    chosen = query(node(at, "orders")["href"])
    assert chosen == {**moment, "service": "orders"}
    narrowed = open_page("services", **chosen)
    assert "called by gateway; calls payments" in texts(narrowed)
    assert "logs?t=2026-03-01T12%3A02%3A10Z&stream=log-orders" in texts(narrowed)
    assert [row[0] for row in cells(narrowed, "Instances")] == ["orders/1"]
    assert [row[0] for row in cells(narrowed, "Calls")] == ["gateway/1 to orders", "orders/1 to payments"]
    assert [row[1] for row in cells(narrowed, "How it spread")] == ["orders/1", *["orders/1 to payments"] * 3]
    assert query(node(narrowed, "orders")["href"]) == moment
    assert edge(narrowed, "gateway to payments")["faint"]


def test_rows_lead_to_their_stories(told: EventStore, open_page: Open) -> None:
    at = open_page("services", t=outage.at(outage.DOWN))
    (row,) = [row for row in table(at, "Instances")["rows"] if row["id"] == "payments/1"]
    assert [cell["text"] for cell in row["cells"]][1:3] == ["expired", "http://payments:1"]
    assert row["cells"][2]["note"] == "ReadTimeout"
    assert query(row["href"])["p"] == "instances"
    (row,) = [row for row in table(at, "Calls")["rows"] if row["id"] == "orders/1 to payments"]
    assert [cell["text"] for cell in row["cells"]][1:8] == ["open", "8", "40", "0", "0", "1", "0"]
    assert query(row["href"])["k"] == "orders/1 to payments"


def test_how_it_spread_is_walked_from_event_to_event(told: EventStore, open_page: Open) -> None:
    at = open_page("services", t=outage.at(outage.DOWN))
    rows = table(at, "How it spread")["rows"]
    names = [row["cells"][0]["text"] for row in rows]
    here = [row["selected"] for row in rows].index(True)
    assert names[here - 3 : here + 3] == [
        "Service Unhealthy",
        "Breaker Opened",
        "Instance Expired",
        "Breaker Opened",
        "Bulkhead Full",
        "Breaker Half Opened",
    ]
    assert [row["cells"][3]["text"] for row in rows][here - 2 : here + 1] == ["5 s", "2 s", "3 s"]
    assert rows[here + 1]["separator"] == "behind this moment"
    before, after = (query(href)["t"] for href in (rows[here]["cells"][4]["href"], rows[here]["href"]))
    assert edge(open_page("services", t=before), "orders to payments")["text"] == "closed"
    assert edge(open_page("services", t=after), "orders to payments")["text"] == "open"
    assert query(rows[here]["cells"][1]["href"])["k"] == "orders/1 to payments"


def test_live_nothing_lies_behind(told: EventStore, open_page: Open) -> None:
    rows = table(open_page("services"), "How it spread")["rows"]
    assert rows[-1]["selected"]
    assert rows[-1]["cells"][0]["text"] == "Instance Registered"


def test_a_service_that_does_not_exist_is_told(told: EventStore, open_page: Open) -> None:
    at = open_page("services", service="nobody")
    assert "There is no service nobody" in titles(at)
    assert "payments" in texts(at)


def test_before_everything_the_map_is_faint_and_the_first_trouble_lies_behind(
    told: EventStore, open_page: Open
) -> None:
    at = open_page("services", t="1999-01-01")
    assert all(one["faint"] for one in drawn(at)["nodes"])
    first = table(at, "How it spread")["rows"][0]
    assert (first["separator"], first["selected"]) == ("behind this moment, Sun 1 Mar 2026", False)


def test_where_nothing_was_known_no_trouble_was_told(told: EventStore, open_page: Open) -> None:
    at = open_page("services", known="0")
    assert all(one["faint"] for one in drawn(at)["nodes"])
    assert "No trouble was told up to this moment." in texts(at)


def test_without_the_read_models_the_page_says_what_it_needs(projected: EventStore, open_page: Open) -> None:
    at = open_page("services")
    assert "No services to show" in titles(at)
    assert "make shop" in texts(at)
    assert outage.MODELS in texts(at)


def test_without_a_word_of_the_platform_it_says_the_same(settings: Settings, open_page: Open) -> None:
    answer_from(replace(settings, projections=(*settings.projections, outage.MODELS)))
    with EventStore.open(settings.database_url) as store:
        outage.level(store)
    assert "No services to show" in titles(open_page("services"))


def test_a_mask_hides_what_the_map_is_made_of(told: EventStore, settings: Settings, open_page: Open) -> None:
    models = (*settings.projections, outage.MODELS)
    answer_from(replace(settings, projections=models, mask=("address",)))
    assert "http://payments:1" not in texts(open_page("services"))
    answer_from(replace(settings, projections=models, mask=("caller",)))
    assert "No services to show" in titles(open_page("services"))


def test_many_instances_are_counted_and_those_in_trouble_told(told: EventStore, open_page: Open) -> None:
    told.append([outage.about("Instance Registered", "payments", number, 300 + number) for number in range(3, 8)])
    told.append([outage.about("Instance Expired", "payments", 7, 320)])
    outage.level(told)
    lines = [line["text"] for line in node(open_page("services"), "payments")["lines"]]
    assert lines == ["7 expired", "1 up", "2 up", "3 up", "and 3 more"]
