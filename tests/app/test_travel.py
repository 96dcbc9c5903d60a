"""The time machine page: blame, a field's history, when a condition held, two moments, what is taken along."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response
from streamlit.testing.v1 import AppTest

from eventstore import EventStore, Projector, load
from eventstore.settings import Settings
from tests import given
from tests.app.conftest import Open, answer_from
from tests.app.test_pages import parts, titles

FRAIL = """
from eventstore import Projection, streams_of

frail = Projection("frail", keys=streams_of("order"))


@frail.on("Order Created")
def created(state, event):
    return {"status": "created"}


@frail.on("Order Paid")
def paid(state, event):
    raise RuntimeError("no till")
"""


def table(at: AppTest, caption: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = [part for part in parts(at) if part.get("caption") == caption]
    assert len(found) == 1
    return found[0]


def cells(found: dict[str, Any]) -> list[list[str]]:
    return [[cell["text"] for cell in row["cells"]] for row in found["rows"]]


def titled(at: AppTest, title: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = [part for part in parts(at) if part.get("title") == title]
    assert len(found) == 1
    return found[0]


@pytest.fixture(params=["projected", "replayed"])
def told(request: pytest.FixtureRequest, shop: EventStore) -> EventStore:
    """The shop, told by its read models, and by a replay where there are none."""
    return request.getfixturevalue("projected") if request.param == "projected" else shop


def test_a_field_tells_every_value_it_had(told: EventStore, open_page: Open) -> None:
    found = table(open_page("order", k="order-1", path="status", e="3"), "Every value of status")
    assert [row[:2] for row in cells(found)] == [
        ["created", "Order Created #1"],
        ["paid", "Order Paid #2"],
        ["shipped", "Order Shipped #3"],
    ]
    assert [row[3] for row in cells(found)][:2] == ["1 min 1 s", "8 min 59 s"]
    assert [row["selected"] for row in found["rows"]] == [False, True, False]
    assert "e=1" in found["rows"][0]["href"]


def test_a_field_knows_no_later_value_than_the_moment(told: EventStore, open_page: Open) -> None:
    at = open_page("order", k="order-1", path="status", t="2026-03-01T12:05:00Z")
    assert [row[0] for row in cells(table(at, "Every value of status"))] == ["created", "paid"]


@pytest.mark.parametrize(
    ("condition", "held"),
    [
        ('status = "paid"', [["Order Paid #2", "Order Shipped #3"]]),
        (
            "status = created or status = shipped",
            [["Order Created #1", "Order Paid #2"], ["Order Shipped #3", "still so"]],
        ),
        ("total < 0", []),
    ],
)
def test_a_condition_is_answered_with_every_time_it_held(
    condition: str, held: list[list[str]], told: EventStore, open_page: Open
) -> None:
    at = open_page("order", k="order-1", when=condition)
    assert not at.exception
    found = [part for part in parts(at) if part.get("caption") == f"When {condition} held"]
    assert [[row[1], row[3]] for one in found for row in cells(one)] == held
    assert bool(found) == bool(held)
    assert ("never held" in titled(at, condition)["note"]) != bool(held)


def test_what_is_wrong_with_a_condition_is_marked(shop: EventStore, open_page: Open) -> None:
    at = open_page("order", k="order-1", when="total == 3")
    assert "write = for ==" in titled(at, "This condition cannot be read")["text"]
    assert at.code[0].value == "total == 3\n      ^"


def test_the_field_puts_the_condition_into_the_address(shop: EventStore, open_page: Open) -> None:
    at = open_page("order", k="order-1")
    at.text_input(key="key_when").set_value("total < 0").run()
    assert at.query_params["when"] == "total < 0"
    assert "total < 0" in titles(at)


def test_two_moments_are_compared(told: EventStore, open_page: Open) -> None:
    at = open_page("order", k="order-1", t2="2026-03-01T12:00:30Z")
    assert not at.exception
    changed = cells(table(at, "What differs between the two moments"))
    assert ["~", "status", "created", "shipped"] in changed
    assert "total" not in [row[1] for row in changed]
    between = table(at, "Events between the two moments")
    assert [row["id"] for row in between["rows"]] == ["3", "5"]


def test_a_later_second_moment_stands_behind(told: EventStore, open_page: Open) -> None:
    at = open_page("order", k="order-1", t="2026-03-01T12:00:30Z", t2="2026-03-01T13:00:00Z")
    assert ["~", "status", "created", "shipped"] in cells(table(at, "What differs between the two moments"))


def test_related_keys_are_told_as_they_were(projected: EventStore, open_page: Open) -> None:
    chips = {chip["text"]: chip["href"] for chip in titled(open_page("order", k="order-1"), "Related")["badges"]}
    assert any("k=payment-1" in href and "p=payments" in href for href in chips.values())
    early = parts(open_page("order", k="order-1", t="2026-03-01T12:00:30Z"))
    assert [part for part in early if part.get("title") == "Related"] == []


def test_a_late_event_says_what_it_rewrote(shop: EventStore, settings: Settings, open_page: Open) -> None:
    shop.append([given.event("order-1", "Order Delivered", {}, given.NOON + 900 * given.SECOND)])
    shop.append([given.event("order-1", "Order Paid", {"paid": 1}, given.NOON + 700 * given.SECOND)])
    Projector(shop, load(settings.projections)).catch_up()
    at = open_page("order", k="order-1", e="7")
    said = titled(at, "Late")["text"]
    assert "when Order Delivered #4 was known" in said
    assert "It rewrote the state: " in said


def answer(query: str) -> Response:
    """What the route answers; a browser test asks it over HTTP."""
    from app import exports

    return exports.reproduce(Request({"type": "http", "query_string": query.encode(), "headers": []}))


def text(query: str) -> str:
    """The file that it answers."""
    return bytes(answer(query).body).decode()


def test_the_test_that_is_taken_along_passes(told: EventStore, tmp_path: Path) -> None:
    given_back = answer("k=order-1&as=py&t=2026-03-01T12:05:00Z")
    assert given_back.headers["content-disposition"] == 'attachment; filename="test_order_1.py"'
    assert b"Order Shipped" not in given_back.body
    file = tmp_path / "test_order_1.py"
    file.write_bytes(given_back.body)
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(file)], check=False, cwd=tmp_path
    )
    assert ran.returncode == 0


def test_the_story_is_taken_along_as_lines_and_the_state_as_json(told: EventStore) -> None:
    lines = [json.loads(line) for line in text("k=order-1&as=jsonl").splitlines()]
    assert [line["position"] for line in lines] == [1, 3, 5]
    assert json.loads(text("k=order-1&as=json")) == lines[-1]["state"]


@pytest.mark.parametrize("query", ["k=order-404&as=py", "k=order-1&as=exe", "k=order-1&as=py&t=1999-01-01", "as=json"])
def test_where_there_is_nothing_to_take_it_is_said(query: str, shop: EventStore) -> None:
    assert answer(query).status_code == 404


@pytest.mark.parametrize("form", ["py", "jsonl", "json"])
def test_what_is_taken_along_is_masked(form: str, told: EventStore, settings: Settings) -> None:
    assert "Ada" in text("k=payment-1&as=jsonl")
    answer_from(replace(settings, mask=("card.holder",)))
    assert "Ada" not in text(f"k=payment-1&as={form}")


def test_a_condition_cannot_find_out_what_the_mask_hides(told: EventStore, settings: Settings, open_page: Open) -> None:
    condition = "total = 12.90"
    assert "held once" in titled(open_page("order", k="order-1", when=condition), condition)["note"]
    answer_from(replace(settings, mask=("total",)))
    assert "never held" in titled(open_page("order", k="order-1", when=condition), condition)["note"]


def test_the_command_writes_the_same_story(shop: EventStore, open_page: Open) -> None:
    (command,) = titled(open_page("order", k="order-1", e="3"), "Take it with you")["commands"]
    assert command.startswith("chronoscope reproduce orders order-1 --to test_order_1.py --at 2026-03-01T12:01:01")


def test_a_parked_story_says_where_and_why(
    shop: EventStore, settings: Settings, open_page: Open, tmp_path: Path
) -> None:
    file = tmp_path / "frail.py"
    file.write_text(FRAIL)
    frail = replace(settings, projections=(str(file),))
    answer_from(frail)
    Projector(shop, load(frail.projections)).catch_up()
    said = titled(open_page("order", k="order-1"), "order-1")
    assert "Parked: the fold could not take Order Paid #2 (RuntimeError: no till)" in said["text"]
    assert "parked" in [badge["text"] for badge in said["badges"]]
