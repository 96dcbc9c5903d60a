"""The order process danced by everybody together: each service reacts to what the others tell.

Nobody holds the whole; it stands in this table alone. A new service joins by reacting too.
"""

from collections.abc import Mapping

from seed.shop.sagas.steps import Step

TRIGGERS: Mapping[Step, tuple[str, ...]] = {
    Step.RESERVE: ("Order Created",),
    Step.CONFIRM: ("Stock Reserved",),
    Step.CHARGE: ("Order Confirmed",),
    Step.MARK_PAID: ("Payment Completed",),
    Step.SHIP: ("Order Paid",),
    Step.PICK: ("Shipment Created",),
    # what cannot be done is undone from there backwards
    Step.CANCEL: ("Reservation Failed", "Payment Declined", "Shipment Refused"),
    Step.RELEASE: ("Order Cancelled",),
    Step.REFUND: ("Order Cancelled",),
    Step.MARK_REFUNDED: ("Payment Refunded",),
}
