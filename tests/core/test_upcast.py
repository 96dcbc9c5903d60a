"""Upcasters: old shapes fold like today's, the stored event stays, and nobody can go past them."""

from pathlib import Path
from typing import Any

import pytest

from eventstore.core.attempt import Raised
from eventstore.core.canonical import encode
from eventstore.core.projection import Projection, as_folded, load
from eventstore.core.replay import replay, steps
from eventstore.core.upcast import Upcasters, upcaster
from eventstore.errors import BadProjection
from tests.given import recorded

OLD = '{"order_id": "8", "user": "1007", "amount": "12.90", "items": ["TEA-101", "POT-1", "TEA-101"]}'
NEW = (
    '{"order_id": "8", "customer_id": "1007", "total": 12.90,'
    ' "items": [{"sku": "TEA-101", "quantity": 2}, {"sku": "POT-1", "quantity": 1}]}'
)


UPCAST = {
    '{"amount": ""}': {"total": ""},
    '{"user": 1, "customer_id": 2}': {"user": 1, "customer_id": 2},
}


def shipped() -> dict[str, Projection]:
    named = [f"eventstore.projections.{name}" for name in ("orders", "customers", "shop_shapes", "automatic")]
    return {one.name: one for one in load(named)}


@pytest.mark.parametrize("name", ["orders", "automatic"])
def test_the_first_shape_of_an_order_folds_like_todays(name: str) -> None:
    projection = shipped()[name]
    old = recorded(1, type="OrderPlaced", data=OLD)
    new = recorded(1, type="OrderPlaced", data=NEW)
    assert replay(projection, [old]) == replay(projection, [new])
    assert projection.upcast(new) is new
    assert (old.data_text, old.data["amount"]) == (OLD, "12.90")


def test_keys_see_todays_shape_too() -> None:
    assert list(shipped()["customers"].keys(recorded(1, type="Order Placed", data=OLD))) == ["customer-1007"]


def test_the_first_shape_of_an_account_folds_like_todays() -> None:
    old = '{"customer_id": "7", "name": "Ada King Lovelace", "mail": "ada@example.org"}'
    event = recorded(1, type="UserRegistered", data=old, category="customer", stream="customer-7")
    state: Any = replay(shipped()["customers"], [event])
    assert (state["first_name"], state["last_name"], state["email"]) == ("Ada", "King Lovelace", "ada@example.org")


@pytest.mark.parametrize("data", ["[]", "null", '"x"', "{}", '{"amount": ""}', '{"user": 1, "customer_id": 2}'])
def test_odd_payloads_pass(data: str) -> None:
    event = recorded(1, type="Order Placed", data=data)
    orders = shipped()["orders"]
    assert as_folded([orders], event) == (None if "user" not in data and "amount" not in data else encode(UPCAST[data]))
    assert [step.error for step in steps(orders, [event])] == [None]


def counted() -> Projection:
    projection = Projection("counted", keys=lambda event: [event.stream])
    projection.on("Said")(lambda state, event: {"said": [*state.get("said", []), event.data]})
    return projection


def test_upcasters_apply_in_order_and_one_that_raises_parks_its_key() -> None:
    def second(data: Any) -> Any:
        if data == [3]:
            raise ValueError("three is too many")
        return [*data, "again"]

    both = Upcasters([(upcaster("Said")(lambda data: [data]), "a"), (upcaster("Said")(second), "b")])
    projection = counted().loaded("here", "source", both)
    events = [recorded(position, data=str(position)) for position in (1, 2, 3, 4)]
    assert all(list(projection.keys(event)) == ["order-1"] for event in events)
    told = [(step.state, step.error) for step in steps(projection, events)]
    good = {"said": [[1, "again"], [2, "again"]]}
    assert told[1:] == [(good, None), (good, "ValueError: three is too many"), (good, None)]
    assert as_folded([projection], events[0]) == '[1,"again"]'
    assert isinstance(as_folded([projection], events[2]), Raised)


def test_what_no_upcaster_takes_costs_no_copy() -> None:
    projection = shipped()["orders"]
    event = recorded(1, type="Order Paid", data="{not even JSON")
    assert projection.upcast(event) is event
    assert as_folded([projection], event) is None


def test_a_state_depends_on_the_code_of_the_upcasters_of_its_types_alone() -> None:
    loaded = shipped()
    shapes = Path(__file__).parents[2].joinpath("eventstore/projections/shop_shapes.py").read_text(encoding="utf-8")
    assert {name: shapes in one.sources for name, one in loaded.items()} == dict.fromkeys(loaded, True)
    (stock,) = load(["eventstore.projections.stock"])
    assert len(stock.sources) == 1
    (stock, *_) = load(["eventstore.projections.stock", "eventstore.projections.shop_shapes"])
    assert shapes not in stock.sources


def test_a_file_is_loaded_by_its_path_and_anew_each_time(tmp_path: Path) -> None:
    file = tmp_path / "my_models.py"
    text = "from eventstore import Projection\nmine = Projection('mine', keys=lambda event: [event.stream])\n"
    file.write_text(text)
    (mine,) = load([str(file)])
    assert (mine.name, mine.module, mine.sources) == ("mine", str(file), (text,))
    file.write_text(text.replace("'mine'", "'other'"))
    assert [one.name for one in load([str(file)])] == ["other"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "FileNotFoundError"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("def broken(:", "SyntaxError"),
        ("x = 1", "defines no projection and no upcaster"),
        ("from eventstore.projections.orders import orders", "a projection called orders is in"),
    ],
)
def test_a_module_that_cannot_be_used_is_named_with_the_reason(tmp_path: Path, text: str | None, why: str) -> None:
    file = tmp_path / "bad.py"
    if text is not None:
        file.write_text(text)
    with pytest.raises(BadProjection, match=why) as raised:
        load(["eventstore.projections.orders", str(file)])
    assert raised.value.module == str(file)


def test_a_module_that_is_not_there_is_named() -> None:
    with pytest.raises(BadProjection, match="no_such_module"):
        load(["no_such_module"])
