"""Cause and effect on the pages: the flow as a tree, what an event did, and just before and just after it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from app.frames.cause import lead
from app.queries.causing import SHOWN
from eventstore import EventStore, NewEvent, Projector, load
from eventstore.settings import SHIPPED, Settings
from tests import given
from tests.app import in_view
from tests.app.conftest import Open, answer_from
from tests.app.test_pages import texts
from tests.app.test_travel import FRAIL, cells, table, titled

FLOW = "The flow, each event below its cause"
EFFECTS = "What the event did to each read model"
SECOND = given.SECOND


def event(kind: str, stream: str, second: float, cause: str | None = None, **data: Any) -> NewEvent:
    """An event of the one flow; its id is its type's."""
    return given.event(
        stream,
        kind,
        {"order_id": "1", **data},
        given.NOON + int(second * SECOND),
        id=kind.lower().replace(" ", "-"),
        correlation_id="visit-1",
        causation_id=cause,
        metadata={"service": "till"} if stream.startswith("payment") else {},
    )


@pytest.fixture
def visit(settings: Settings) -> Iterator[EventStore]:
    """An order placed by a command, paid after a long wait; that it was confirmed is learnt last, at commit 6."""
    with EventStore.open(settings.database_url, now=lambda: given.NOON + 3_600 * SECOND) as store:
        store.append([event("Order Created", "order-1", 0, "place-order", total=9)])
        store.append([event("Payment Completed", "payment-1", 2, "order-created", amount=9)])
        store.append([event("Order Paid", "order-1", 92, "payment-completed", paid=9)])
        store.append([event("Log Written", "log-till", 100)])
        store.append([given.event("order-2", "Order Created", {}, given.NOON + 93 * SECOND, causation_id="order-paid")])
        store.append([event("Order Confirmed", "order-1", 1, "order-created", reserved=2)])
        Projector(store, load(settings.projections)).catch_up()
        yield store


def ids(found: dict[str, Any]) -> list[str]:
    return [row["id"] for row in found["rows"]]


def parameters(href: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(href).query))


@pytest.mark.parametrize("page", ["order", "events"])
def test_the_flow_of_the_event_in_view_is_a_tree_of_links(page: str, visit: EventStore, open_page: Open) -> None:
    at = open_page(page, k="order-1", p="orders", e="3")
    found = table(at, FLOW)
    assert ids(found) == ["1", "6", "2", "3", "5", "4"]
    assert [row["cells"][0]["lead"] for row in found["rows"]] == ["", "+", "L", " ^", " ^", ""]
    assert [row["selected"] for row in found["rows"]] == [False, False, False, True, False, False]
    payment = found["rows"][2]
    assert payment["href"].startswith("order?")
    assert parameters(payment["href"]) == {"k": "payment-1", "e": "2"}
    assert parameters(found["rows"][0]["href"]) == {"k": "order-1", "p": "orders", "e": "1"}
    assert payment["cells"][0]["spoken"] == ", level 2, caused by Order Created #1"
    assert "another flow" in found["rows"][4]["cells"][0]["mark"]
    assert titled(at, "Flow")["note"] == "6 events in 4 streams over 1 min 40 s"


def test_each_wait_is_told_and_the_long_one_marked(visit: EventStore, open_page: Open) -> None:
    found = table(open_page("order", k="order-1", e="3"), FLOW)
    waits = {row["id"]: row["cells"][-1] for row in found["rows"]}
    assert {id_: (cell["text"], cell["mark"]) for id_, cell in waits.items()} == {
        "1": ("", ""), "6": ("1 s", ""), "2": ("2 s", ""), "3": ("1 min 30 s", "long"), "5": ("1 s", ""), "4": ("", ""),
    }  # fmt: skip
    assert waits["3"]["bar"] == 0.9
    assert waits["3"]["title"] == "1 min 30 s after Payment Completed #1: more than half of the flow's time"


def test_who_told_each_event_is_said_and_missing_causes_are_named(visit: EventStore, open_page: Open) -> None:
    found = table(open_page("order", k="order-1", e="3"), FLOW)
    assert [row[2] for row in cells(found)] == ["order", "order", "till", "order", "order", "log"]
    notes = {row["id"]: row["cells"][0]["note"] for row in found["rows"]}
    assert notes["1"] == "caused by place-order: no event here, a command or one that never came"
    assert notes["4"] == ""


@pytest.mark.parametrize(
    ("moment", "seen", "beyond"),
    [
        ({"t": "2026-03-01T12:00:10Z"}, ["1", "6", "2"], "2 events beyond"),
        ({"known": "5"}, ["1", "2", "3", "4"], "1 event beyond"),
    ],
    ids=str,
)
def test_events_beyond_the_moment_are_left_out_and_counted(
    moment: dict[str, str], seen: list[str], beyond: str, visit: EventStore, open_page: Open
) -> None:
    at = open_page("order", k="order-1", e="1", **moment)
    assert ids(table(at, FLOW)) == seen
    assert f"{beyond} this moment left out" in titled(at, "Flow")["note"]
    assert all(parameters(row["href"]).items() >= moment.items() for row in table(at, FLOW)["rows"])


