"""The pages of read models over a real store: rows, curves, two moments, who was ever so, and what is wrong."""

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from eventstore import EventStore, Projection, Projector, RecordedEvent, State, load
from eventstore.settings import Settings
from tests import given
from tests.app import in_view
from tests.app.conftest import Open, answer_from
from tests.app.test_pages import parts, texts, titles


def table(at: AppTest, caption: str) -> dict[str, Any]:
    (found,) = [part for part in parts(at) if part.get("caption") == caption]
    return dict(found)


def cells(at: AppTest, caption: str) -> list[list[str]]:
    return [[cell["text"] for cell in row["cells"]] for row in table(at, caption)["rows"]]


def cards(at: AppTest) -> dict[str, str]:
    return {card["label"]: card["value"] for part in parts(at) for card in part.get("cards", [])}


MOMENTS: list[dict[str, str]] = [
    {},
    {"t": "2026-03-01T12:01:30Z"},
    {"known": "3"},
    {"known": "1", "t": "2026-03-01T12:00:30Z"},
    {"t": "1999-01-01"},
    {"known": "0"},
    {"t2": "2026-03-01T12:00:30Z"},
    {"t2": "2026-03-01T12:00:30Z", "known": "3"},
    {"t2": "1999-01-01", "move": '[null,"shipped"]'},
    {"t2": "2026-03-01T12:00:30Z", "move": "nonsense"},
    {"ever": "1", "f": "status = created"},
    {"f": "status = paid", "by": "nonsense", "sum": "nonsense", "row": "nonsense", "p": "nonsense"},
    {"row": '[1,"x","y"]'},
    {"when": "status = paid", "row": "nonsense", "f": "nonsense"},
    {"when": "status = paid", "row": '["order-1","x"]', "known": "3"},
    {"p": "payments", "by": "method", "sum": "captured"},
    {"p": "automatic"},
]


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
@pytest.mark.parametrize("page", ["models", "projections", "overview"])
def test_a_page_answers(page: str, moment: dict[str, str], projected: EventStore, open_page: Open) -> None:
    at = open_page(page, **moment)
    assert not at.exception
    assert not {"This page failed", "The store did not answer"} & set(titles(at))


def test_rows_are_those_of_the_moment(projected: EventStore, open_page: Open) -> None:
    rows = cells(open_page("models", p="orders"), "Keys of orders")
    assert [(row[0], row[1], row[3]) for row in rows] == [("order-1", "shipped", "12.90"), ("order-2", "created", "-")]
    earlier = cells(open_page("models", p="orders", t="2026-03-01T12:01:30Z"), "Keys of orders")
    assert [row[:2] for row in earlier] == [["order-1", "paid"]]
    known = cells(open_page("models", p="orders", known="1"), "Keys of orders")
    assert [row[:2] for row in known] == [["order-1", "created"]]


def test_a_row_leads_to_the_story_in_that_read_model_at_the_moment(projected: EventStore, open_page: Open) -> None:
    at = open_page("models", p="automatic", t="2026-03-01T12:01:30Z")
    (row,) = [row for row in table(at, "Keys of automatic")["rows"] if row["id"] == "order-1"]
    assert row["href"] == "order?t=2026-03-01T12%3A01%3A30Z&k=order-1&p=automatic"


def test_counts_and_sums_are_those_of_the_moment(projected: EventStore, open_page: Open) -> None:
    at = open_page("models", p="orders", t="2026-03-01T12:01:30Z")
    assert (cards(at)["Keys"], cards(at)["Sum of paid"]) == ("1", "12.90")
    assert [row[:2] for row in cells(at, "Keys by status")] == [["paid", "1"], ["created", "0"], ["shipped", "0"]]


