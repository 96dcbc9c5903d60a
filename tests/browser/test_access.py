"""Every page for everybody: axe finds nothing serious, nothing lies beside the page, in both themes and widths."""

from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser

from tests.browser.pages import Window, fresh

pytestmark = pytest.mark.real("chromium")

AXE = (Path(axe_playwright_python.__path__[0]) / "axe.min.js").read_text(encoding="utf-8")

PAGES = (
    "/",
    "/events",
    "/events?e=2&t=2026-03-01T12:05:00Z",
    "/logs",
    "/logs?e=2&level=error",
    "/order",
    "/order?k=order-1&p=orders&when=status+is+not+nothing&path=status",
    "/order?k=order-1&p=orders&known=20&t2=2026-03-01T12:01:00Z",
    "/models?p=orders&known=20",
    "/models?p=orders&when=status+is+not+nothing",
    "/models?p=orders&when=status+%3D%3D+paid",
    "/models?p=orders&t2=2026-03-01T12:05:00Z",
    "/services",
    "/projections?p=orders",
    "/health?n=1",
)

BACKGROUND = {"light": "rgb(255, 255, 255)", "dark": "rgb(14, 17, 23)"}


THEIRS = ("scrollable-region-focusable", '<pre class="st-emotion-cache-')
"""Streamlit's own block of code: it scrolls, and has no tabindex. Chromium lets the keyboard in all the same."""


def violations(window: Window) -> list[tuple[str, list[str]]]:
    """What axe calls serious or critical, also within the browser parts, but for the one of Streamlit's own."""
    window.page.evaluate(AXE)
    found = window.page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")
    serious = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
    told = [(one["id"], [node["html"] for node in one["nodes"] if not theirs(one["id"], node)]) for one in serious]
    return [(rule, nodes) for rule, nodes in told if nodes]


def theirs(rule: str, node: dict[str, Any]) -> bool:
    return rule == THEIRS[0] and str(node["html"]).startswith(THEIRS[1])


@pytest.mark.parametrize("theme", BACKGROUND)
def test_no_page_shuts_anybody_out_or_scrolls_sideways(theme: str, chromium: Browser, served: str) -> None:
    with fresh(chromium, served, color_scheme=theme) as window:
        for path in PAGES:
            window.page.set_viewport_size({"width": 1280, "height": 900})
            window.open(path)
            window.until_so(lambda: window.page.locator("[aria-busy=true]").count() == 0, f"{path} is not busy")
            for width in (1280, 1920):
                window.page.set_viewport_size({"width": width, "height": 900})
                window.page.wait_for_timeout(300)
                wide = window.page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollWidth")
                assert (path, wide) == (path, width)
                assert (path, width, violations(window)) == (path, width, [])
        background = window.page.evaluate(
            "() => getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
        )
        assert background == BACKGROUND[theme]


def test_the_sheet_of_keys_shuts_nobody_out(window: Window) -> None:
    window.open("/health").page.keyboard.press("?")
    window.page.get_by_text("Turn single-key shortcuts off").wait_for()
    assert violations(window) == []


PLANTED = {
    "button-name": "<button></button>",
    "color-contrast": "<p style='color:#888;background:#999'>Hardly anybody reads this</p>",
    "image-alt": "<img src='data:,'>",
}


@pytest.mark.parametrize("rule", PLANTED)
def test_what_shuts_somebody_out_is_found_within_a_browser_part_too(rule: str, window: Window) -> None:
    window.open("/health")
    window.page.locator(".st-key-moment_bar .bar").evaluate(
        "(bar, html) => { const made = document.createElement('div'); made.innerHTML = html; bar.append(made) }",
        PLANTED[rule],
    )
    assert rule in {name for name, _ in violations(window)}
