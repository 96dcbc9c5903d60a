"""Why is it stuck? For each cause that was planted, the page of the key names it, at most two presses from its id."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from eventstore import EventStore, Projector, load
from eventstore.ingest import Advance, Intake
from eventstore.settings import Settings
from tests import given
from tests.app.test_travel import FRAIL
from tests.browser.pages import Window, fresh
from tests.browser.served import dashboard
from tests.ingest.records import TOPICS, record

pytestmark = pytest.mark.real("chromium")

OTHERS = range(100, 140)
FOLDS = FRAIL.replace("order", "parcel").replace("Order", "Parcel")


def told() -> Iterator[tuple[str, str, int, str | None]]:
    """Orders that pass through `confirmed` within a minute, and a key for each cause: seconds after noon, flow."""
    for number in OTHERS:
        for type_, after in (("Order Created", 0), ("Order Confirmed", 5), ("Order Paid", 5 + number % 50)):
            yield f"order-{number}", type_, after, None
    yield "parcel-1", "Parcel Created", 60, None
    yield "parcel-1", "Parcel Paid", 61, None
    yield "order-2", "Order Created", 62, None
    yield "order-4", "Order Created", 64, "flow-4"
    yield "payment-4", "Payment Requested", 65, "flow-4"
    yield "payment-4", "Payment Failed", 66, "flow-4"
    yield "order-5", "Order Created", 67, None
    yield "order-5", "Order Confirmed", 68, None
    yield "order-6", "Order Created", 69, None
    yield "order-6", "Order Paid", 3_000, None
    yield "order-6", "Order Confirmed", 70, None
    yield "order-7", "Order Created", 3_001, None
    yield "order-3", "Order Created", 3_002, None
    yield "order-3", "Order Confirmed", 3_600, None
    yield "order-8", "Order Created", 3_600, None


def fill(folder: Path) -> Path:
    """A store with all of it and a dead letter; the read models have not come to the last event."""
    (folder / "frail.py").write_text(FOLDS)
    names = [str(folder / "frail.py"), *Settings().projections]
    (folder / "chronoscope.toml").write_text(f"projections = {json.dumps(names)}\n")
    clock, (*events, last, unread) = [given.NOON], told()
    with EventStore.open(f"sqlite:///{folder / 'shop.db'}", now=lambda: clock[0]) as store:
        for event in events:
            tell(store, clock, *event)
        clock[0] = given.NOON + 3_600 * given.SECOND
        letter = record(b'{"event": "Order Paid", "data": {"about": "order-2"', offset=0)
        Intake(store, TOPICS).take([letter], {("orders", 0): Advance("id-of-orders", None, 1, 1)})
        Projector(store, load(names)).catch_up()
        for event in (last, unread):
            tell(store, clock, *event)
    return folder / "shop.db"


def tell(store: EventStore, clock: list[int], stream: str, type_: str, after: int, flow: str | None) -> None:
    at = given.NOON + after * given.SECOND
    clock[0] = max(clock[0], at)
    store.append([given.event(stream, type_, {}, at, correlation_id=flow)])


@pytest.fixture(scope="module")
def served_stuck(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The dashboard's address."""
    with dashboard(fill(tmp_path_factory.mktemp("stuck"))) as address:
        yield address


@pytest.fixture(scope="module")
def window(chromium: Browser, served_stuck: str) -> Iterator[Window]:
    """A window on the Time machine, where no key is chosen."""
    with fresh(chromium, served_stuck) as opened:
        opened.open("/order").shows("any thing as it was at any moment")
        yield opened


CAUSES = {
    "parcel-1": "Parked: the fold could not take Parcel Paid #2 (RuntimeError: no till)",
    "order-2": "A message with its name or key is a dead letter since 1 Mar 2026 13:00:00.000 UTC: not JSON.",
    "order-3": "orders has not come to its last event: it stands at #",
    "order-4": "payment-4 is failed.",
    "order-5": "It has been confirmed for 58 min 52 s; 95 of 100 are for at most",
    "order-6": "Order Confirmed #3 came late, 48 min 50 s after it occurred",
    "order-7": "nothing unusual in 5 checks",
    "order-8": "orders has not come to its last event: it stands at #",
}


@pytest.mark.parametrize("key", CAUSES)
def test_each_cause_is_named(window: Window, key: str) -> None:
    field = window.page.get_by_label("Find an order, a payment, any stream")
    field.fill(key)
    field.press("Enter")
    window.page.get_by_role("heading", name=key, exact=True).wait_for()
    window.shows(CAUSES[key])


def test_it_leads_to_the_message_and_can_be_handed_on(window: Window, chromium: Browser) -> None:
    window.open("/order?k=order-2").shows(CAUSES["order-2"])
    window.page.get_by_role("button", name="Copy report").click()
    window.page.get_by_role("button", name="copied").wait_for()
    *said, link = str(window.page.evaluate("() => navigator.clipboard.readText()")).splitlines()
    assert said[0].startswith("**order-2** created: for ")
    assert said[1] == f"- {CAUSES['order-2']}"
    with fresh(chromium, window.address) as other:
        other.open(link.removeprefix(window.address)).shows(CAUSES["order-2"])
        assert {"k", "t", "known"} == set(other.parameters)
    window.page.get_by_role("link", name="Open message").click()
    window.until_place("/health", k="order-2", reason="not JSON", n="1")
    window.shows('"about": "order-2"')


def test_stepping_through_the_story_changes_none_of_it(window: Window) -> None:
    window.open("/order?k=order-5").shows(CAUSES["order-5"])
    window.page.locator(".story[data-step='1'] .leaf").first.wait_for()
    above = top(window)
    window.page.keyboard.press("k")
    window.page.locator(".story[data-step='0'] .leaf").first.wait_for()
    window.until_so(lambda: "e" in window.parameters, "the step before")
    window.settled()
    window.shows(CAUSES["order-5"])
    assert top(window) == above


def top(window: Window) -> float:
    box = window.page.locator(".story").bounding_box()
    assert box is not None
    return box["y"]