@pytest.mark.parametrize(
    ("conditions", "keys"),
    [
        ("status = shipped", ["order-1"]),
        ("status != shipped", ["order-2"]),
        ("paid > 12.8 and status = shipped", ["order-1"]),
        ("paid > 12.9", None),
        ("paid is nothing", ["order-2"]),
        ('customer_id is nothing and status = "created"', ["order-2"]),
    ],
)
def test_conditions_narrow_the_rows(
    conditions: str, keys: list[str] | None, projected: EventStore, open_page: Open
) -> None:
    at = open_page("models", p="orders", f=conditions)
    if keys is None:
        assert "No keys of orders here" in titles(at)
    else:
        assert [row[0] for row in cells(at, "Keys of orders")] == keys


@pytest.mark.parametrize(
    ("conditions", "said"),
    [
        ("status", "cannot be read at character 7"),
        ("colour = red", "There is no facet colour"),
        ("paid = much", "'much' is no decimal"),
        ("paid > nothing", "'nothing' is no decimal"),
    ],
)
@pytest.mark.parametrize("mode", [{}, {"ever": "1"}], ids=str)
def test_conditions_that_cannot_be_asked_are_said_so(
    mode: dict[str, str], conditions: str, said: str, projected: EventStore, open_page: Open
) -> None:
    at = open_page("models", p="orders", f=conditions, **mode)
    assert "These conditions cannot be asked" in titles(at)
    assert said in texts(at)


def test_a_tally_narrows_and_is_taken_back(projected: EventStore, open_page: Open) -> None:
    (row,) = [row for row in table(open_page("models", p="orders"), "Keys by status")["rows"] if row["id"] == "created"]
    assert row["href"] == "?p=orders&f=status+%3D+created"
    at = open_page("models", p="orders", f="status = created")
    (row,) = [row for row in table(at, "Keys by status")["rows"] if row["id"] == "created"]
    assert (row["selected"], row["href"]) == (True, "?p=orders")


def test_two_moments_are_compared_and_each_number_opens_its_keys(projected: EventStore, open_page: Open) -> None:
    at = open_page("models", p="orders", t2="2026-03-01T12:00:30Z")
    assert {name: cards(at)[name] for name in ("Appeared", "Gone", "Changed")} == {
        "Appeared": "1",
        "Gone": "0",
        "Changed": "1",
    }
    matrix = table(at, "Keys that changed, by value before and after")
    numbers = {
        (row["id"], matrix["columns"][place]["title"]): cell["href"]
        for row in matrix["rows"]
        for place, cell in enumerate(row["cells"])
        if cell["href"]
    }
    assert set(numbers) == {("(new)", "created"), ("created", "shipped")}
    behind = open_page("models", p="orders", t2="2026-03-01T12:00:30Z", move='["created", "shipped"]')
    assert [row[0] for row in cells(behind, "Keys that changed")] == ["order-1"]
    assert "status created → shipped" in cells(behind, "Keys that changed")[0][1]
    new = open_page("models", p="orders", t2="2026-03-01T12:00:30Z", move='[null, "created"]')
    assert [row[0] for row in cells(new, "Keys that changed")] == ["order-2"]


def test_either_moment_may_come_first(projected: EventStore, open_page: Open) -> None:
    at = open_page("models", p="orders", t="2026-03-01T12:00:30Z", t2="2026-03-01T13:00:00Z")
    assert cards(at)["Appeared"] == "1"


def test_who_was_ever_so_is_told_with_the_times(projected: EventStore, open_page: Open) -> None:
    at = open_page("models", p="orders", f="status = created", ever="1")
    rows = {row[0]: row for row in cells(at, "Keys that were ever so")}
    assert rows["order-2"][1] == "still so"
    assert (rows["order-1"][1], rows["order-1"][5]) == ("not any more", "1 min 1 s")


PAID = "status = paid"


def test_when_a_condition_held_is_told_of_all_keys_with_the_events(projected: EventStore, open_page: Open) -> None:
    at = open_page("models", p="orders", when=PAID)
    (row,) = cells(at, f"When {PAID} held")
    assert (row[0], row[2], row[4], row[5]) == ("order-1", "Order Paid #2", "Order Shipped #3", "8 min 59 s")
    assert "held of 1 key, at any time up to now; searched all 1 key that an index names" in texts(at)
    (held,) = table(at, f"When {PAID} held")["rows"]
    assert held["href"] == "order?t=2026-03-01T12%3A01%3A01.000000Z&k=order-1&p=orders&when=status+%3D+paid"
    assert "t=2026-03-01T12%3A10%3A00.000000Z" in held["cells"][4]["href"]


