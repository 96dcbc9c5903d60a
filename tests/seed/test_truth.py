"""What the shop says adds up: rhythm, money, stock, causes, and how much of it comes late."""

from collections import Counter, defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from seed.course import DAY, HOUR, OUTAGE, SALE_DAY, within
from seed.wire import CATEGORIES
from tests.seed.conftest import Shop, Told


def test_the_sale_day_stands_out(shop: Shop) -> None:
    per_day = Counter((told.at - shop.course.start) // DAY for told in shop.of("Order Created", "Order Placed"))
    usual = per_day[SALE_DAY - 7]
    assert per_day[SALE_DAY] > 3 * usual
    assert max(per_day, key=lambda day: per_day[day]) == SALE_DAY


def test_nights_are_quiet_and_sundays_busy(shop: Shop) -> None:
    placed = [datetime.fromtimestamp(told.at / 1e6, UTC) for told in shop.of("Order Created", "Order Placed")]
    by_hour, by_weekday = Counter(at.hour for at in placed), Counter(at.weekday() for at in placed)
    assert 8 * sum(by_hour[hour] for hour in (1, 2, 3, 4)) < sum(by_hour[hour] for hour in (17, 18, 19, 20))
    assert by_weekday[6] > by_weekday[5]


def test_the_shop_grows(shop: Shop) -> None:
    days = [(told.at - shop.course.start) // DAY for told in shop.of("Order Created", "Order Placed")]
    assert sum(56 <= day < 70 for day in days) > 1.4 * sum(day < 14 for day in days)


def test_in_the_outage_nothing_is_paid_and_much_fails(shop: Shop) -> None:
    start = shop.course.start
    assert not [told for told in shop.of("Payment Completed") if within(OUTAGE, told.at - start - 10_000_000)]
    assert sum(within(OUTAGE, told.at - start) for told in shop.of("Payment Failed")) > 10
    after = [told for told in shop.of("Payment Completed") if 0 <= told.at - start - OUTAGE[1] < 2 * HOUR]
    assert len(after) >= 3


def test_money_adds_up(shop: Shop) -> None:
    totals = {told.event.stream: told.data for told in shop.of("Order Created")}
    for data in totals.values():
        items: Any = data["items"]
        assert sum((item["price"] * item["quantity"] for item in items), Decimal(0)) == data["total"]
    paid = _sums(shop.of("Order Paid"), "paid")
    captured = {f"order-{_sum_of(told)}": amount for told, amount in _amounts(shop.of("Payment Completed"))}
    assert all(paid[stream] % totals[stream]["total"] == 0 for stream in paid if stream in totals)
    assert all(captured[stream] <= paid[stream] for stream in captured if stream in paid)
    refunded = _sums(shop.of("Order Refunded"), "refunded")
    assert refunded
    assert all(refunded[stream] <= paid[stream] for stream in refunded)


def test_amounts_have_two_digits(shop: Shop) -> None:
    for told in shop.of("Order Created", "Payment Completed"):
        amount: Any = told.data.get("total", told.data.get("amount"))
        assert isinstance(amount, Decimal)
        assert amount.as_tuple().exponent == -2
        assert told.data["currency"] in {"EUR", "GBP", "CHF"}


def test_stock_is_never_negative(shop: Shop) -> None:
    effects = {"Reserved": (0, 1), "Released": (0, -1), "Picked": (-1, -1), "Returned": (1, 0), "Received": (1, 0)}
    moves = [told for told in shop.events if told.type.removeprefix("Stock") in effects and "quantity" in told.data]
    levels: dict[object, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for told in sorted(moves, key=_really_at):
        on_hand, reserved = effects[told.type.removeprefix("Stock")]
        quantity: Any = told.data["quantity"]
        before = levels[told.data["sku"]]
        now = before[0] + on_hand * quantity, before[1] + reserved * quantity
        assert 0 <= now[1] <= now[0]
        assert now == (told.data["on_hand"], told.data["reserved"])
        levels[told.data["sku"]] = now
    assert len(moves) > 3_000


def test_an_order_is_one_flow_and_every_cause_came_before(shop: Shop) -> None:
    flows: dict[object, set[object]] = defaultdict(set)
    known = {told.event.id: told for told in shop.events}
    for told in shop.events:
        if "order_id" in told.data:
            flows[told.data["order_id"]].add(told.event.correlation_id)
        cause = told.event.causation_id
        # the last messages of the story may have causes that are still under way
        if cause in known and told.message.topic != "carts":
            assert known[cause].event.correlation_id == told.event.correlation_id
            assert _really_at(known[cause]) <= _really_at(told) + 1_000
    assert all(len(flow) == 1 for flow in flows.values())
    assert len({flow for flows_of in flows.values() for flow in flows_of}) == len(flows)
    caused = sum(told.event.causation_id in known for told in shop.events)
    assert caused > 0.85 * len(shop.events)


def test_two_of_a_hundred_events_are_late(shop: Shop) -> None:
    newest: dict[str, int] = {}
    late = 0
    for told in shop.events:
        late += told.at < newest.get(told.event.stream, 0) - 5_000_000
        newest[told.event.stream] = max(told.at, newest.get(told.event.stream, 0))
    assert 0.015 < late / len(shop.events) < 0.025


def test_topics_overtake_each_other(shop: Shop) -> None:
    overtaken, newest = 0, 0
    for told in shop.events:
        overtaken += told.at < newest
        newest = max(newest, told.at)
    assert overtaken > 0.05 * len(shop.events)


def test_streams_are_named_by_category_and_id(shop: Shop) -> None:
    for told in shop.events[:5_000]:
        assert told.event.category == CATEGORIES[told.message.topic]
        assert told.event.stream.startswith(f"{told.event.category}-")


def _amounts(events: list[Told]) -> list[tuple[Told, Any]]:
    return [(told, told.data["amount"]) for told in events]


def _sum_of(told: Told) -> object:
    return told.data["order_id"]


def _sums(events: list[Told], name: str) -> dict[str, Any]:
    found: dict[str, Any] = defaultdict(Decimal)
    for told in events:
        found[told.event.stream] += told.data[name]
    return found


def _really_at(told: Told) -> int:
    """When it happened, as ids tell: what the warehouse claims on the day of its wrong clock is two hours ahead."""
    milliseconds = int(told.event.id[:8] + told.event.id[9:13], 16)
    return told.at - 2 * HOUR if told.at // 1_000 - milliseconds > HOUR // 1_000 else told.at
