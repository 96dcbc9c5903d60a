"""Every shortcut, with the focus in the moment bar, in the page, and in a text field where none may work."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from app import formats
from tests import given
from tests.browser.pages import Window, fresh

pytestmark = pytest.mark.real("chromium")

AT = formats.iso_time(given.NOON + 300 * given.SECOND)


def in_bar(window: Window) -> None:
    window.page.locator(".hand.moment").focus()


def in_page(window: Window) -> None:
    window.page.evaluate("() => { let one = document; while (one.activeElement) { const at = one.activeElement; "
                         "if (!at.shadowRoot) { at.blur(); break; } one = at.shadowRoot; } }")  # fmt: skip


PLACES = {"bar": in_bar, "page": in_page}
Place = Callable[[Window], None]


@pytest.fixture
def window(chromium: Browser, served: str) -> Iterator[Window]:
    """A window that may read the clipboard."""
    with fresh(chromium, served) as opened:
        yield opened


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest) -> Place:
    """Where the focus is."""
    return PLACES[request.param]


def press(window: Window, place: Place, *keys: str) -> None:
    place(window)
    for key in keys:
        window.page.keyboard.press(key)


def test_keys_travel(window: Window, place: Place) -> None:
    window.open(f"/health?t={AT}").page.locator(".hand.moment").wait_for()
    newest, before = "2026-03-01T12:11:00.000000Z", "2026-03-01T12:10:00.000000Z"
    first = "2026-03-01T12:00:54.000000Z"  # a little before the first event: there the bar ends
    for key, t in (
        (",", first),
        (".", None),
        ("ArrowLeft", before),
        ("<", first),
        (">", None),
        ("ArrowLeft", before),
        ("ArrowRight", newest),
        ("n", None),
    ):
        press(window, place, key)
        window.until_place("/health", **({} if t is None else {"t": t}))


def test_keys_zoom_and_pin(window: Window, place: Place) -> None:
    window.open(f"/health?t={AT}").page.locator(".hand.moment").wait_for()
    for key, names in (("[", {"t", "w"}), ("]", {"t"}), ("a", {"t", "t2"}), ("A", {"t"})):
        press(window, place, key)
        window.until_so(lambda wanted=names: set(window.parameters) == wanted, (key, names))  # type: ignore[misc]
        window.settled()


def test_y_copies_the_link_and_says_so(window: Window, place: Place) -> None:
    window.open(f"/health?t={AT}").page.locator(".hand.moment").wait_for()
    press(window, place, "y")
    window.page.get_by_text("copied", exact=True).wait_for()
    copied = window.page.evaluate("() => navigator.clipboard.readText()")
    assert copied.replace("%3A", ":") == window.page.url


def test_space_plays_and_pauses(window: Window, place: Place) -> None:
    window.open(f"/health?t={AT}").page.locator(".hand.moment").wait_for()
    window.page.wait_for_timeout(500)  # the bars are there
    press(window, place, " ")
    window.page.get_by_role("button", name="Pause (Space)").wait_for()
    press(window, place, " ")
    window.page.get_by_role("button", name="Play (Space)").wait_for()
    window.settled()


def test_rows_the_sheet_and_the_search(window: Window, place: Place) -> None:
    window.open("/events").page.locator("tr.link").first.wait_for()
    press(window, place, "j", "j", "k")
    window.until("() => document.activeElement.closest('.st-key-events') !== null")
    press(window, place, "?")
    window.page.get_by_text("Turn single-key shortcuts off").wait_for()
    window.page.keyboard.press("Escape")
    window.page.get_by_text("Turn single-key shortcuts off").wait_for(state="hidden")
    press(window, place, "/")
    window.until("() => document.activeElement.closest('.st-key-search') !== null")


def test_chords_go_to_pages(window: Window, place: Place) -> None:
    window.open("/health")
    pages = {"p": "projections", "e": "events", "l": "logs", "t": "order", "m": "models", "s": "services"}
    for letter, page in pages.items():
        window.page.wait_for_timeout(500)  # a page that was just drawn may be drawn again, between the two keys
        press(window, place, "g", letter)
        window.until_place(f"/{page}")
    window.page.wait_for_timeout(500)
    press(window, place, "g", "o")
    window.until_place("/")


def test_in_a_text_field_every_key_writes(window: Window) -> None:
    window.open(f"/events?t={AT}").page.locator(".st-key-search input").focus()
    typed = "/?gmnjk,.<>[]aAybdr c"
    for key in (*typed, "ArrowLeft", "ArrowRight"):
        window.page.keyboard.press(key)
    window.page.wait_for_timeout(600)  # longer than the bar needs to settle
    assert window.page.locator(".st-key-search input").input_value() == typed
    assert (window.path, window.parameters) == ("/events", {"t": AT})
    assert window.page.get_by_text("Turn single-key shortcuts off").is_hidden()


FINDING = "() => (document.activeElement.getAttribute('aria-label') ?? '').startsWith('Find an order')"


@pytest.mark.parametrize("key", ["Control+k", "Meta+k"])
def test_from_anywhere_to_any_key_also_out_of_a_field(window: Window, place: Place, key: str) -> None:
    window.open(f"/events?t={AT}").page.locator("tr.link").first.wait_for()
    window.page.wait_for_timeout(500)  # who leaves a page that still arrives may lose the moment to Streamlit
    press(window, place, key)
    window.until_place("/order", t=AT)
    window.until(FINDING)
    window.page.keyboard.type("order-1")
    window.page.keyboard.press("Enter")
    window.until_place("/order", t=AT, k="order-1")
    window.page.get_by_label("Compare with").focus()
    window.page.keyboard.press(key)
    window.until(FINDING)
    press(window, in_page, "?")
    window.page.get_by_text("Turn single-key shortcuts off").wait_for()
    window.page.keyboard.press(key)
    window.page.get_by_text("Turn single-key shortcuts off").wait_for(state="hidden")
    window.until(FINDING)


def test_the_time_machines_own_keys(window: Window, place: Place) -> None:
    window.open("/order?k=order-1").page.locator(".story[data-step] .leaf").first.wait_for()
    press(window, place, "b")
    grid = window.page.get_by_role("grid", name="State")
    window.until_so(
        lambda: (grid.get_attribute("aria-activedescendant") or "").endswith("-2"), "who set the first value"
    )
    window.page.keyboard.press("Enter")
    window.until_so(lambda: "e" in window.parameters, "the event that set it")
    window.settled()
    press(window, place, "d")
    window.until("() => document.activeElement.getAttribute('aria-label') === 'Compare with'")


NOTED = """() => window.addEventListener('keydown', (event) => setTimeout(() => {
    window.seen = event.defaultPrevented;
}))"""


@pytest.mark.parametrize("key", ["r", "Alt+ArrowLeft", "Control+j", "Meta+j", "Control+Shift+k", "Control+n"])
def test_the_browsers_keys_are_left_alone(key: str, window: Window) -> None:
    window.open("/health").page.evaluate(NOTED)
    window.page.evaluate("() => window.addEventListener('popstate', (event) => event.stopImmediatePropagation(), true)")
    press(window, in_page, key)
    window.until("() => window.seen !== undefined")
    assert window.page.evaluate("() => window.seen") is False


def test_single_keys_can_be_turned_off_for_good(window: Window, place: Place) -> None:
    window.open(f"/health?t={AT}").page.keyboard.press("?")
    box = window.page.get_by_label("Turn single-key shortcuts off")
    box.check()
    window.page.keyboard.press("Escape")
    window.page.reload()
    window.settled().page.locator(".hand.moment").wait_for()
    press(window, place, "n", "a", "g", "e", "y")
    window.page.wait_for_timeout(600)
    assert (window.path, window.parameters) == ("/health", {"t": AT})
    press(window, place, "?")
    box.uncheck()
    window.page.keyboard.press("Escape")
    press(window, place, "n")
    window.until_place("/health")
