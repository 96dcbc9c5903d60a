"""Whatever stands in a payload, a name or a message is shown, and never run (reliability X1 to X4)."""

import json
from urllib.parse import urlencode

import pytest

from tests.browser.conftest import VECTORS
from tests.browser.pages import Window

pytestmark = pytest.mark.real("chromium")


def looked_at(window: Window) -> None:
    """Stay a while: what fires, fires after drawing."""
    window.page.wait_for_timeout(300)
    window.check()


@pytest.mark.parametrize(
    "page", ["/", "/events", "/logs", "/order", "/models?p=automatic", "/models?p=orders", "/projections", "/health"]
)
def test_lists(page: str, window: Window) -> None:
    window.open(page)
    looked_at(window)


def test_an_open_event_in_every_tab(window: Window) -> None:
    for number, vector in enumerate(VECTORS):
        window.open(f"/events?e={number * 4 + 2}")
        if number == 0:
            window.shows(vector)
        for tab in ("Effects", "Why", "Origin", "Stream"):
            window.page.get_by_role("tab", name=tab).click()
        window.page.wait_for_timeout(100)
    looked_at(window)


def test_keys_and_states(window: Window) -> None:
    for vector in VECTORS:
        window.open("/order?" + urlencode({"k": f"order-{vector}"})).shows("What changed")
    looked_at(window)


def test_filters_and_searches(window: Window) -> None:
    for vector in VECTORS[:4]:
        window.open("/events?" + urlencode({"c": vector, "type": vector, "q": vector, "stream": vector, "w": vector}))
        window.open("/order?" + urlencode({"q": vector, "k": vector, "t": vector, "known": vector}))
    looked_at(window)


def test_read_models_compared_and_asked(window: Window) -> None:
    window.open("/models?p=automatic&t2=2026-03-01T12:05:30Z").shows("From value to value")
    looked_at(window)
    for vector in VECTORS[:4]:
        window.open("/models?" + urlencode({"p": "automatic", "f": f"status = {json.dumps(vector)}", "ever": "1"}))
        window.shows("Was ever so")
        window.open("/models?" + urlencode(dict.fromkeys(("p", "f", "by", "sum", "t2", "move", "row"), vector)))
    looked_at(window)


def test_dead_letters(window: Window) -> None:
    for number, vector in enumerate(VECTORS, start=1):
        window.open("/health?" + urlencode({"reason": vector, "n": str(number)})).shows(f"Dead letter {number}")
    looked_at(window)


def test_the_controls_would_be_noticed(window: Window) -> None:
    window.open("/health").errors.clear()  # of the one inline script of Streamlit's own page, refused in the same words
    window.page.evaluate("() => { window.__xss = 1; new Image().src = 'http://evil.example/beacon' }")
    window.until_so(lambda: bool(window.foreign or window.errors), "a request or an error")
    assert window.page.evaluate("() => window.__xss") == 1
    window.page.evaluate("() => { window.__xss = undefined }")
    window.errors.clear()
    window.foreign.clear()


def test_the_policy_stops_what_a_page_would_run(window: Window) -> None:
    window.open("/health").errors.clear()  # as above
    window.page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.__xss = 9';"
        " document.body.append(s);"
        " document.body.insertAdjacentHTML('beforeend', '<img src=x: onerror=\"window.__xss=10\">') }"
    )
    window.until_error("Content Security Policy")
    window.page.wait_for_timeout(300)
    assert window.page.evaluate("() => window.__xss") is None
    window.errors.clear()
