"""Replay folds what is visible from a moment, in the order in which it happened, and parks what it cannot fold."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventstore.core.event import RecordedEvent
from eventstore.core.moment import Moment
from eventstore.core.projection import ANY, Projection, load, serving
from eventstore.core.replay import replay, steps
from tests.given import recorded


def order_revealing() -> Projection:
    """A fold that keeps every value in order: a sum would hide each mistake of order."""
    said = Projection("said", keys=lambda event: [event.stream])

    @said.on("Said")
    def _(state: Any, event: RecordedEvent) -> Any:
        if event.data == "poison":
            raise ValueError("cannot take poison")
        return {"said": [*state.get("said", ()), event.position]}

    return said


logs = st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=12)


@given(logs, st.none() | st.integers(-1, 5), st.none() | st.integers(0, 13))
def test_replay_equals_the_definition(log: list[tuple[int, bool]], occurred: int | None, known: int | None) -> None:
    events, last = [], len(log)
    for position in range(len(log), 0, -1):
        at, ends_commit = log[position - 1]
        last = position if ends_commit else last
        events.append(recorded(position, at=at, commit=last))
    visible = [
        (e.occurred_at, e.position)
        for e in events
        if (occurred is None or e.occurred_at <= occurred) and (known is None or e.commit_position <= known)
    ]
    expected = {"said": [position for _, position in sorted(visible)]} if visible else None
    assert replay(order_revealing(), events, Moment(occurred, known)) == expected


def test_a_fold_that_raises_parks_its_key_from_there_on() -> None:
    story = [recorded(1), recorded(2, data='"poison"'), recorded(3)]
    shown = [(step.state, step.error, step.parked) for step in steps(order_revealing(), story)]
    good = {"said": [1]}
    assert shown == [(good, None, False), (good, "ValueError: cannot take poison", True), (good, None, True)]


def test_both_spellings_of_a_type_fold_alike_and_a_type_folds_once() -> None:
    projection = Projection("orders", keys=lambda event: [event.stream])
    projection.on("Order Created")(lambda _, event: {"by": event.type})
    assert projection.apply(None, recorded(1, type="OrderCreated")) == {"by": "OrderCreated"}
    with pytest.raises(ValueError, match="already folds OrderCreated"):
        projection.on("OrderCreated")(lambda state, _: state)


def test_what_no_fold_takes_leaves_the_state() -> None:
    projection = Projection("orders", keys=lambda event: [event.stream])
    assert projection.apply({"a": 1}, recorded(1, type="Elsewhere")) == {"a": 1}
    projection.on(ANY)(lambda _, __: None)
    assert projection.apply({"a": 1}, recorded(1, type="Elsewhere")) is None


SHIPPED = load([f"eventstore.projections.{name}" for name in ("orders", "shop_shapes", "automatic")])
FIRST_MOMENT = "1970-01-01T00:00:00.000000Z"


@pytest.mark.parametrize(
    ("event_type", "data", "state"),
    [
        ("Order Created", '{"order:id": 123}', {"order_id": 123, "status": "created"}),
        (
            "OrderCreated",
            '{"order": {"order_id": "7", "user_id": "u", "items": ["i"], "total": 10.0, "status": "Created"}}',
            {"order_id": "7", "user_id": "u", "items": ["i"], "total": 10, "status": "created"},
        ),
        (
            "Order Placed",
            '{"order_id": "8", "amount": "12.90"}',
            {"order_id": "8", "total": Decimal("12.90"), "status": "created"},
        ),
    ],
)
def test_an_order_is_created_by_each_shape_that_the_wire_has(event_type: str, data: str, state: dict[str, Any]) -> None:
    event = recorded(1, type=event_type, data=data)
    projection = serving(SHIPPED, "order-1", [event])
    assert projection is SHIPPED[0]
    assert replay(projection, [event]) == {"created_at": FIRST_MOMENT, **state}


def test_the_automatic_projection_serves_what_no_other_takes() -> None:
    story = [recorded(1, type="Ping", data='{"a": 1}'), recorded(2, type="Pong", data="[2]")]
    projection = serving(SHIPPED, "order-1", story)
    assert projection is SHIPPED[1]
    assert replay(projection, story) == {"a": 1, "value": [2], "status": "Pong"}


def test_a_tombstone_removes_the_key_and_a_later_event_starts_anew() -> None:
    story = [recorded(1, type="Order Paid"), recorded(2, type="Tombstone"), recorded(3, type="Order Paid")]
    assert [step.state for step in steps(SHIPPED[0], story)] == [
        {"status": "paid", "payments": 1},
        None,
        {"status": "paid", "payments": 1},
    ]