def test_a_cause_of_another_flow_is_named_where_it_can_be_seen(visit: EventStore, open_page: Open) -> None:
    visit.append(
        [given.event("order-3", "Early", {}, given.NOON, id="early", causation_id="log-written", correlation_id="x")]
    )
    visit.append([given.event("order-3", "Later", {}, given.NOON, causation_id="early", correlation_id="x")])
    found = table(open_page("order", k="order-3", e="8"), FLOW)
    assert found["rows"][0]["cells"][0]["note"] == "caused by Log Written #1 of log-till, in another flow"
    found = table(open_page("order", k="order-3", e="8", t="2026-03-01T12:00:00Z"), FLOW)
    assert found["rows"][0]["cells"][0]["note"] == "caused by log-written, which is beyond this moment"


def test_a_cause_of_this_flow_that_is_beyond_the_moment_is_said_to_be(visit: EventStore, open_page: Open) -> None:
    early = {"correlation_id": "visit-1", "causation_id": "log-written"}
    visit.append([given.event("order-1", "Order Updated", {}, given.NOON, **early)])
    found = table(open_page("order", k="order-1", e="7", t="2026-03-01T12:00:00Z"), FLOW)
    assert [row["cells"][0]["note"] for row in found["rows"]][1] == "caused by log-written, which is beyond this moment"


def test_a_ring_is_shown_once_and_said_to_be_one(settings: Settings, open_page: Open) -> None:
    with EventStore.open(settings.database_url) as store:
        for number in (1, 2, 3):
            store.append([given.event("ring-1", "Went", {}, given.NOON + number, id=f"r{number}", correlation_id="ring", causation_id=f"r{number % 3 + 1}")])  # fmt: skip  # noqa: E501
    found = table(open_page("events", e="2"), FLOW)
    assert ids(found) == ["1", "3", "2"]
    assert "in a ring" in found["rows"][0]["cells"][0]["note"]


def test_a_long_flow_shows_a_part_and_says_so(settings: Settings, open_page: Open) -> None:
    """A chain of 500: the event in view, what led to it, and how many are not shown on either side."""
    with EventStore.open(settings.database_url) as store:
        made = [
            given.event(
                f"chain-{n}", "Went", {}, given.NOON + n, id=f"c{n}", correlation_id="c", causation_id=f"c{n - 1}"
            )
            for n in range(500)
        ]
        store.append(made)
    at = open_page("events", e="250")
    found = table(at, FLOW)
    assert len(found["rows"]) == SHOWN + 2
    assert "250" in ids(found)
    assert [cell[0] for cell in (cells(found)[0], cells(found)[-1])] == [
        "219 events of the flow not shown",
        "221 events of the flow not shown",
    ]
    assert titled(at, "Flow")["note"].startswith("500 events in 500 streams")


@pytest.mark.parametrize(
    ("alone", "rails", "signs"),
    [
        (False, (), ""),
        (True, (), "^"),
        (False, (True,), "+"),
        (False, (False,), "L"),
        (False, (True, False), "|L"),
        (False, (False, True), " +"),
        (True, (False, True), " |^"),
    ],
)
def test_the_lines_of_the_tree(alone: bool, rails: tuple[bool, ...], signs: str) -> None:
    assert lead(alone, rails) == signs


def effect(at: AppTest, row: str) -> list[list[str]]:
    """The key's row and those of what changed in it."""
    found = table(at, EFFECTS)
    return [
        [cell["text"] for cell in one["cells"]]
        for one in found["rows"]
        if one["id"] == row or one["id"].startswith(f"{row}/")
    ]


@pytest.mark.parametrize("page", ["order", "events"])
def test_effects_are_told_key_by_key_before_and_after(page: str, visit: EventStore, open_page: Open) -> None:
    at = open_page(page, k="order-1", e="3")
    assert effect(at, "orders/order-1") == [
        ["order-1", "Just before", "Just after"],
        ["+ paid", "", "9"],
        ["+ payments", "", "1"],
        ["~ status", "confirmed", "paid"],
    ]
    assert len(effect(at, "automatic/order-1")) == 3
    assert "payments, customers, stock" in texts(at)
    assert "no fold takes its type" in texts(at)
    assert titled(at, "Effects")["note"] == "on 2 keys of 2 read models"


def test_effects_are_those_that_were_believed(visit: EventStore, open_page: Open) -> None:
    at = open_page("order", k="order-1", e="3", known="5")
    assert ["~ status", "created", "paid"] in effect(at, "orders/order-1")


def test_a_late_event_says_what_it_rewrote(visit: EventStore, open_page: Open) -> None:
    found = table(open_page("events", e="6"), EFFECTS)
    notes = {row["id"]: row["cells"][0]["note"] for row in found["rows"]}
    assert "changed 2 values; it came late: the states behind 1 later event were rewritten" in notes["orders/order-1"]


def test_an_event_beyond_the_moment_has_no_effect_yet(visit: EventStore, open_page: Open) -> None:
    at = open_page("events", e="6", known="5")
    assert titled(at, "Effects")["text"] == "None yet: the event is beyond this moment."


