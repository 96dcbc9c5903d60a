"""The order process led by a coordinator: services do what its commands say, and it hears what they tell. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from seed.shop.sagas.steps import Step

TRIGGERS: Mapping[Step, tuple[str, ...]] = {step: (step.value,) for step in Step}
"""Each step has a command of its name."""


class Move(NamedTuple):
    """Where a saga goes next, and the steps that it commands then."""

    state: str
    steps: tuple[Step, ...] = ()


BEGINS = "Order Created"

COURSE: Mapping[tuple[str, str], Move] = {
    ("begun", BEGINS): Move("reserving", (Step.RESERVE,)),
    ("reserving", "Stock Reserved"): Move("confirming", (Step.CONFIRM,)),
    ("confirming", "Order Confirmed"): Move("charging", (Step.CHARGE,)),
    ("charging", "Payment Completed"): Move("marking paid", (Step.MARK_PAID,)),
    ("marking paid", "Order Paid"): Move("shipping", (Step.SHIP,)),
    ("shipping", "Shipment Created"): Move("picking", (Step.PICK,)),
    ("picking", "Stock Picked"): Move("completed"),
    # what cannot be done is undone from there backwards
    ("reserving", "Reservation Failed"): Move("cancelling", (Step.CANCEL,)),
    ("charging", "Payment Declined"): Move("cancelling", (Step.CANCEL,)),
    ("shipping", "Shipment Refused"): Move("cancelling", (Step.CANCEL,)),
    ("cancelling", "Order Cancelled"): Move("cancelled", (Step.RELEASE, Step.REFUND)),
    ("cancelled", "Payment Refunded"): Move("marking refunded", (Step.MARK_REFUNDED,)),
    ("marking refunded", "Order Refunded"): Move("refunded"),
}
"""From a state, upon an event. Any other event changes nothing: it was heard before, or comes too late."""

HEARD = tuple(dict.fromkeys(event for _, event in COURSE if event != BEGINS))
"""The events that the coordinator listens to, besides the one that begins a saga."""

IMPATIENT = ("reserving", "confirming", "charging")
"""The states that have a deadline: what is done in them can be undone whether or not its answer still comes."""

LATE = Move("cancelling", (Step.CANCEL,))
"""What is done when a deadline has passed."""
