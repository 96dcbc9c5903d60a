"""From the shelf to the door: packing, the carrier, delays, and what comes back."""

from decimal import Decimal

from seed.course import DAY, HOUR, MINUTE, SECOND, STRIKE, within
from seed.paying import days_later, give_back
from seed.shopping import Sale, hand_out, mail, names, take_back

CARRIERS = ("DHL", "DPD", "GLS", "PostNord", "UPS")
_DELAYS = ("bad weather", "address not found", "depot overloaded", "customs")
_OPENS, _CLOSES, _PICKED_UP = 7 * HOUR, 15 * HOUR, 17 * HOUR + 30 * MINUTE


def deliver(sale: Sale) -> None:
    """The whole way of the parcel, and perhaps back."""
    if sale.dice.chance(0.03):
        change_address(sale)
    pack(sale)
    dispatch(sale)
    under_way(sale)
    arrive(sale)
    if sale.dice.chance(0.045):
        send_back(sale)


def change_address(sale: Sale) -> None:
    """The customer wants the parcel elsewhere."""
    sale.wait(4 * MINUTE, 40 * MINUTE)
    elsewhere = {**sale.customer.address, "street": f"c/o neighbours, {sale.customer.street}"}
    data = {"order_id": sale.order, "ship_to": elsewhere}
    sale.tell("orders", "Address Changed", sale.order, data, service="shop-web")


def pack(sale: Sale) -> None:
    """The goods are picked and packed while the warehouse is open: Monday to Saturday."""
    sale.now = _opening(sale) + sale.dice.between(20 * MINUTE, 100 * MINUTE)
    hand_out(sale)
    sale.wait(3 * MINUTE, 12 * MINUTE)
    parcel = {"order_id": sale.order, "parcels": 1, "weight_g": 180 + sale.dice.between(0, 4_000)}
    sale.tell("orders", "Order Packed", sale.order, parcel, service="warehouse")
    sale.wait(1_100_000, 4 * SECOND)
    carrier = sale.dice.one_of(CARRIERS)
    data = {"shipment_id": sale.order, "order_id": sale.order, "carrier": carrier, "tracking": tracking(sale, carrier)}
    sale.tell("shipments", "Shipment Created", sale.order, {**data, "to": sale.customer.city})


def dispatch(sale: Sale) -> None:
    """The carrier picks the parcels up in the evening."""
    sale.now = sale.now // DAY * DAY + _PICKED_UP + sale.dice.between(0, 25 * MINUTE)
    sale.tell("shipments", "Shipment Dispatched", sale.order, {"shipment_id": sale.order, "order_id": sale.order})
    sale.wait(2 * SECOND, 20 * SECOND)
    sale.tell("orders", "Order Shipped", sale.order, {"order_id": sale.order})
    mail(sale, "shipped", f"{names(sale.lines)}: your parcel {sale.order} is on its way.")


def under_way(sale: Sale) -> None:
    """One to three days; sometimes more, and the carrier says why."""
    strikes = within(STRIKE, sale.offset)
    if strikes or sale.dice.chance(0.1):
        sale.wait(14 * HOUR, 30 * HOUR)
        reason = "strike" if strikes else sale.dice.one_of(_DELAYS)
        data = {"shipment_id": sale.order, "order_id": sale.order, "reason": reason}
        sale.tell("shipments", "Shipment Delayed", sale.order, data, service="carrier")
        sale.now += (3 if strikes else 1) * DAY
    days_later(sale, 1, 4)


def arrive(sale: Sale, scanned_later: int = 0) -> None:
    """The parcel is handed over. `scanned_later`: how much later the driver's scanner tells it."""
    data = {
        "shipment_id": sale.order,
        "order_id": sale.order,
        "city": sale.customer.city,
        "signed": sale.dice.chance(0.6),
    }
    scan = sale.tell("shipments", "Shipment Delivered", sale.order, data, service="carrier")
    scan.lag += scanned_later
    sale.wait(2 * SECOND, 30 * SECOND)
    told = sale.tell("orders", "Order Delivered", sale.order, {"order_id": sale.order})
    told.lag += scanned_later


def send_back(sale: Sale) -> None:
    """The customer returns everything, or keeps it for a fifth of the price."""
    days_later(sale, 3, 11)
    if sale.dice.chance(0.4):
        give_back(sale, (sale.total / 5).quantize(Decimal("0.01")), "damaged in transit")
        return
    take_back(sale)
    sale.wait(10 * MINUTE, 2 * HOUR)
    give_back(sale, sale.total, "returned")


def tracking(sale: Sale, carrier: str) -> str:
    """What the carrier calls the parcel."""
    return f"{carrier[:2].upper()}{sale.dice.between(10**9, 10**10)}"


def _opening(sale: Sale) -> int:
    """Now, if the warehouse packs now; else when it opens next."""
    day, time = divmod(sale.now, DAY)
    if time >= _CLOSES:
        day, time = day + 1, 0
    weekday = (day + 3) % 7
    if weekday == 6:
        day, time = day + 1, 0
    return day * DAY + max(time, _OPENS)
