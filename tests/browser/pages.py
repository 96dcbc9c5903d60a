"""A browser window on the dashboard, and what it must never do."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Browser, Page

PATIENCE = 120
"""Seconds to wait for what must come: a fresh server's first page took one minute on a machine ten times overbooked."""

READY = """() => {
    const app = document.querySelector('[data-testid=stApp]');
    const drawn = app && app.dataset.testScriptState === 'notRunning' && document.querySelector('.st-key-bar');
    return Boolean(drawn && window.chronoscopeKeys);
}"""

HARMLESS = (
    "Executing inline script",  # one line of Streamlit's own page, refused by the CSP on purpose
    "404 (Not Found)",  # Streamlit looks for its server below a page's path first
)


class Window:
    """One window; it remembers errors and requests to others."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.errors: list[str] = []
        self.foreign: list[str] = []
        host = urlsplit(address).netloc
        page.on("console", lambda said: self.errors.extend([said.text] if said.type == "error" else []))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda asked: self._foreign(asked.url, host))

    def _foreign(self, url: str, host: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != host:
            self.foreign.append(url)

    def open(self, path: str = "/") -> "Window":
        """Load a page and wait until it is drawn."""
        self.page.goto(self.address + path)
        return self.settled()

    def settled(self) -> "Window":
        """Wait until the script has run."""
        self.until(READY)
        return self

    def until(self, script: str, argument: Any = None) -> None:
        """Wait until the script gives true. Playwright's own waiting needs eval, which the CSP forbids."""
        self.until_so(lambda: bool(self.page.evaluate(script, argument)), (script, argument))

    def until_so(self, so: Callable[[], bool], wanted: object) -> None:
        """Wait until it is so; `wanted` is told where it never is."""
        end = time.monotonic() + PATIENCE
        while not so():
            assert time.monotonic() < end, (wanted, self.page.url, self.errors)
            self.page.wait_for_timeout(50)

    def until_place(self, path: str, **parameters: str) -> None:
        """Wait until the address is this page with these parameters."""
        self.until_so(lambda: (self.path, self.parameters) == (path, parameters), (path, parameters))
        self.settled()

    def until_error(self, part: str) -> None:
        """Wait until the browser has logged such an error."""
        self.until_so(lambda: any(part in error for error in self.errors), part)

    def until_drawn(self, path: str, text: str, **parameters: str) -> None:
        """Wait until the address is this page and the page shows a text that the one before it does not have.

        The browser's history changes the address at once, long before the page is drawn. Who goes back again in
        between has Streamlit write the page that it was about to draw as a new entry, and nothing is left to go
        forward to.
        """
        self.until_place(path, **parameters)
        self.shows(text)
        self.settled()

    @property
    def path(self) -> str:
        """The path below the dashboard's address."""
        return self.page.url.removeprefix(self.address).partition("?")[0]

    @property
    def parameters(self) -> dict[str, str]:
        """The address's parameters."""
        return dict(parse_qsl(urlsplit(self.page.url).query))

    def shows(self, text: str) -> None:
        """Wait until the text is on the page, also within the browser parts."""
        self.page.get_by_text(text).first.wait_for(timeout=PATIENCE * 1_000)

    def check(self) -> None:
        """Nothing foreign was asked or run, and nothing failed."""
        assert self.page.evaluate("() => window.__xss") is None
        assert self.foreign == []
        harmful = [error for error in self.errors if not any(part in error for part in HARMLESS)]
        assert not harmful, harmful


@contextmanager
def fresh(chromium: Browser, address: str, **options: Any) -> Iterator[Window]:
    """A browser that was never here; at the end nothing foreign was asked or run, and nothing failed."""
    context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
    with closing(context):
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
        window = Window(context.new_page(), address)
        yield window
        window.check()
