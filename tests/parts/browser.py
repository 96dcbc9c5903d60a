"""Chromium for the tests: the system's, or the one that Playwright installed."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

NAMED = "CHRONOSCOPE_TEST_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome")


def missing() -> str | None:
    """Why no Chromium can be started here, or None."""
    return None if executable() else "no Chromium was found on PATH or among Playwright's browsers"


def executable() -> Path | None:
    """The browser's program: the named one, the system's, Playwright's own."""
    named = os.environ.get(NAMED) or next(filter(None, map(shutil.which, NAMES)), None)
    if named:
        return Path(named)
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache/ms-playwright"))
    return max(cache.glob("chromium-*/chrome-linux*/chrome"), default=None)


def sandbox() -> list[str]:
    """What the browser must be told about its sandbox: it has none for root."""
    return ["--no-sandbox"] if os.geteuid() == 0 else []


@contextmanager
def browser() -> Iterator[Browser]:
    """A started browser without a window."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable(), args=sandbox())
        try:
            yield started
        finally:
            started.close()
