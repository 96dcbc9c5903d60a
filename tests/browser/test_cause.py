"""Cause and effect in a real browser: the tree by keyboard, its roles and names, just before and just after."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator

from eventstore import EventStore, Projector, load
from eventstore.settings import SHIPPED
from tests import given
from tests.browser.pages import Window
from tests.browser.served import dashboard

pytestmark = pytest.mark.real("chromium")

LONG = 300


def fill(path: Path) -> None:
    """A visit of five events in three streams, two of its order at one time; and a long flow, a chain of causes."""
    visit = [
        ("Order Created", "order-1", 0, None),
        ("Payment Requested", "payment-1", 1, "order-created"),
        ("Email Sent", "notification-1", 2, "order-created"),
        ("Order Confirmed", "order-1", 60, "payment-requested"),
        ("Order Paid", "order-1", 60, "order-confirmed"),
    ]
    with EventStore.open(f"sqlite:///{path}", now=lambda: given.NOON + 3_600 * given.SECOND) as store:
        for kind, stream, second, cause in visit:
            at, id_ = given.NOON + second * given.SECOND, kind.lower().replace(" ", "-")
            links = {"correlation_id": "visit-1", "causation_id": cause, "id": id_}
            store.append([given.event(stream, kind, {"order_id": "1"}, at, **links)])
        store.append(
            [
                given.event(
                    "chain-1",
                    f"Went {n}",
                    {},
                    given.NOON + n,
                    id=f"c{n}",
                    correlation_id="chain",
                    causation_id=f"c{n - 1}",
                )
                for n in range(LONG)
            ]
        )
        Projector(store, load(SHIPPED)).catch_up()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The dashboard over that store."""
    path = tmp_path_factory.mktemp("cause") / "shop.db"
    fill(path)
    with dashboard(path) as served:
        yield served


@pytest.fixture(params=[("dark", 1920), ("light", 1280)], ids=["dark 1920", "light 1280"])
def shop(request: pytest.FixtureRequest, chromium: Browser, address: str) -> Iterator[Window]:
    """A window in one of the two looks."""
    scheme, width = request.param
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    opened = Window(context.new_page(), address)
    yield opened
    opened.check()
    context.close()


def flow(window: Window) -> Locator:
    """The tree, by its role and name."""
    return window.page.get_by_role("table", name="The flow, each event below its cause")


def test_the_tree_is_a_table_whose_rows_say_their_place_and_lead_to_it_by_keyboard(shop: Window) -> None:
    shop.open("/order?k=order-1&e=5").shows("Just before")
    tree = flow(shop)
    tree.wait_for()
    links = tree.get_by_role("link")
    assert "Order Created" in links.nth(0).inner_text()
    assert tree.locator("tr[aria-current=true]").get_attribute("data-id") == "5"
    assert "level 2, caused by Order Created #1" in links.nth(1).inner_text()
    links.nth(1).focus()
    links.nth(1).press("Enter")
    shop.until_place("/order", k="payment-1", e="2")
    shop.until_so(lambda: flow(shop).locator("tr[aria-current=true]").get_attribute("data-id") == "2", "in view")
    shop.page.go_back()
    shop.until_place("/order", k="order-1", e="5")


def test_the_lines_join_from_row_to_row_and_the_bars_are_as_long_as_the_waits(shop: Window) -> None:
    shop.open("/order?k=order-1&e=5").shows("Just before")
    drawn = flow(shop).evaluate(
        """table => {
            const rails = [...table.querySelectorAll("tr[data-id='2'] .lead span")];
            const row = table.querySelector("tr[data-id='2']").getBoundingClientRect();
            const bars = Object.fromEntries([...table.querySelectorAll("tbody tr")].map(
                tr => [tr.dataset.id, tr.querySelector(".bar") ? tr.querySelector(".bar").getBoundingClientRect().width
                    / tr.querySelector(".bar").parentElement.getBoundingClientRect().width : 0]));
            const rail = rails[0].getBoundingClientRect();
            const [above, below] = [rail.top - row.top, rail.bottom - row.bottom];
            return { signs: rails.map(one => one.className), above, below, bars };
        }"""
    )
    assert drawn["signs"] == ["leaves"]
    assert drawn["above"] <= 1
    assert drawn["below"] >= -1
    assert drawn["bars"]["1"] == 0
    assert drawn["bars"]["4"] > 20 * drawn["bars"]["3"] > 0


def test_just_before_and_just_after_tell_two_events_of_one_time_apart(shop: Window) -> None:
    shop.open("/order?k=order-1&p=orders&e=5").shows("Just before")
    effects = shop.page.get_by_role("table", name="What the event did to each read model")
    effects.get_by_role("link", name="order-1 in orders just before").click()
    at = "2026-03-01T12:01:00.000000Z"
    shop.until_place("/order", k="order-1", p="orders", t=at, e="4")
    shop.shows("after #2")
    shop.page.locator(".state .leaf[data-path=status]", has_text="confirmed").wait_for()
    shop.page.go_back()
    shop.until_drawn("/order", "after #3", k="order-1", p="orders", e="5")
    effects.get_by_role("link", name="order-1 in orders just after").press("Enter")
    shop.until_place("/order", k="order-1", p="orders", t=at, e="5")
    shop.shows("after #3")
    shop.page.locator(".state .leaf[data-path=status]", has_text="paid").wait_for()


def test_a_tab_that_opens_later_stands_at_the_event_in_view(shop: Window) -> None:
    """A long flow, in which the event in view is far down: its row is within what the opened tab shows."""
    shop.open(f"/events?e={5 + LONG // 2}").shows("Just before")
    shop.page.get_by_role("tab", name="Why").press("Enter")
    chosen = flow(shop).locator("tr[aria-current=true]")
    chosen.wait_for()
    inside = """row => { const box = row.closest(".rows").getBoundingClientRect(), own = row.getBoundingClientRect();
        return own.top >= box.top && own.bottom <= box.bottom && row.closest(".rows").scrollTop > 0; }"""
    shop.until_so(lambda: bool(chosen.evaluate(inside)), "in sight")
    assert flow(shop).get_by_text("events of the flow not shown").count() == 2