def test_when_stands_at_the_moment(projected: EventStore, open_page: Open) -> None:
    at = open_page("models", p="orders", when=PAID, t="2026-03-01T12:05:00Z")
    (row,) = cells(at, f"When {PAID} held")
    assert row[3:] == ["at the moment", "still so", "3 min 59 s"]
    assert "It never held" in titles(open_page("models", p="orders", when=PAID, known="1"))
    assert "It never held" in titles(open_page("models", p="orders", when="total < 0"))


def test_a_condition_that_cannot_be_read_is_marked(projected: EventStore, open_page: Open) -> None:
    at = open_page("models", p="orders", when="status == paid")
    assert "This condition cannot be read" in titles(at)
    assert "write = for ==" in texts(at)
    assert [code.value for code in at.code] == ["status == paid\n       ^"]


def test_a_search_that_is_not_over_says_how_far_it_came(
    projected: EventStore, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eventstore.histories.searching.MOST_KEYS", 1)
    monkeypatch.setattr("app.queries.searching.SECONDS", 0)
    at = open_page("models", p="orders", when="status is not nothing and total is nothing")
    assert "Nothing found so far" in titles(at)
    assert "held of no key so far, at any time up to now; searched 3 of at most 4 states, 1 keys" in texts(at)
    (go_on,) = {one["href"] for part in parts(at) for one in part.get("links", []) if one["text"] == "Go on"}
    row = dict(parse_qsl(go_on.removeprefix("?")))["row"]
    at = open_page("models", p="orders", when="status is not nothing and total is nothing", row=row)
    assert [row[0] for row in cells(at, "When status is not nothing and total is nothing held")] == ["order-2"]
    assert "held of 1 key, at any time up to now; searched all 2 keys, 4 states" in texts(at)


def test_a_key_that_changed_often_leads_to_its_story(
    projected: EventStore, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = ["Order Refunded", "Order Paid"] * 7
    projected.append(
        [
            given.event("order-1", kind, {"paid": 1}, given.NOON + (700 + 10 * number) * given.SECOND)
            for number, kind in enumerate(kinds)
        ]
    )
    Projector(projected, load(Settings().projections)).catch_up()
    rows = table(open_page("models", p="orders", when=PAID), f"When {PAID} held")["rows"]
    assert [row["cells"][0]["text"] for row in rows] == ["order-1"] * 6
    assert (rows[-1]["cells"][1]["text"], rows[-1]["href"]) == (
        "3 more times",
        "order?k=order-1&p=orders&when=status+%3D+paid",
    )


def test_other_conditions_are_no_part_of_when(projected: EventStore, open_page: Open) -> None:
    at = open_page("models", p="orders", when=PAID, f="status = created")
    assert len(cells(at, f"When {PAID} held")) == 1
    assert "The conditions status = created are no part of this question" in texts(at)


@pytest.mark.parametrize("mask", ["status", "total"])
def test_a_condition_does_not_find_out_what_a_mask_hides(
    mask: str, projected: EventStore, settings: Settings, open_page: Open
) -> None:
    guesses = {"status": ("status = shipped", "status = never"), "total": ("total = 12.90", "total = 12.91")}[mask]
    assert "It never held" not in titles(open_page("models", p="orders", when=guesses[0]))
    answer_from(replace(settings, mask=(mask,)))
    right, wrong = (
        [(part.get("note"), part.get("text")) for part in parts(open_page("models", p="orders", when=guess))]
        for guess in guesses
    )
    assert "It held of no key of orders up to this moment" in str(right)
    assert right == wrong, "what is said of a right guess differs from what is said of a wrong one"
    assert f"Hidden by the mask, so not found out here: {mask}." in str(right)


def test_an_older_belief_says_that_its_cost_grows(projected: EventStore, open_page: Open) -> None:
    assert "stored rows were looked through" in texts(open_page("models", p="orders", known="3"))
    assert "stored rows were looked through" not in texts(open_page("models", p="orders"))


def test_without_a_build_the_command_is_named(shop: EventStore, open_page: Open) -> None:
    at = open_page("models")
    assert "Not projected yet" in titles(at)
    assert "chronoscope project" in texts(at)
    assert "not projected" in texts(open_page("projections"))


def test_lag_is_told_in_events_and_time(projected: EventStore, open_page: Open) -> None:
    projected.append([given.event("order-3", "Order Created", {}, given.NOON)])
    at = open_page("projections", p="orders")
    (row,) = [row for row in table(at, "Read models")["rows"] if row["id"] == "orders"]
    assert [cell["text"] for cell in row["cells"]][1:4] == ["catching up", "5", "1"]
    assert row["cells"][-1]["text"] == "chronoscope project"


def fragile() -> Projection:
    """Parks a key at its payment; cannot tell the keys of a shipment."""

    def keys(event: RecordedEvent) -> list[str]:
        if event.type == "Order Shipped":
            raise LookupError("no parcel of Ada Lovelace")
        return [event.stream]

    one = Projection("fragile", keys=keys)

    @one.on("Order Created", "Order Shipped")
    def created(state: State, _: RecordedEvent) -> State:
        return {**state, "status": "created"}

    @one.on("Order Paid")
    def paid(_: State, event: RecordedEvent) -> State:
        raise ValueError(f"{event.data['paid']} is too much for Ada Lovelace")

    return one


@pytest.fixture
def ailing(shop: EventStore, settings: Settings) -> EventStore:
    """A read model with a parked key and an unrouted event beside the shop's own."""
    Projector(shop, [*load(settings.projections), fragile()]).catch_up()
    return shop


def test_parked_keys_and_unrouted_events_are_told_with_their_events(ailing: EventStore, open_page: Open) -> None:
    at = open_page("projections", p="fragile")
    (parked,) = table(at, "Parked keys")["rows"]
    assert (parked["id"], parked["cells"][1]["href"]) == ("order-1", "events?e=3&p=fragile")
    assert "is too much for Ada Lovelace" in parked["cells"][3]["text"]
    (unrouted,) = table(at, "Unrouted events")["rows"]
    assert (unrouted["id"], unrouted["href"]) == ("5", "events?e=5&p=fragile")
    assert "chronoscope heal fragile" in texts(at)


def test_errors_of_folds_are_hidden_by_a_mask(ailing: EventStore, settings: Settings, open_page: Open) -> None:
    answer_from(replace(settings, mask=("card.holder",)))
    for page in ("projections", "models", "order"):
        at = open_page(page, p="fragile", k="order-1")
        assert not at.exception
        assert "Ada Lovelace" not in texts(at)


def test_the_proof_and_its_drifts_are_told(projected: EventStore, open_page: Open) -> None:
    drifts = json.dumps([{"key": "order-2", "what": "the state differs"}])
    with projected.write() as writer:
        writer.execute("INSERT INTO proofs VALUES (1, 5, ?, 2, 2, ?)", (given.NOON, drifts))
        writer.execute("INSERT INTO proofs VALUES (2, 5, ?, 1, 1, '[]')", (given.NOON,))
    at = open_page("projections")
    rows = {row[0]: row for row in cells(at, "Read models")}
    assert (rows["orders"][1], rows["orders"][7], rows["orders"][8]) == (
        "drifted",
        "1 drift at #5",
        "chronoscope rebuild orders",
    )
    assert rows["payments"][7] == "all keys at #5"
    assert cells(at, "Drifted keys") == [["order-2", "the state differs"]]


def test_masked_facets_are_neither_shown_nor_asked(projected: EventStore, settings: Settings, open_page: Open) -> None:
    answer_from(replace(settings, mask=("paid", "total", "status")))
    for more in ({}, {"t2": "2026-03-01T12:00:30Z"}, {"by": "status", "sum": "paid"}):
        at = open_page("models", p="orders", **more)
        assert not at.exception
        assert "12.90" not in texts(at)
        assert "shipped" not in texts(at)
    assert "There is no facet paid" in texts(open_page("models", p="orders", f="paid > 1"))


def test_a_story_is_read_from_the_read_model_of_the_link(projected: EventStore, open_page: Open) -> None:
    assert "read from orders" in texts(open_page("order", k="order-1"))
    at = open_page("order", k="order-1", p="automatic", t="2026-03-01T12:05:00Z")
    assert "read from automatic" in texts(at)
    assert "1 beyond this moment" in texts(at)


def test_a_story_has_the_events_that_no_fold_takes(shop: EventStore, settings: Settings, open_page: Open) -> None:
    shop.append([given.event("order-1", "Order Gift Wrapped", {}, given.NOON + 300 * given.SECOND)])
    Projector(shop, load(settings.projections)).catch_up()
    at = open_page("order", k="order-1", e="6")
    assert "read from orders" in texts(at)
    assert in_view.story(at) == [1, 3, 6, 5]
    assert in_view.state(at)["status"] == '"paid"'
    assert in_view.changed(at) == []
    assert "status" in in_view.changed(open_page("order", k="order-1", e="5"))


def test_a_key_that_is_no_stream_has_a_story(shop: EventStore, settings: Settings, open_page: Open) -> None:
    objects = {"objects": [{"type": "item", "id": "7"}]}
    shop.append(
        [given.event("order-2", "Item Picked", {"shelf": "B4"}, given.NOON + 130 * given.SECOND, metadata=objects)]
    )
    Projector(shop, load(settings.projections)).catch_up()
    at = open_page("order", k="item-7")
    assert "read from automatic" in texts(at)
    assert in_view.story(at) == [6]
    assert in_view.state(at)["shelf"] == '"B4"'


def test_a_story_that_went_on_behind_the_read_model_is_replayed(projected: EventStore, open_page: Open) -> None:
    projected.append([given.event("order-2", "Order Paid", {"paid": 5}, given.NOON + 700 * given.SECOND)])
    at = open_page("order", k="order-2")
    assert "replayed with orders: the read model stands at #5" in texts(at)
    assert in_view.state(at)["status"] == '"paid"'
    assert "read from orders" in texts(open_page("order", k="order-1"))
    earlier = open_page("order", k="order-2", known="5")
    assert "read from orders" in texts(earlier)
    assert in_view.state(earlier)["status"] == '"created"'


def test_the_overview_counts_read_models(projected: EventStore, open_page: Open) -> None:
    assert cards(open_page("overview", t="2026-03-01T12:01:30Z"))["orders"] == "1"
    assert cards(open_page("overview"))["orders"] == "2"


@pytest.mark.parametrize(
    ("field", "typed", "parameters"),
    [
        ("model_f", "status = paid", {"f": "status = paid", "p": "orders"}),
        ("model_when", "total < 0", {"when": "total < 0", "p": "orders"}),
        ("model_t2", "2026-03-01 12:00", {"t2": "2026-03-01T12:00:00.000000Z"}),
    ],
)
def test_what_is_typed_goes_into_the_address(
    field: str, typed: str, parameters: dict[str, str], projected: EventStore, open_page: Open
) -> None:
    at = open_page("models", p="orders", row="[1,2,3]")
    at.text_input(key=field).set_value(typed).run()
    assert {name: at.query_params[name] for name in parameters} == parameters
    assert "row" not in at.query_params


def test_another_read_model_begins_anew(projected: EventStore, open_page: Open) -> None:
    at = open_page("models", p="orders", f="status = paid", when=PAID, t="2026-03-01T12:05:00Z")
    at.selectbox(key="model_p").set_value("payments").run()
    assert dict(at.query_params) == {"p": "payments", "t": "2026-03-01T12:05:00Z"}
