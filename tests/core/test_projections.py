"""The shipped read models: what each says of a short story, and that odd payloads stop none of them."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventstore.core.canonical import encode
from eventstore.core.event import TOMBSTONE
from eventstore.core.projection import Projection, load
from eventstore.core.replay import replay, steps
from eventstore.settings import SHIPPED
from tests.given import recorded

MODELS = {one.name: one for one in load(SHIPPED)}
CATEGORY = {
    "orders": "order",
    "payments": "payment",
    "customers": "customer",
    "stock": "stock",
    "shipments": "shipment",
    "notifications": "notification",
    "service_logs": "log",
    "automatic": "any",
}


def told(name: str, *story: tuple[str, Any]) -> Any:
    """The state after the story, an event a second, all of them in the model's own category."""
    category = CATEGORY[name]
    events = [
        recorded(n, at=n * 1_000_000, type=kind, data=encode(data), category=category, stream=f"{category}-1")
        for n, (kind, data) in enumerate(story, 1)
    ]
    return replay(MODELS[name], events)


def test_a_payment_counts_what_comes_in_and_what_goes_back() -> None:
    asked, came = ("Payment Requested", {"amount": 20, "method": "card"}), ("PaymentCompleted", {"amount": "20.00"})
    twice = told("payments", asked, ("Payment Failed", {"reason": "timeout"}), asked, came, came)
    assert (twice["status"], twice["attempts"], twice["captures"]) == ("completed", 2, 2)
    assert (twice["captured"], twice["requested_at"]) == (Decimal("40.00"), "1970-01-01T00:00:01.000000Z")
    half = told("payments", asked, came, came, ("Payment Refunded", {"amount": 20}))
    assert (half["status"], half["refunded"]) == ("partly refunded", 20)
    assert told("payments", asked, came, ("Payment Refunded", {"amount": 20}))["status"] == "refunded"
    assert told("payments", asked, ("Payment Declined", {"reason": "limit"}))["reason"] == "limit"


def test_money_that_is_none_parks_the_payment() -> None:
    event = recorded(1, type="Payment Completed", data='{"amount": "much"}', category="payment")
    (step,) = steps(MODELS["payments"], [event])
    assert step.error is not None
    assert "'much' is no amount of money" in step.error


def test_an_order_adds_up_its_payments() -> None:
    paid = ("Order Paid", {"paid": Decimal("10.10")})
    order = told(
        "orders", ("Order Created", {"total": Decimal("10.10")}), paid, paid, ("Order Refunded", {"refunded": 3})
    )
    assert (order["paid"], order["payments"], order["refunded"]) == (Decimal("20.20"), 2, 3)
    assert told("orders", ("Order Paid", {"paid": True}), ("Order Paid", {"paid": True}))["paid"] is True


def test_stock_is_the_sum_of_its_moves_in_any_order() -> None:
    moves = [
        ("Stock Received", 10),
        ("StockReserved", 4),
        ("Stock Picked", 3),
        ("Stock Released", 1),
        ("Stock Returned", 1),
    ]
    story = [(kind, {"sku": "TEA-1", "quantity": many}) for kind, many in moves]
    for order in (story, story[::-1]):
        shelf = told("stock", *order)
        assert (shelf["on_hand"], shelf["reserved"], shelf["available"]) == (8, 0, 8)
        assert (shelf["received"], shelf["picked"], shelf["returned"], shelf["sku"]) == (10, 3, 1, "TEA-1")


@pytest.mark.parametrize(
    ("received", "reserved", "status"), [(9, 1, "in stock"), (9, 4, "low"), (9, 9, "sold out"), (9, 10, "oversold")]
)
def test_stock_is_called_by_what_is_free(received: int, reserved: int, status: str) -> None:
    assert (
        told("stock", ("Stock Received", {"quantity": received}), ("Stock Reserved", {"quantity": reserved}))["status"]
        == status
    )


def test_a_product_describes_the_shelf_of_its_sku() -> None:
    data = '{"sku": "TEA-1", "name": "Assam", "price": 8.90}'
    event = recorded(1, type="Product Created", category="product", stream="product-TEA-1", data=data)
    assert list(MODELS["stock"].keys(event)) == ["stock-TEA-1"]


def test_a_customer_is_told_of_by_their_orders_carts_and_mails() -> None:
    for category, data in (("order", '{"order": {"user_id": 7}}'), ("cart", '{"customer_id": "7"}')):
        event = recorded(1, category=category, stream=f"{category}-1", data=data)
        assert list(MODELS["customers"].keys(event)) == ["customer-7"]
    story = [("Email Sent", {"template": "welcome"}), ("User Registered", {"email": "a@example.org", "orders": []})]
    person = told("customers", *story)
    assert (person["status"], person["mails"], person["email"]) == ("registered", 1, "a@example.org")
    ordered = told("customers", *story, ("Order Created", {"total": 5}), ("Order Created", {"total": Decimal("1.5")}))
    assert (ordered["status"], ordered["orders"], ordered["ordered"]) == ("regular", 2, Decimal("6.50"))


def test_an_hour_of_a_service_stays_small() -> None:
    lines = [
        ("Log Written", {"level": "ERROR" if n % 2 else "warn", "message": "x" * 5_000, "n": n}) for n in range(500)
    ]
    hour = told("service_logs", *lines)
    assert (hour["lines"], hour["errors"], hour["levels"]) == (500, 250, {"warning": 250, "error": 250})
    assert (hour["status"], hour["hour"]) == ("errors", "1970-01-01T00:00:00Z")
    assert len(encode(hour)) < 2_048
    event = recorded(1, at=7_200_000_000, category="log", stream="log-web", type="Log Written")
    assert list(MODELS["service_logs"].keys(event)) == ["web/1970-01-01T02"]


@pytest.mark.parametrize("name", [name for name in MODELS if name != "service_logs"])
def test_a_tombstone_removes_the_key(name: str) -> None:
    kind = MODELS[name].types[0]
    story = [(kind, {"order_id": "1"}), (TOMBSTONE, None)]
    assert told(name, story[0]) is not None
    assert told(name, *story) is None


# money and quantities are read strictly, and tested above: whatever else stands in a payload stops nothing
WORDS = """order id order_id items sku customer_id user_id name template level message msg duration_ms service payments
    paid refunded delays created_at status captured attempts orders mails last levels lines sent objects price"""
NAMES = st.sampled_from(WORDS.split())
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.decimals(-9, 9, places=2) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
PAYLOADS = st.dictionaries(NAMES, VALUES, max_size=6) | VALUES
OBJECTS = st.lists(st.dictionaries(st.sampled_from(("type", "id")), VALUES), max_size=3)
METADATA = st.dictionaries(st.just("objects"), VALUES | OBJECTS)


@pytest.mark.parametrize("one", MODELS.values(), ids=MODELS)
@given(st.data())
def test_no_odd_payload_stops_a_read_model(one: Projection, data: st.DataObject) -> None:
    types = st.sampled_from([kind for kind in one.types if kind != "*"] or ["Ping"])
    story = data.draw(st.lists(st.tuples(types, PAYLOADS, METADATA), max_size=6))
    events = [
        recorded(n, at=n, type=kind, data=encode(said), metadata_text=encode(more), category=CATEGORY[one.name])
        for n, (kind, said, more) in enumerate(story, 1)
    ]
    for event in events:
        assert all(0 < len(key) < 500 for key in one.keys(event))
    for step in steps(one, events):
        assert step.error is None
        encode(step.state)
        one.facets_of(step.state or {})
