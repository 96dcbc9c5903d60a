"""The map of services in a real browser: an outage scrubbed through, its links, by keyboard too, and for everybody."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator

from eventstore import EventStore
from tests import outage
from tests.browser.pages import Window, fresh
from tests.browser.served import dashboard
from tests.browser.test_access import violations

pytestmark = pytest.mark.real("chromium")

OVERLAP = """() => {
    const boxes = [];
    const walk = (root) => root.querySelectorAll('*').forEach((one) => {
        if (one.matches('.node')) boxes.push(one.getBoundingClientRect());
        if (one.shadowRoot) walk(one.shadowRoot);
    });
    walk(document);
    const over = (one, other) => one !== other && one.left < other.right && other.left < one.right
        && one.top < other.bottom && other.top < one.bottom;
    return !boxes.length || boxes.some((one) => boxes.some((other) => over(one, other)));
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A dashboard on a store that was told of the outage."""
    path = tmp_path_factory.mktemp("outage") / "services.db"
    with EventStore.open(f"sqlite:///{path}") as store:
        outage.tell(store)
    with dashboard(path) as served:
        yield served


@pytest.fixture
def window(chromium: Browser, address: str) -> Iterator[Window]:
    """A fresh window, in the dark."""
    with fresh(chromium, address, color_scheme="dark") as opened:
        yield opened


def box(window: Window, name: str) -> Locator:
    return window.page.get_by_role("link", name=re.compile(f"^{name}, "))


def calls(window: Window, name: str) -> Locator:
    return window.page.get_by_role("link", name=f"{name}, breaker ")


def until_told(window: Window, found: Locator, part: str) -> None:
    window.until_so(lambda: part in (found.get_attribute("aria-label") or ""), part)


def test_an_outage_is_scrubbed_through(window: Window) -> None:
    window.open(f"/services?t={outage.at(outage.WELL)}")
    until_told(window, box(window, "payments"), "2 of 2 up")
    top = box(window, "payments").bounding_box()
    window.page.locator(".hand.moment").focus()
    for breaker in ("closed", "open"):
        window.page.keyboard.press("ArrowRight")
        window.settled()
        until_told(window, box(window, "payments"), "1 of 2 up")
        until_told(window, calls(window, "gateway to payments"), f"breaker {breaker}")
    assert box(window, "payments").bounding_box() == top
    window.page.keyboard.press("n")
    window.until_place("/services")
    until_told(window, box(window, "payments"), "2 of 2 up")


def test_the_outage_is_walked_step_by_step(window: Window) -> None:
    window.open(f"/services?t={outage.at(outage.DOWN)}")
    until_told(window, calls(window, "orders to payments"), "breaker open")
    window.page.get_by_label("Just before Breaker Opened of orders/1 to payments").click()
    until_told(window, calls(window, "orders to payments"), "breaker closed")
    window.page.go_back()
    until_told(window, calls(window, "orders to payments"), "breaker open")


def test_the_keyboard_reaches_boxes_and_lines(window: Window) -> None:
    place = {"t": outage.at(outage.DOWN)}
    window.open(f"/services?t={place['t']}")
    box(window, "orders").focus()
    window.page.keyboard.press("Enter")
    window.until_place("/services", **place, service="orders")
    window.shows("called by gateway; calls payments")
    window.until_so(lambda: box(window, "orders").evaluate("box => box.getRootNode().activeElement === box"), "focus")
    calls(window, "orders to payments").focus()
    window.page.keyboard.press("Enter")
    window.until_place("/order", **place, k="orders/1 to payments", p="calls")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_map_shuts_nobody_out_at_any_width(theme: str, chromium: Browser, address: str) -> None:
    with fresh(chromium, address, color_scheme=theme) as window:
        window.open(f"/services?service=payments&t={outage.at(outage.DOWN)}")
        until_told(window, box(window, "payments"), "1 of 2 up")
        for width in (1280, 1920):
            window.page.set_viewport_size({"width": width, "height": 900})
            window.page.wait_for_timeout(300)
            assert (width, violations(window)) == (width, [])
            assert window.page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollWidth") == width
            assert not window.page.evaluate(OVERLAP)


def test_hostile_names_stay_text(chromium: Browser, tmp_path: Path) -> None:
    evil = "<img src=http://evil.example/x onerror=window.__xss=1>"
    with EventStore.open(f"sqlite:///{tmp_path / 'evil.db'}") as store:
        store.append([outage.about("Instance Registered", evil, 1, 1, reason=evil)])
        store.append([outage.summary(evil, f"{evil}2", 60, 3)])
        outage.level(store)
    with dashboard(tmp_path / "evil.db") as address, fresh(chromium, address) as window:
        window.open("/services").shows("1 of 1 up")
        window.shows("onerror")
