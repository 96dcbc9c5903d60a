"""The commands about cause and effect: a flow as a tree, and what an event did to each read model."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from app.__main__ import chronoscope
from eventstore import EventStore, NewEvent, Projector, load
from eventstore.settings import SHIPPED
from tests import given
from tests.app.conftest import Ask, Run


def event(kind: str, stream: str, second: float, cause: str | None = None, **data: Any) -> NewEvent:
    """An event of the one flow; its id is its type's."""
    return given.event(
        stream,
        kind,
        {"order_id": "1", **data},
        given.NOON + int(second * given.SECOND),
        id=kind.lower().replace(" ", "-"),
        correlation_id="visit-1",
        causation_id=cause,
    )


def fill(url: str) -> None:
    """An order that a command placed is paid and confirmed, in 100 s; that it was confirmed is learnt last."""
    with EventStore.open(url, now=lambda: given.NOON + 3_600 * given.SECOND) as store:
        store.append([event("Order Created", "order-1", 0, "place-order", total=9)])
        store.append([event("Payment Completed", "payment-1", 2, "order-created", amount=9)])
        store.append([event("Order Paid", "order-1", 92, "payment-completed", paid=9)])
        store.append([event("Log Written", "log-\u202etill", 100, "lo\x1bst")])
        store.append([event("Order Confirmed", "order-1", 1, "order-created", reserved=2)])
        store.append([given.event("order-2", "Order Created", {"total": 1}, given.NOON, causation_id="order-paid")])
        Projector(store, load(SHIPPED)).catch_up()


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    fill(database_url)
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(chronoscope, [*words, "--database", database_url])


@pytest.mark.parametrize("which", ["1", "order-created", "visit-1"], ids=["position", "id", "flow"])
def test_a_flow_is_told_as_a_tree_with_its_waits(ask: Ask, which: str) -> None:
    found = ask("flow", which)
    tree = found["tree"]
    assert [(one["position"], one["depth"], one["cause"], one["wait_seconds"], one["long"]) for one in tree] == [
        (1, 0, None, None, False), (5, 1, 1, 1.0, False), (2, 1, 1, 2.0, False), (3, 2, 2, 90.0, True),
        (4, 0, None, None, False),
    ]  # fmt: skip
    assert [one["top"] for one in found["tree"]] == ["missing", None, None, None, "missing"]
    assert (found["flow"], found["events"], found["beyond"], found["span_seconds"]) == ("visit-1", 5, 0, 100.0)
    assert found["streams"] == ["order-1", "payment-1", "log-\u202etill"]


def test_an_effect_in_another_flow_is_told_of_the_event_that_caused_it(ask: Ask) -> None:
    found = ask("flow", "3")["tree"]
    assert [(one["position"], one["depth"]) for one in found] == [(1, 0), (5, 1), (2, 1), (3, 2), (6, 3), (4, 0)]
    assert found[4]["wait_seconds"] == -92.0
    found = ask("flow", "6")
    assert ([one["position"] for one in found["tree"]], found["flow"]) == ([3, 6], None)


def test_a_flow_stands_at_a_moment_on_both_clocks(ask: Ask) -> None:
    found = ask("flow", "visit-1", "--at", "2026-03-01T12:00:10Z")
    assert ([one["position"] for one in found["tree"]], found["beyond"]) == ([1, 5, 2], 2)
    found = ask("flow", "visit-1", "--known", "4")
    assert ([one["position"] for one in found["tree"]], found["beyond"]) == ([1, 2, 3, 4], 1)


def test_a_part_of_a_long_flow_is_around_the_event(ask: Ask) -> None:
    found = ask("flow", "3", "--limit", "2")
    assert [one["position"] for one in found["tree"]] == [2, 3]
    assert found["events"] == 6


def test_effects_are_told_key_by_key(ask: Ask) -> None:
    found = {one["projection"]: one for one in ask("effects", "3")["effects"]}
    (key,) = found["orders"]["keys"]
    assert (key["key"], key["did"], key["before"], key["rewrote"]) == ("order-1", "changed", 5, 0)
    assert {"path": "status", "before": "confirmed", "after": "paid"} in key["changes"]
    assert found["payments"]["outcome"] == "no_fold"


def test_effects_are_told_as_they_were_believed(ask: Ask) -> None:
    (known,) = [one for one in ask("effects", "3", "--known", "4")["effects"] if one["projection"] == "orders"]
    assert known["keys"][0]["before"] == 1
    assert {"path": "status", "before": "created", "after": "paid"} in known["keys"][0]["changes"]


def test_a_late_event_says_how_many_states_it_rewrote(ask: Ask) -> None:
    (late,) = [one for one in ask("effects", "order-confirmed")["effects"] if one["projection"] == "orders"]
    assert late["keys"][0]["rewrote"] == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["flow", "1"], ["visit-1: 5 events in 3 streams over 1 min 40 s", "├─ Order Confirmed  order-1 #3  1 s",
                         "└─ Payment Completed", "   ↓ Order Paid  order-1 #2  1 min 30 s  long",
                         "caused by place-order, which is not among these", r"log-\u202etill", r"caused by lo\x1bst"]),
        (["flow", "1", "--limit", "1"], ["... 4 events not printed: --limit"]),
        (["flow", "1", "--known", "4"], ["1 event beyond the moment left out"]),
        (["flow", "6"], ["no flow: 2 events"]),
        (["effects", "3"], ["orders  order-1: changed 3 values", '    status: "confirmed" -> "paid"',
                            "payments: no fold takes its type"]),
        (["effects", "5"], ["it came late: 1 later state rewritten"]),
        (["effects", "1"], ["orders  order-1: the key begins"]),
    ],
)  # fmt: skip
def test_people_read_it_too(run: Run, words: list[str], said: list[str]) -> None:
    ended = run(*words)
    assert ended.exit_code == 0, ended.output
    for part in said:
        assert part in ended.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["flow", "nothing"], "No event or flow is called nothing."),
        (["effects", "99"], "No event has the position or id 99."),
        (["effects", "3", "--known", "2"], "came with commit 3. Ask as of that one or later."),
    ],
)
def test_what_is_not_there_is_a_sentence(run: Run, words: list[str], said: str) -> None:
    ended = run(*words)
    assert ended.exit_code == 1
    assert said in ended.output
