"""A link is the whole state: on every page it opens the same in another browser, and Back is one press."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.pages import Window, fresh

pytestmark = pytest.mark.real("chromium")

TEXT = """() => {
    const told = [];
    const walk = (node) => {
        if (node.nodeType === Node.TEXT_NODE && node.textContent.trim()) told.push(node.textContent.trim());
        if (node.nodeType !== Node.ELEMENT_NODE && node.nodeType !== Node.DOCUMENT_FRAGMENT_NODE) return;
        if (node.matches && (node.matches('style, script, .ago, .said, .bubble') || !node.checkVisibility())) return;
        if (node.matches && node.matches('input')) told.push(node.type === 'radio' ? node.checked : node.value);
        if (node.matches && node.matches('[role=slider]')) told.push(node.getAttribute('aria-valuetext'));
        if (node.shadowRoot) walk(node.shadowRoot);
        node.childNodes.forEach(walk);
    };
    walk(document.querySelector('[data-testid=stMain]'));
    return told;
}"""
"""All that can be seen on the page, also within the browser parts, but for how long ago something was."""


def reads(window: Window) -> list[str]:
    """What can be seen on the page."""
    return list(window.page.evaluate(TEXT))


def until_same(window: Window, other: Window) -> list[str]:
    """Wait until both show the same; what that is."""
    window.until_so(lambda: reads(window.settled()) == reads(other.settled()), "the same in both")
    return reads(other)


def hour_back(window: Window) -> None:
    window.page.locator(".hand.moment").focus()
    window.page.keyboard.press(",")


def row(window: Window) -> None:
    window.page.locator(".st-key-events tr.link").nth(2).click()


def path(window: Window) -> None:
    window.page.locator(".state .leaf[data-path=order_id] .path a").click()


def condition(window: Window) -> None:
    field = window.page.get_by_label("When exactly?")
    field.fill("status is not nothing")
    field.press("Enter")


def read_model(window: Window) -> None:
    window.page.locator("tr.link[data-id=payments]").first.click()


def pin(window: Window) -> None:
    window.page.locator(".hand.moment").focus()
    window.page.keyboard.press("a")


ACTS = {
    "/": pin,
    "/events": row,
    "/order?k=order-1&p=orders": path,
    "/models?p=orders": condition,
    "/services": pin,
    "/projections": read_model,
    "/health": pin,
}


@pytest.fixture
def window(chromium: Browser, served: str) -> Iterator[Window]:
    """A window without a history."""
    with fresh(chromium, served) as opened:
        yield opened


@pytest.mark.parametrize(("page", "act"), ACTS.items(), ids=lambda one: getattr(one, "__name__", one))
def test_a_link_opens_the_same_elsewhere_and_back_is_one_press(
    page: str, act: Callable[[Window], None], window: Window, chromium: Browser, served: str
) -> None:
    window.open(page)
    start = went(window, act, window.page.url)
    link = went(window, hour_back, start)
    with fresh(chromium, served) as other:
        other.open(link.removeprefix(served))
        there = until_same(window, other)
        assert other.page.url == link
        window.page.go_back()
        window.until_so(lambda: window.page.url == start, start)
        other.open(start.removeprefix(served))
        assert until_same(window, other) != there


def went(window: Window, act: Callable[[Window], None], before: str) -> str:
    """Where it leads."""
    act(window)
    window.until_so(lambda: window.page.url != before, "another place")
    return window.settled().page.url
