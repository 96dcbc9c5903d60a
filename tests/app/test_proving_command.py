"""`chronoscope verify --projections`: says that stored states are those of the replay, or names where they part."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.__main__ import chronoscope
from eventstore import EventStore, Histories, Projector, load
from eventstore.settings import Settings
from tests import given


@pytest.fixture
def store(tmp_path: Path) -> str:
    """The address of a projected store with three orders."""
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    with EventStore.open(url) as opened:
        for number in range(3):
            order = {"order_id": str(number), "total": 5}
            opened.append([given.event(f"order-{number}", "Order Created", order)])
            opened.append([given.event(f"order-{number}", "Order Shipped", {"by": "post"}, given.NOON + given.SECOND)])
        Projector(opened, load(Settings().projections)).catch_up()
    return url


def verify(url: str, *words: str) -> Result:
    return CliRunner().invoke(chronoscope, ["verify", "--projections", *words, "--database", url])


def test_stored_states_are_those_of_the_replay(store: str) -> None:
    result = verify(store)
    assert result.exit_code == 0, result.output
    assert "orders: 3 of 3 keys up to position 6 are as the replay says." in result.stdout


def test_a_sample_says_how_sure_it_is(store: str) -> None:
    result = verify(store, "--sample", "1", "--json")
    (orders,) = [line for line in map(json.loads, result.stdout.splitlines()) if line["projection"] == "orders"]
    assert (orders["keys"], orders["compared"], orders["holds"]) == (3, 1, True)
    assert orders["at_most"] == pytest.approx(0.95)


def test_drift_is_named_with_both_states(store: str) -> None:
    with EventStore.open(store) as opened:
        (build,) = [one for one in Histories(opened).builds() if one.projection == "orders"]
    with EventStore.open(store) as opened, opened.write() as writer:
        writer.execute(f"UPDATE {build.rows} SET state = '{{}}' WHERE key = 'order-1' AND event_position = 4")
    result = verify(store)
    assert result.exit_code == 3
    assert "order-1: state at 2026-03-01T12:00:01.000000Z, event 4" in result.stdout
    assert "stored   {}" in result.stdout
    assert "chronoscope rebuild orders" in result.stdout
    with EventStore.open(store, read_only=True) as opened:
        ((drifts,),) = opened.rows("SELECT drifts FROM proofs WHERE build = ?", (build.number,))
    assert [drift["key"] for drift in json.loads(drifts)] == ["order-1"]
