"""The steps of an order, whichever saga leads it."""

from enum import StrEnum


class Step(StrEnum):
    """What a service does for an order when the saga wants it. Each is safe to repeat."""

    RESERVE = "Reserve Stock"
    CONFIRM = "Confirm Order"
    CHARGE = "Take Payment"
    MARK_PAID = "Mark Order Paid"
    SHIP = "Ship Order"
    PICK = "Pick Stock"
    CANCEL = "Cancel Order"
    RELEASE = "Release Stock"
    REFUND = "Refund Payment"
    MARK_REFUNDED = "Mark Order Refunded"
