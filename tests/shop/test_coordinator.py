"""The coordinator: deadlines, late answers, and going on after a crash."""

from pathlib import Path

import pytest

from seed.shop.sagas import SAGAS, Step, orchestrated
from tests.parts.kafka import Kafka
from tests.shop.services import SERVICES_OF, Shop, until

pytestmark = pytest.mark.real("kafka")


@pytest.mark.parametrize("saga", list(SAGAS))
def test_each_step_is_triggered(saga: str) -> None:
    assert set(SAGAS[saga]) == set(Step)


def test_every_step_is_commanded_somewhere() -> None:
    moves = [*orchestrated.COURSE.values(), orchestrated.LATE]
    assert {step for move in moves for step in move.steps} == set(Step)


def test_every_state_is_left_or_the_end() -> None:
    left = {state for state, _ in orchestrated.COURSE}
    ends = {move.state for move in orchestrated.COURSE.values()} - left
    assert ends == {"completed", "refunded"}
    assert set(orchestrated.IMPATIENT) <= left


def test_an_order_that_is_overdue_is_undone(kafka: Kafka, tmp_path: Path) -> None:
    shop = Shop(kafka, f"sqlite:///{tmp_path}", saga="orchestrated", deadline=2.0, pay_every=0)
    try:
        shop.start(*SERVICES_OF["orchestrated"])
        shop.offer("mug", 12.5, 5)
        order = shop.order()
        until(lambda: shop.status(order) == "cancelled")
        until(lambda: shop.get("payments", f"/payments/{order}")["status"] == "voiding")
        shop.post("payments", "/process_payments")
        assert shop.get("payments", f"/payments/{order}")["status"] == "voided"
        until(lambda: shop.get("products", "/products/mug")["reserved"] == 0)
        assert shop.get("cards", "/ledger") == {"charges": 1, "captured": 0, "refunded": 0}
    finally:
        shop.stop()


def test_money_that_comes_when_the_order_is_cancelled_goes_back(kafka: Kafka, tmp_path: Path) -> None:
    """The provider takes the money while the deadline passes: nobody told of it yet, and it must not stay."""
    shop = Shop(kafka, f"sqlite:///{tmp_path}", saga="orchestrated", deadline=1.0, patience=10.0)
    try:
        shop.start(*SERVICES_OF["orchestrated"])
        shop.offer("mug", 12.5, 5)
        shop.post("cards", "/mood", {"delay": 3.0})
        order = shop.order()
        until(lambda: shop.status(order) == "refunded")
        found = shop.get("order-views", f"/orders/{order}")
        assert (found["paid"], found["refunded"]) == (12.5, 12.5)
        assert shop.get("cards", "/ledger") == {"charges": 1, "captured": 12.5, "refunded": 12.5}
        until(lambda: shop.get("coordinator", "/sagas") == {"refunded": 1})
        assert shop.get("products", "/products/mug")["reserved"] == 0
    finally:
        shop.stop()


def test_the_coordinator_goes_on_where_it_was_killed(kafka: Kafka, tmp_path: Path) -> None:
    shop = Shop(kafka, f"sqlite:///{tmp_path}", saga="orchestrated")
    try:
        shop.start(*[name for name in SERVICES_OF["orchestrated"] if name != "coordinator"])
        shop.launch("coordinator")
        shop.offer("mug", 12.5, 50)
        orders = [shop.order() for _ in range(5)]
        until(lambda: any(shop.status(order) == "confirmed" for order in orders))
        shop.kill("coordinator")
        orders += [shop.order() for _ in range(5)]
        shop.launch("coordinator")
        until(lambda: all(shop.status(order) == "delivered" for order in orders))
        assert shop.get("cards", "/ledger") == {"charges": 10, "captured": 125, "refunded": 0}
    finally:
        shop.stop()


def test_a_coordinator_that_forgets_its_sagas_leaves_orders_half_done(kafka: Kafka, tmp_path: Path) -> None:
    """The control: its state is gone with the process."""
    shop = Shop(kafka, f"sqlite:///{tmp_path}", saga="orchestrated", pay_every=0)
    try:
        shop.start(*[name for name in SERVICES_OF["orchestrated"] if name != "coordinator"])
        shop.launch("coordinator")
        shop.offer("mug", 12.5, 50)
        forgotten = shop.order()
        until(lambda: shop.status(forgotten) == "confirmed" and shop.get("payments", f"/payments/{forgotten}"))
        shop.kill("coordinator")
        for file in tmp_path.glob("coordinator.db*"):
            file.unlink()
        shop.launch("coordinator")
        order = shop.order()
        until(lambda: shop.get("payments", f"/payments/{order}"))
        shop.post("payments", "/process_payments")
        until(lambda: shop.status(order) == "delivered")
        assert shop.get("payments", f"/payments/{forgotten}")["status"] == "completed"
        assert shop.status(forgotten) == "confirmed"
    finally:
        shop.stop()


@pytest.mark.parametrize(("compensated", "ends"), [(True, "refunded"), (False, "cancelled")], ids=["undone", "naive"])
@pytest.mark.parametrize("saga", list(SAGAS))
def test_an_order_that_cannot_be_shipped_is_undone(
    kafka: Kafka, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, saga: str, compensated: bool, ends: str
) -> None:
    """Without compensations the money stays, and the goods are promised for ever."""
    if not compensated:
        monkeypatch.setitem(SAGAS, saga, {**SAGAS[saga], Step.RELEASE: (), Step.REFUND: ()})
    shop = Shop(kafka, f"sqlite:///{tmp_path}", saga=saga)
    try:
        shop.start(*SERVICES_OF[saga])
        shop.offer("mug", 12.5, 5)
        order, other = shop.order(ship_to={"country": "nowhere"}), shop.order()
        until(lambda: (shop.status(order), shop.status(other)) == (ends, "delivered"))
        until(lambda: shop.get("products", "/products/mug")["reserved"] == (0 if compensated else 1))
        assert shop.get("cards", "/ledger")["refunded"] == (12.5 if compensated else 0)
    finally:
        shop.stop()