def test_an_event_that_is_not_applied_yet_says_so(visit: EventStore, open_page: Open) -> None:
    visit.append([given.event("order-1", "Order Shipped", {}, given.NOON + 200 * SECOND)])
    at = open_page("events", e="7")
    assert "orders, automatic: not applied yet (checkpoint 6)" in texts(at)
    assert titled(at, "Effects")["note"] == "on no read model"


def test_the_folds_error_and_what_waits_behind_it(
    visit: EventStore, settings: Settings, open_page: Open, tmp_path: Path
) -> None:
    module = tmp_path / "frail.py"
    module.write_text(FRAIL)
    answer_from(replace(settings, projections=(str(module),)))
    visit.append([given.event("order-1", "Order Paid", {}, given.NOON + 200 * SECOND)])
    Projector(visit, load([str(module)])).catch_up()
    notes = [table(open_page("events", e=e), EFFECTS)["rows"][0]["cells"][0]["note"] for e in ("3", "7")]
    assert notes == [
        "frail: parked: the fold could not take it: RuntimeError: no till",
        "frail: waits: the key is parked since the event at position 3",
    ]
    assert "frail: no fold takes its type" in texts(open_page("events", e="6"))


def test_what_the_mask_hides_is_hidden_in_effects_and_flows(
    visit: EventStore, settings: Settings, open_page: Open
) -> None:
    answer_from(replace(settings, mask=("paid", "service", "order_id")))
    for page in ("order", "events"):
        assert ["+ paid", "", "•••"] in effect(open_page(page, k="order-1", e="3"), "orders/order-1")
    assert [row[2] for row in cells(table(open_page("order", k="order-1", e="3"), FLOW))][2] == "•••"


SECRET = """
from eventstore import Projection

secret = Projection("secret", keys=lambda event: (f"of-{event.data['paid']}",))


@secret.on("Order Paid")
def paid(state, event):
    return {"seen": 1}
"""


def test_a_key_that_the_mask_hides_is_not_told(
    visit: EventStore, settings: Settings, open_page: Open, tmp_path: Path
) -> None:
    module = tmp_path / "secret.py"
    module.write_text(SECRET)
    Projector(visit, load([str(module)])).catch_up()
    for mask, name in (((), "of-9"), (("paid",), "a key that is hidden")):
        answer_from(replace(settings, projections=(str(module),), mask=mask))
        at = open_page("events", e="3")
        assert effect(at, f"secret/{name}")[1:] == [["+ seen", "", "1"]]
        assert ("of-9" in json.dumps(table(at, EFFECTS))) == (not mask)


@pytest.fixture
def ties(settings: Settings) -> Iterator[EventStore]:
    """Three events of one order at one time, and one before them."""
    with EventStore.open(settings.database_url, now=lambda: given.NOON + 3_600 * SECOND) as store:
        store.append([given.event("order-1", "Order Created", {"total": 9}, given.NOON)])
        for kind in ("Order Confirmed", "Order Paid", "Order Packed"):
            store.append([given.event("order-1", kind, {"paid": 9}, given.NOON + SECOND)])
        Projector(store, load(SHIPPED)).catch_up()
        yield store


def jumps(at: AppTest, title: str) -> tuple[dict[str, str], dict[str, str]]:
    links = {link["text"]: parameters(link["href"]) for link in titled(at, title)["links"]}
    return links["Just before"], links["Just after"]


@pytest.mark.parametrize("given_by", ["detail", "card", "effects"])
@pytest.mark.parametrize(
    ("position", "before", "after"),
    [("2", "created", "confirmed"), ("3", "confirmed", "paid"), ("4", "paid", "packed")],
)
def test_just_before_shows_the_state_without_the_event_and_just_after_with_it(
    position: str, before: str, after: str, given_by: str, ties: EventStore, open_page: Open
) -> None:
    if given_by == "effects":
        rows = table(open_page("events", e=position), EFFECTS)["rows"]
        (row,) = [row for row in rows if row["id"] == "orders/order-1"]
        links = tuple(parameters(cell["href"]) for cell in row["cells"][1:])
    elif given_by == "detail":
        names = {"2": "Order Confirmed", "3": "Order Paid", "4": "Order Packed"}
        links = jumps(open_page("events", e=position), names[position])
    else:
        names = {"2": "by Order Confirmed #2", "3": "by Order Paid #3", "4": "by Order Packed #4"}
        links = jumps(open_page("order", k="order-1", e=position), names[position])
    shown = [in_view.state(open_page("order", **place))["status"] for place in links]
    assert shown == [f'"{before}"', f'"{after}"']
    assert links[1]["e"] == position


def test_just_before_the_first_event_the_key_is_not_there_yet(ties: EventStore, open_page: Open) -> None:
    before, _ = jumps(open_page("events", e="1"), "Order Created")
    assert before == {"t": "2026-03-01T11:59:59.999999Z", "k": "order-1"}
    assert "Not there yet" in texts(open_page("order", **before))
