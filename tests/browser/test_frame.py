"""The frame in a real browser: pages, links, history, keys, the way below a proxy."""

from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser

from tests.browser.pages import Window
from tests.browser.served import dashboard, proxy, streamlit_run

pytestmark = pytest.mark.real("chromium")

MOMENT = {"t": "2026-03-01T12:05:00Z", "known": "20", "k": "order-1"}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/", "Newest events"),
        ("/events", "Positions 44 to 1"),
        ("/order?k=order-1", "What changed"),
        ("/models?p=orders", "changed, UTC"),
        ("/projections", "Read model"),
        ("/health", "Dead letters"),
    ],
)
def test_a_page_opens(path: str, text: str, window: Window) -> None:
    window.open(path).shows(text)


def test_navigation_keeps_what_the_bar_shows_and_history_goes_back_and_forward(window: Window) -> None:
    kept = {**MOMENT, "w": "2026-03-01T12:00:00Z~"}
    overview = {**kept, "by": "status"}
    window.open("/?" + urlencode(overview))
    window.page.locator(".st-key-nav_events a").click()
    window.until_drawn("/events", "Positions 20 to 1", **kept)
    window.page.locator(".st-key-nav_health a").click()
    window.until_drawn("/health", "Dead letters", **kept)
    window.page.go_back()
    window.until_drawn("/events", "Positions 20 to 1", **kept)
    window.page.go_back()
    window.until_drawn("/", "Newest events", **overview)
    window.page.go_forward()
    window.until_drawn("/events", "Positions 20 to 1", **kept)


def test_a_row_opens_its_event_by_one_history_entry_in_the_same_session(window: Window) -> None:
    window.open("/events?stream=order-1")
    window.page.evaluate("() => { window.sameSession = true }")
    before = window.page.evaluate("() => history.length")
    window.page.locator("tr.link").nth(1).click()
    window.until_place("/events", stream="order-1", e="2")
    window.shows("commit 4")
    assert window.page.evaluate("() => [history.length, window.sameSession]") == [before + 1, True]
    window.page.go_back()
    window.until_place("/events", stream="order-1")
    window.until("() => !document.querySelector('[data-testid=stTabs]')")


def test_a_row_of_the_overview_leads_to_the_event(window: Window) -> None:
    window.open("/?t=2026-03-01T12:05:00Z")
    window.page.locator(".st-key-newest tr.link").first.click()
    window.until("() => location.pathname.endsWith('/events')")
    window.settled().shows("Just before")
    assert window.parameters["t"] == "2026-03-01T12:05:00Z"


def test_the_moment_field_writes_one_entry_and_live_leads_back(window: Window) -> None:
    window.open("/events")
    field = window.page.locator(".st-key-moment input")
    field.fill("2026-03-01 12:02")
    field.press("Enter")
    window.until_place("/events", t="2026-03-01T12:02:00.000000Z")
    window.shows("Past")
    window.page.locator(".st-key-live button:visible").click()  # Streamlit hides a second one, for touch
    window.until_place("/events")


def test_steps_of_a_key_are_links_and_keys(window: Window) -> None:
    window.open("/order?k=order-3&e=9").shows("after #1")
    window.page.keyboard.press("ArrowRight")
    window.until_drawn("/order", "after #2", k="order-3", e="10")
    window.page.keyboard.press("ArrowRight")
    window.until_drawn("/order", "after #3", k="order-3")  # the last one needs no name
    window.page.keyboard.press("ArrowLeft")
    window.until_drawn("/order", "after #2", k="order-3", e="10")
    window.page.go_back()
    window.until_drawn("/order", "after #3", k="order-3")


def test_keys_go_to_pages_rows_and_the_search(window: Window) -> None:
    window.open("/")
    window.until("() => document.querySelector('.st-key-curve .main-svg') !== null")  # the chord has 1.2 s: be calm
    for key, path in (("m", "/models"), ("p", "/projections"), ("e", "/events")):
        window.page.keyboard.press("g")
        window.page.keyboard.press(key)
        window.until_place(path)
    window.until("() => document.querySelectorAll('.st-key-events').length === 1")
    window.page.locator("tr.link").first.wait_for()
    window.page.keyboard.press("j")
    window.page.keyboard.press("j")
    window.page.keyboard.press("Enter")
    window.until_drawn("/events", "Just before", e="43")
    window.page.keyboard.press("/")
    window.until("() => document.activeElement.closest('.st-key-search') !== null")
    window.page.keyboard.type("g?j")
    assert window.page.locator(".st-key-search input").input_value() == "g?j"


def test_the_sheet_opens_and_closes_and_r_is_left_alone(window: Window) -> None:
    window.open("/health")
    window.page.evaluate(
        "() => document.addEventListener('keydown', (event) => { window.seen = [event.key, event.defaultPrevented] })"
    )
    window.page.keyboard.press("r")
    assert window.page.evaluate("() => window.seen") == ["r", False]
    window.page.keyboard.press("?")
    window.page.get_by_text("Turn single-key shortcuts off").wait_for()
    window.page.keyboard.press("Escape")
    window.page.get_by_text("Turn single-key shortcuts off").wait_for(state="hidden")


def test_below_a_base_path_behind_a_reverse_proxy(shop: Path, chromium: Browser) -> None:
    with dashboard(shop, base_path="/chrono") as behind, proxy(behind, "/chrono") as address:
        context = chromium.new_context()
        window = Window(context.new_page(), address)
        window.open("/events?t=2026-03-01T12:05:00Z")
        window.page.locator(".st-key-nav_health a").click()
        window.until_place("/health", t="2026-03-01T12:05:00Z")
        window.page.locator(".st-key-nav_overview a").click()
        window.until("() => document.querySelector('.st-key-newest') !== null")
        window.page.locator(".st-key-newest tr.link").first.click()
        window.until("() => location.pathname === '/chrono/events'")
        window.settled().shows("Just before")
        answer = context.request.get(f"{address}/readyz")
        assert answer.json() == {"status": "ok", "position": 44}
        window.check()
        context.close()


def test_streamlit_run_serves_the_same(shop: Path, chromium: Browser) -> None:
    with streamlit_run(shop) as address:
        context = chromium.new_context()
        window = Window(context.new_page(), address)
        window.open("/events").shows("Positions 44 to 1")
        answer = context.request.get(f"{address}/readyz")
        assert answer.json() == {"status": "ok", "position": 44}
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        window.check()
        context.close()
