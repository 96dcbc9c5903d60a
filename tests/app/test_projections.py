"""Read models from the command line and on an event's page: listed, checked, in both shapes."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.__main__ import chronoscope
from eventstore import EventStore
from eventstore.settings import SHIPPED, Settings
from tests import given
from tests.app.conftest import Open, answer_from
from tests.app.test_pages import texts, titles

Run = Callable[..., Result]

DOCUMENT = Path(__file__).parents[2] / "docs" / "projections.md"
OLD = {"order_id": "1", "user": "7", "amount": "12.90", "items": ["TEA-1", "TEA-1"]}
MISTAKEN = """
from datetime import datetime

from eventstore import Projection

mistaken = Projection("mistaken", keys=lambda event: [event.stream])


@mistaken.on("Order Placed")
def placed(state, event):
    state["at"] = str(datetime.now())
    return {**state, "total": float(event.data["total"])}
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command in a folder with a store: an order in its first shape, a parcel, and a line of a log."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHRONOSCOPE_DATABASE_URL", "sqlite:///shop.db")
    with EventStore.open("sqlite:///shop.db") as store:
        store.append([given.event(type="Order Placed", data=OLD)])
        store.append([given.event("shipment-1", "Shipment Created", {"carrier": "DHL"})])
        store.append([given.event("log-web", "Log Written", {"level": "info"})])
    return lambda *words: CliRunner().invoke(chronoscope, words)


def lines(ended: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_the_shipped_read_models_are_listed_and_sound(run: Run) -> None:
    listed = lines(run("projections", "list", "--json"))
    assert [one["module"] for one in listed] == [name for name in SHIPPED if not name.endswith("shop_shapes")]
    assert listed[0]["upcast"] == ["OrderPlaced"]
    facets = {facet["name"]: facet for facet in listed[0]["facets"]}
    assert facets["total"] == {"name": "total", "kind": "decimal", "counted": False, "summed": True}
    assert "automatic  in eventstore.projections.automatic\n    folds   every type" in run("projections", "list").stdout
    ended = run("projections", "check")
    assert ended.exit_code == 0, ended.output
    assert "orders: nothing found (1 events, 1 keys)" in ended.stdout
    assert "payments: nothing found; none of these events is its own" in ended.stdout


def test_mistakes_end_with_one_and_say_where_and_what_to_do(run: Run) -> None:
    Path("mistaken.py").write_text(MISTAKEN)
    ended = run("projections", "check", "mistaken.py", "eventstore.projections.shop_shapes", "--json")
    assert ended.exit_code == 1
    (checked,) = lines(ended)
    findings = checked["findings"]
    assert {(one["mistake"], one["place"], one["position"]) for one in findings} == {
        ("outside", "line 11", None),
        ("changes state", "Order Placed", 1),
        ("unsteady", "Order Placed", 1),
        ("float", "Order Placed", 1),
    }
    page = run("projections", "check", "mistaken.py", "eventstore.projections.shop_shapes").stdout
    assert "Order Placed at position 1: a float in the result: money in floats does not add up, use Decimal" in page


def test_events_by_hand_can_be_checked_over_without_a_store(run: Run) -> None:
    line = '{"type": "Payment Completed", "stream": "payment-1", "data": {"amount": "much"}}'
    Path("events.jsonl").write_text(line)
    Path("shop.db").unlink()
    ended = run("projections", "check", "eventstore.projections.payments", "--events", "events.jsonl")
    assert ended.exit_code == 1
    assert "Payment Completed at position 1: a fold raises, which parks its key" in ended.stdout
    Path("events.jsonl").write_text('{"type": "Ping"}\n["Pong"]\n')
    ended = run("projections", "check", "--events", "events.jsonl")
    assert (ended.exit_code, "Line 2 of events.jsonl is no event" in ended.stderr) == (2, True)


def test_the_documented_example_works_as_written(run: Run) -> None:
    blocks = re.findall(r"```(\w+)\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    (example, upcasts), (settings,) = ([text for kind, text in blocks if kind == one] for one in ("python", "toml"))
    folder = Path("elsewhere")
    folder.mkdir()
    (folder / "my_models.py").write_text(example + upcasts)
    (folder / "chronoscope.toml").write_text(settings)
    assert len([line for line in example.splitlines() if line.strip()]) <= 21
    env = {"CHRONOSCOPE_SETTINGS": str(folder / "chronoscope.toml")}
    listed = CliRunner().invoke(chronoscope, ["projections", "list", "--json"], env=env)
    assert [one["name"] for one in lines(listed)] == ["couriers", "orders", "automatic"]
    ended = CliRunner().invoke(chronoscope, ["projections", "check"], env=env)
    assert ended.exit_code == 0, ended.output
    assert "couriers: nothing found (1 events, 1 keys)" in ended.stdout
    told = CliRunner().invoke(chronoscope, ["event", "1", "--json"], env=env)
    assert lines(told)[0]["folded"] == {**OLD, "total": 12.9}


def test_read_models_that_cannot_be_loaded_are_a_sentence(run: Run) -> None:
    ended = run("projections", "check", "nowhere.py")
    assert ended.exit_code == 1
    assert ended.stderr.startswith("Error: The read models in nowhere.py cannot be used: FileNotFoundError")


def test_an_event_is_told_in_both_shapes(run: Run) -> None:
    told = lines(run("event", "1", "--json"))[0]
    assert told["data"] == OLD
    assert told["folded"] == {
        "order_id": "1",
        "customer_id": "7",
        "total": 12.9,
        "items": [{"sku": "TEA-1", "quantity": 2}],
    }
    assert 'as folded    {"order_id":"1","customer_id":"7","total":12.90' in run("event", "1").stdout
    assert "folded" not in lines(run("event", "2", "--json"))[0]
    assert "as folded" not in run("event", "2").stdout


def test_an_upcaster_that_raises_is_told_beside_the_event(run: Run, tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text(
        "from eventstore import upcaster\n@upcaster('Order Placed')\ndef broken(data):\n    return data['price']\n"
    )
    names = '["broken.py", "eventstore.projections.automatic"]'
    (tmp_path / "chronoscope.toml").write_text(f"projections = {names}\n")
    assert "as folded    its upcaster raised KeyError: 'price'" in run("event", "1").stdout
    assert lines(run("event", "1", "--json"))[0]["folded_error"] == "KeyError: 'price'"


@pytest.fixture
def first_shape(settings: Settings) -> None:
    with EventStore.open(settings.database_url) as store:
        store.append([given.event(type="Order Placed", data=OLD)])
        store.append([given.event("shipment-1", "Shipment Created", {"carrier": "DHL"})])


def test_an_events_page_shows_both_shapes_where_they_differ(first_shape: None, open_page: Open) -> None:
    at = open_page("events", e="1")
    assert "As folded" in titles(at)
    assert '"user": "7"' in at.code[0].value
    assert '"customer_id": "7"' in at.code[1].value
    assert "As folded" not in titles(open_page("events", e="2"))


def test_what_is_masked_does_not_come_out_in_the_other_shape(
    first_shape: None, settings: Settings, open_page: Open
) -> None:
    answer_from(replace(settings, mask=("user",)))
    at = open_page("events", e="1")
    assert "As folded" in titles(at)
    assert '"7"' not in texts(at)
