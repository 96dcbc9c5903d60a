"""What each flow will be, from its number alone: orders, visits without one, the shop's days, and what watches them."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from eventstore import Micros
from seed.course import DAY, HOUR, MINUTE, OUTAGE, SALE_DAY, SECOND, Course, within
from seed.delivery import deliver
from seed.flow import DAY_OF_SHOP, ORDER, VISIT, WATCH, Flow, Move, Plan
from seed.garbage import garbage
from seed.goods import CATALOGUE, EVERYTHING, POSTER, PRICE_RISE
from seed.paying import pay
from seed.planted import SCRIPTS, planted, shop
from seed.shopping import Sale, fill_cart, reserve, sold_out

STUCK = 0.0015
"""The share of paid orders that nobody ever packs."""


def order_plan(course: Course, number: int, begins: Micros) -> Plan:
    """An order from the first click to the last mail, the usual way or as its story wants it."""
    sale = Sale(course, ORDER, number, begins)
    tale = planted(course).get(number)
    sale.smooth = tale is not None
    _usual(sale) if tale is None else SCRIPTS[tale](sale)
    facts = sale.plan()
    gate = next(place for place, fact in enumerate(facts) if fact.move is Move.RESERVE)
    sale.now, sale.last = facts[gate].at, facts[gate].cause
    return Plan(facts, gate, sale.wanted, sale.aside(sold_out))


def _usual(sale: Sale) -> None:
    shop(sale)
    reserve(sale)
    if pay(sale) and not sale.dice.chance(STUCK):
        deliver(sale)


def visit_plan(course: Course, number: int, begins: Micros) -> Plan:
    """Somebody fills a cart and leaves. Some of these carts are deleted a day later: a message without value."""
    known = _known_buyer(course, number)
    sale = Sale(course, VISIT, known, begins)
    sale.order = f"{known + 1000}-{number}"
    sale.name = f"{course.random_seed}/{VISIT}/{number}"
    fill_cart(sale)
    if sale.dice.chance(0.5):
        sale.now += HOUR
        sale.tell("carts", sale.spelled("Cart Abandoned"), sale.order, {"customer_id": sale.customer.id})
    if sale.dice.chance(0.1):
        sale.now += DAY
        sale.tell("carts", "Tombstone", sale.order, {})
    return Plan(sale.plan())


def _known_buyer(course: Course, visit: int) -> int:
    """An order that surely began before this visit, so that its customer is known: visits are half as many."""
    return int(Flow(course, "visitor", visit, 0).dice.throw() * 1.9 * visit)


def day_plan(course: Course, number: int, begins: Micros) -> Plan:
    """What the shop does every day: prices, deliveries of stock, the backup, and now and then a broken message."""
    flow = Flow(course, DAY_OF_SHOP, number, begins)
    if number == 0:
        _open(flow)
    if number in {PRICE_RISE, SALE_DAY, SALE_DAY + 1}:
        _change_prices(flow, number)
    if number % 7 < 5:
        _refill(flow, begins + 5 * HOUR + 30 * MINUTE, [product.sku for product in CATALOGUE])
    if number == SALE_DAY:
        _refill(flow, begins + 8 * HOUR, [POSTER.sku])
    flow.now, flow.last = begins + 3 * HOUR + flow.dice.between(0, 20 * MINUTE), None
    flow.log("backup", "info", "backup finished", duration_ms=flow.dice.between(200_000, 900_000))
    if number % 5 == 3:
        garbage(flow, number // 5)
    return Plan(flow.plan())


def _open(flow: Flow) -> None:
    """The first day: everything is put on sale, and into the warehouse."""
    for product in EVERYTHING:
        flow.wait(SECOND, 4 * SECOND)
        data = {"sku": product.sku, "name": product.name, "price": product.price, "currency": "EUR"}
        flow.tell("products", "Product Created", product.sku, data, cause=None)
    _refill(flow, flow.now + 5 * MINUTE, [product.sku for product in CATALOGUE])


def _change_prices(flow: Flow, day: int) -> None:
    flow.now = flow.course.start + day * DAY
    for product in CATALOGUE:
        before, now = product.price_on(day - 1), product.price_on(day)
        if before != now:
            flow.wait(100_000, SECOND)
            data = {"sku": product.sku, "price": now, "before": before, "reason": _reason(day)}
            flow.tell("products", "Price Changed", product.sku, data, cause=None)


def _reason(day: int) -> str:
    return {PRICE_RISE: "supplier raised prices", SALE_DAY: "sale"}.get(day, "end of the sale")


def _refill(flow: Flow, at: Micros, skus: list[str]) -> None:
    """A delivery: what is low comes in. How many of each, the warehouse says."""
    flow.now = at
    for sku in skus:
        flow.wait(SECOND, 20 * SECOND)
        flow.tell("stock", "Stock Received", sku, {"sku": sku}, cause=None, move=Move.REFILL)


def watch_plan(course: Course, number: int, begins: Micros) -> Plan:
    """What monitoring writes in an hour: a line, and in the outage one a minute."""
    flow = Flow(course, WATCH, number, begins)
    flow.now += flow.dice.between(0, HOUR // 2)
    service = flow.dice.one_of(("order-service", "payment-service", "warehouse", "shop-web", "mailer"))
    load = (Decimal(flow.dice.between(4, 70)) / 100).quantize(Decimal("0.01"))
    if number % 2 == 0:
        flow.log(service, "info", "healthy", load=load, threads=flow.dice.between(8, 32))
    if begins - course.start + HOUR > OUTAGE[0] and begins - course.start < OUTAGE[1]:
        _complain(flow, begins)
    return Plan(flow.plan())


def _complain(flow: Flow, begins: Micros) -> None:
    for minute in range(60):
        flow.now = begins + minute * MINUTE + flow.dice.between(0, SECOND)
        if within(OUTAGE, flow.offset):
            flow.log("payment-service", "error", "connection pool exhausted: 0 of 20 connections free", status=503)


PLANS: Mapping[str, Callable[[Course, int, Micros], Plan]] = {
    ORDER: order_plan,
    VISIT: visit_plan,
    DAY_OF_SHOP: day_plan,
    WATCH: watch_plan,
}
