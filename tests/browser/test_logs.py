"""The Logs page in a browser: lines come by themselves and move nothing, filters, a line beside its trace, keys."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Route

from eventstore import EventStore, NewEvent
from tests import given
from tests.browser.pages import Window, fresh
from tests.browser.served import dashboard
from tests.browser.test_access import violations

pytestmark = pytest.mark.real("chromium")

HOSTILE = "\x1b[31m<img src=x onerror=window.__xss=1> \u202egnirts"
FOCUSED = """() => { let one = document.activeElement;
    while (one && one.shadowRoot && one.shadowRoot.activeElement) one = one.shadowRoot.activeElement;
    return one && one.closest('tr') ? one.closest('tr').dataset.id : ''; }"""
BOX = ".st-key-lines .rows"


def line(message: str, second: int, level: str = "info", trace: str | None = None) -> NewEvent:
    said = {"service": "orders", "instance": "1", "level": level, "message": message}
    at = given.NOON + second * given.SECOND
    return given.event("log-orders", "Log Written", said, at, correlation_id=trace)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[EventStore, str]]:
    """Eighty lines, and an order in the trace of one; the dashboard's address."""
    file = tmp_path_factory.mktemp("logs") / "logs.db"
    with EventStore.open(f"sqlite:///{file}") as opened:
        opened.append([line(f"line {number}", number) for number in range(1, 80)])
        opened.append([given.event("order-1", "Order Created", {}, given.NOON + 80 * given.SECOND, correlation_id="t")])
        opened.append([line("order 1 timed out", 81, "error", "t"), line(HOSTILE, 82, "warning")])
        with dashboard(file) as address:
            yield opened, address


@pytest.fixture
def store(told: tuple[EventStore, str]) -> EventStore:
    """Where lines can be added while the page is open."""
    return told[0]


@pytest.fixture
def logs(told: tuple[EventStore, str], chromium: Browser) -> Iterator[Window]:
    """A window on the Logs page."""
    with fresh(chromium, told[1]) as opened:
        opened.open("/logs").shows("order 1 timed out")
        yield opened


def top(window: Window) -> int:
    return int(window.page.locator(BOX).evaluate("(box) => box.scrollTop"))


def seen_at(window: Window, text: str) -> float:
    box = window.page.get_by_text(text, exact=True).bounding_box()
    assert box is not None
    return box["y"]


def test_new_lines_come_and_move_neither_focus_nor_what_is_read(logs: Window, store: EventStore) -> None:
    logs.page.keyboard.press("j")
    logs.page.keyboard.press("j")
    logs.until(f"() => ({FOCUSED})() === '81'")
    store.append([line("came by itself", 90)])
    logs.shows("came by itself")
    assert logs.page.evaluate(FOCUSED) == "81"

    logs.page.locator(BOX).evaluate("(box) => { box.scrollTop = 700 }")
    before, read = top(logs), seen_at(logs, "line 40")
    store.append([line(f"behind {number}", 91) for number in range(5)])
    logs.until_so(lambda: top(logs) > before, "the new lines above")
    assert abs(seen_at(logs, "line 40") - read) < 1


def test_an_open_line_pauses_the_list_and_stands_beside_its_trace(logs: Window, store: EventStore) -> None:
    logs.page.get_by_text("order 1 timed out").click()
    logs.until_place("/logs", e="81")
    logs.shows("1 event and 1 line, in the order of time")
    store.append([line("while paused", 90)])
    logs.page.wait_for_timeout(2_000)
    assert logs.page.get_by_text("while paused").count() == 0
    logs.page.locator(".st-key-trace").get_by_role("link", name="Order Created", exact=True).click()
    logs.until_place("/events", e="80")
    logs.page.go_back()
    logs.until_place("/logs", e="81")
    logs.page.locator(".st-key-trace").get_by_role("link", name="Time machine: order-1 at Order Created").click()
    logs.until_so(lambda: logs.path == "/order" and logs.parameters["k"] == "order-1", "the time machine")
    logs.page.go_back()
    logs.until_place("/logs", e="81")
    logs.page.get_by_role("link", name="Close").click()
    logs.shows("while paused")


def test_filters_and_keys(logs: Window) -> None:
    for text in ("line 1", "line 2", "line 3", "line 4", "line 5", "TIMED out"):  # the list must not overtake any
        logs.page.locator(".st-key-search input").wait_for()
        logs.page.keyboard.press("/")
        logs.page.keyboard.type(text)
        logs.page.keyboard.press("Enter")
        logs.until_place("/logs", q=text)
        logs.page.evaluate("() => document.activeElement.blur()")
    logs.until_so(lambda: logs.page.locator(".st-key-lines tr.link").count() == 1, "the one line")
    logs.open("/health")
    logs.page.keyboard.press("g")
    logs.page.keyboard.press("l")
    logs.until_place("/logs")


def test_the_search_waits_for_a_field_that_is_still_being_fetched(
    told: tuple[EventStore, str], chromium: Browser
) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    with fresh(chromium, told[1]) as window:
        window.page.route("**/TextInput.*.js", hold)
        window.open("/logs").shows("order 1 timed out")
        window.page.keyboard.press("/")
        assert held
        window.page.wait_for_timeout(300)
        assert window.path == "/logs"
        for route in held:
            route.continue_()
        window.until("() => document.activeElement.matches('.st-key-search input')")


def test_what_a_line_holds_is_shown_and_never_run(logs: Window) -> None:
    shown = r"\u001b[31m<img src=x onerror=window.__xss=1> \u202egnirts"
    logs.shows(shown)
    logs.open("/logs?e=82").shows(shown)
    logs.page.wait_for_timeout(300)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_shuts_nobody_out(theme: str, told: tuple[EventStore, str], chromium: Browser) -> None:
    with fresh(chromium, told[1], color_scheme=theme) as window:
        for place in ("/logs", "/logs?e=81", "/logs?q=nothing+says+this"):
            window.open(place).page.wait_for_timeout(300)
            assert (place, violations(window)) == (place, [])
