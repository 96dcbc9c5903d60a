"""Read models in a real browser: travelling on a curve, and the keys behind a number."""

import pytest

from tests.browser.pages import Window

pytestmark = pytest.mark.real("chromium")

DRAWN = "() => document.querySelectorAll('.js-plotly-plot .nsewdrag').length === 2"


def on_curve(window: Window, name: str, share: float) -> tuple[float, float]:
    """A point of the page at that share of a curve's width."""
    window.until(DRAWN)
    box = window.page.locator(f"[class*=st-key-{name}_] .nsewdrag").bounding_box()
    assert box is not None
    return box["x"] + box["width"] * share, box["y"] + box["height"] / 2


def minute(text: str) -> int:
    """The minute of a time in a link."""
    assert text.startswith("2026-03-01T12:"), text
    return int(text[14:16])


def test_a_click_on_the_curve_travels_there_and_back_returns(window: Window) -> None:
    window.open("/models?p=orders").shows("click to travel there")
    x, y = on_curve(window, "counted", 0.5)
    window.page.mouse.move(x, y)
    window.page.wait_for_timeout(300)  # what is clicked is what is hovered
    window.page.mouse.click(x, y)
    window.until("() => location.search.includes('t=')")
    window.settled()
    assert 4 <= minute(window.parameters["t"]) <= 8
    window.shows("Past")
    window.page.go_back()
    window.until_place("/models", p="orders")


def test_a_brush_compares_the_moments_at_its_ends(window: Window) -> None:
    window.open("/models?p=orders").shows("drag to compare two moments")
    (x, y), (end, _) = on_curve(window, "total", 0.3), on_curve(window, "total", 0.7)
    window.page.mouse.move(x, y)
    window.page.mouse.down()
    window.page.mouse.move((x + end) / 2, y, steps=5)
    window.page.mouse.move(end, y, steps=5)
    window.page.mouse.up()
    window.until("() => location.search.includes('t2=')")
    window.settled().shows("From value to value")
    assert minute(window.parameters["t2"]) < minute(window.parameters["t"])


def test_a_number_opens_the_keys_behind_it_and_a_key_its_story(window: Window) -> None:
    window.open("/models?p=orders&t2=2026-03-01T12:04:30Z").shows("From value to value")
    window.page.get_by_label("keys: (new) to paid").click()
    window.until("() => location.search.includes('move=')")
    window.settled().shows("All that differ")
    assert window.parameters["move"] == '[null, "paid"]'
    window.page.locator(".st-key-behind tr.link").first.click()
    window.until("() => location.pathname.endsWith('/order')")
    window.settled().shows("read from orders")
    assert window.parameters["p"] == "orders"
