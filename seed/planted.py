"""The planted stories: what happens in the few orders that do not go the usual way, and which orders these are."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import lru_cache

from seed.course import CROSSING, DAY, HOUR, MINUTE, OUTAGE, SALE_DAY, SECOND, WRONG_CLOCK, Course
from seed.delivery import arrive, deliver, dispatch, pack
from seed.goods import POSTER, Line
from seed.paying import complete, days_later, decline, give_back, request, time_out
from seed.shopping import Sale, cancel, check_out, fill_cart, register, reserve, take_back


class Tale(StrEnum):
    """The stories by name."""

    FIRST_SHAPE = "first shape"
    REUSED_ID = "reused id"
    DECLINED = "declined"
    WRONG_CLOCK = "wrong clock"
    CROSSED = "crossed"
    LATE_SCAN = "late scan"
    SENT_TWICE = "sent twice"
    PAID_TWICE = "paid twice"
    STUCK = "stuck"
    OLD_PRICE = "old price"
    LAST_ONE = "last one"
    TOO_LATE = "too late"


BEGINS = {
    Tale.FIRST_SHAPE: 2 * DAY + 10 * HOUR,
    Tale.REUSED_ID: 35 * DAY + 11 * HOUR,
    Tale.DECLINED: 40 * DAY + 19 * HOUR,
    Tale.WRONG_CLOCK: WRONG_CLOCK[0] + 4 * HOUR,
    Tale.CROSSED: CROSSING * DAY + 10 * HOUR,
    Tale.LATE_SCAN: 58 * DAY + 9 * HOUR,
    Tale.SENT_TWICE: 62 * DAY + 15 * HOUR,
    Tale.PAID_TWICE: OUTAGE[0] + 25 * MINUTE,
    Tale.STUCK: OUTAGE[0] + 100 * MINUTE,
    Tale.OLD_PRICE: (SALE_DAY - 1) * DAY + 20 * HOUR,
    Tale.LAST_ONE: SALE_DAY * DAY + 9 * HOUR,
    Tale.TOO_LATE: SALE_DAY * DAY + 12 * HOUR,
}
"""How long after the start each story's order begins; the first order behind that moment is the one."""


@lru_cache(maxsize=8)
def planted(course: Course) -> Mapping[int, Tale]:
    """The orders with a story, by number. In a very small shop the earlier of two on one order stays."""
    found: dict[int, Tale] = {}
    for tale, offset in BEGINS.items():
        found.setdefault(course.order_after(offset), tale)
    return found


def shop(sale: Sale) -> None:
    """The usual beginning: an account where there is none, a cart, the order."""
    if sale.comes_first:
        register(sale)
    fill_cart(sale)
    check_out(sale)


def paid(sale: Sale) -> None:
    """The usual beginning, to the money."""
    shop(sale)
    reserve(sale)
    request(sale)
    complete(sale)


def first_shape(sale: Sale) -> None:
    """Told in the events of the first release, by the app."""
    sale.channel = "app"
    paid(sale)
    deliver(sale)


def reused_id(sale: Sale) -> None:
    """The payment service restarts from an old snapshot, and gives an id away a second time."""
    paid(sale)
    first = next(fact for fact in sale.facts if fact.type in {"Payment Completed", "PaymentCompleted"})
    sale.wait(3 * MINUTE, 5 * MINUTE)
    data = {**first.data, "amount": first.data["amount"] + 1}
    again = sale.tell("payments", first.type, sale.order, data, cause=first.cause, dead=True)
    again.id = first.id
    sale.last = first.id
    deliver(sale)


def declined(sale: Sale) -> None:
    """Three cards are declined, the fourth pays."""
    shop(sale)
    reserve(sale)
    for _ in range(3):
        request(sale)
        decline(sale)
        sale.wait(50 * SECOND, 4 * MINUTE)
    request(sale)
    complete(sale)
    deliver(sale)


def wrong_clock(sale: Sale) -> None:
    """Nothing is wrong but the warehouse's clock."""
    paid(sale)
    deliver(sale)


def crossed(sale: Sale) -> None:
    """The customer cancels while the parcel leaves, and the carrier's messages come half an hour late."""
    paid(sale)
    pack(sale)
    told = len(sale.facts)
    dispatch(sale)
    for fact in sale.facts[told:]:
        fact.lag += 0 if fact.topic == "notifications" else 26 * MINUTE
    sale.wait(25 * SECOND, 50 * SECOND)
    cancel(sale, "cancelled by the customer")
    days_later(sale, 3, 5)
    take_back(sale)
    sale.wait(10 * MINUTE, HOUR)
    give_back(sale, sale.total, "cancelled on the way")


def late_scan(sale: Sale) -> None:
    """The driver's scanner is offline for a day; the shop believes the parcel lost, and sends the money back."""
    paid(sale)
    pack(sale)
    dispatch(sale)
    sale.now = (sale.now // DAY + 2) * DAY + 14 * HOUR
    arrive(sale, scanned_later=27 * HOUR)
    sale.now = (sale.now // DAY + 1) * DAY + 10 * HOUR
    give_back(sale, sale.total, "parcel lost")


def sent_twice(sale: Sale) -> None:
    """The order service crashes before it knows that its messages went out, and sends them again."""
    paid(sale)
    for fact in sale.facts:
        if fact.topic == "orders":
            fact.again = 6 * MINUTE
    deliver(sale)


def paid_twice(sale: Sale) -> None:
    """Both attempts were captured: the answer to the first was lost in the outage."""
    shop(sale)
    reserve(sale)
    request(sale)
    time_out(sale)
    sale.wait(2 * MINUTE, 4 * MINUTE)
    request(sale)
    time_out(sale)
    sale.now = sale.course.start + OUTAGE[1] + 2 * MINUTE
    for attempt in (1, 2):
        sale.attempts = attempt
        complete(sale)
        sale.wait(20 * SECOND, 40 * SECOND)
    pack(sale)
    dispatch(sale)
    sale.now = (sale.now // DAY + 1) * DAY + 9 * HOUR + 40 * MINUTE
    give_back(sale, sale.total, "paid twice")
    sale.now += 4 * HOUR
    arrive(sale)


def stuck(sale: Sale) -> None:
    """The payment never answers, and nobody asks again."""
    shop(sale)
    reserve(sale)
    request(sale)
    time_out(sale)


def old_price(sale: Sale) -> None:
    """The cart is filled on the eve of the sale, and checked out in the sale at the prices of the eve."""
    if sale.comes_first:
        register(sale)
    fill_cart(sale)
    sale.now = sale.course.start + SALE_DAY * DAY + 12 * MINUTE
    check_out(sale)
    reserve(sale)
    request(sale)
    complete(sale)
    deliver(sale)


def poster(sale: Sale) -> None:
    """There is one, and it goes to whoever comes first."""
    sale.lines = (Line(POSTER, 1, POSTER.price_on(SALE_DAY)),)
    paid(sale)
    deliver(sale)


SCRIPTS: Mapping[Tale, Callable[[Sale], None]] = {
    Tale.FIRST_SHAPE: first_shape,
    Tale.REUSED_ID: reused_id,
    Tale.DECLINED: declined,
    Tale.WRONG_CLOCK: wrong_clock,
    Tale.CROSSED: crossed,
    Tale.LATE_SCAN: late_scan,
    Tale.SENT_TWICE: sent_twice,
    Tale.PAID_TWICE: paid_twice,
    Tale.STUCK: stuck,
    Tale.OLD_PRICE: old_price,
    Tale.LAST_ONE: poster,
    Tale.TOO_LATE: poster,
}
