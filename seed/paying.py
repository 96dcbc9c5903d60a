"""Payments: asked for, declined, timed out and tried again, completed, given back."""

from decimal import Decimal

from seed.course import DAY, HOUR, MINUTE, OUTAGE, SECOND, within
from seed.shopping import Sale, cancel, mail, release

METHODS = ("card", "card", "card", "paypal", "klarna", "invoice")
_REASONS = ("insufficient funds", "card expired", "suspected fraud", "limit exceeded")


def pay(sale: Sale) -> bool:
    """The customer pays, at once or at last. False: the order was cancelled for want of money."""
    request(sale)
    if within(OUTAGE, sale.offset):
        return _pay_in_outage(sale)
    for _ in range(3):
        if sale.dice.chance(0.025):
            time_out(sale)
            retry(sale)
        elif sale.dice.chance(0.07):
            decline(sale)
            sale.wait(40 * SECOND, 6 * MINUTE)
            request(sale)
        else:
            complete(sale)
            return True
    decline(sale)
    give_up(sale, "payment declined")
    return False


def request(sale: Sale) -> None:
    """The order service asks for the money."""
    sale.wait(1_200_000, 4 * SECOND)
    sale.attempts += 1
    method = sale.dice.one_of(METHODS)
    data = {"payment_id": sale.order, "order_id": sale.order, "attempt": sale.attempts, "method": method}
    sale.tell("payments", "Payment Requested", sale.order, {**data, **sale.money(sale.total)}, service="order-service")


def complete(sale: Sale) -> None:
    """The money is there, and the order paid."""
    sale.wait(2 * SECOND, 9 * SECOND)
    took = sale.dice.between(180, 2_400)
    data = {"payment_id": sale.order, "order_id": sale.order, "attempt": sale.attempts, **sale.money(sale.total)}
    sale.tell("payments", sale.spelled("Payment Completed"), sale.order, data)
    sale.log("payment-service", "info", f"captured order {sale.order}", duration_ms=took, status=200)
    sale.wait(1_100_000, 3 * SECOND)
    sale.tell("orders", "Order Paid", sale.order, {"order_id": sale.order, "paid": sale.total})


def decline(sale: Sale) -> None:
    """The bank says no."""
    sale.wait(2 * SECOND, 9 * SECOND)
    reason = sale.dice.one_of(_REASONS)
    data = {"payment_id": sale.order, "order_id": sale.order, "attempt": sale.attempts, "reason": reason}
    sale.tell("payments", "Payment Declined", sale.order, data)
    sale.log("payment-service", "warning", f"declined order {sale.order}: {reason}", status=402)


def time_out(sale: Sale) -> None:
    """Nobody answers within 30 s; whether the money moved is unknown."""
    sale.now += 30 * SECOND
    data = {"payment_id": sale.order, "order_id": sale.order, "attempt": sale.attempts, "reason": "timeout"}
    sale.tell("payments", "Payment Failed", sale.order, data, service="order-service")
    sale.log("order-service", "error", f"payment of order {sale.order} timed out after 30000 ms", status=504)


def retry(sale: Sale) -> None:
    """The order service asks again after a while."""
    sale.wait(20 * SECOND, 50 * SECOND)
    request(sale)


def give_up(sale: Sale, reason: str) -> None:
    """No money: the goods go back, and the customer is told."""
    release(sale)
    cancel(sale, reason)
    mail(sale, "cancellation", f"Your order {sale.order} is cancelled: {reason}.")


def give_back(sale: Sale, amount: Decimal, reason: str) -> None:
    """Money goes back to the customer."""
    data = {"payment_id": sale.order, "order_id": sale.order, "reason": reason, **sale.money(amount)}
    sale.tell("payments", "Payment Refunded", sale.order, data)
    sale.wait(1_100_000, 4 * SECOND)
    sale.tell("orders", "Order Refunded", sale.order, {"order_id": sale.order, "refunded": amount, "reason": reason})
    mail(sale, "refund", f"We sent you {amount} {sale.customer.currency} for order {sale.order}.")


def _pay_in_outage(sale: Sale) -> bool:
    """Attempts that time out, further and further apart; a third of the customers do not wait for the end."""
    patience = 2 if sale.dice.chance(0.35) else 9
    pause = 2 * MINUTE
    while within(OUTAGE, sale.offset):
        time_out(sale)
        if sale.attempts > patience:
            give_up(sale, "payment service unavailable")
            return False
        sale.now += pause + sale.dice.between(0, 20 * SECOND)
        pause = min(2 * pause, HOUR)
        request(sale)
    complete(sale)
    return True


def days_later(sale: Sale, low: int, high: int) -> None:
    """Let some days pass, to an hour at which offices are open."""
    midnight = (sale.now // DAY + sale.dice.between(low, high)) * DAY
    sale.now = midnight + 8 * HOUR + sale.dice.between(0, 9 * HOUR)
