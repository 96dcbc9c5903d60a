"""The time machine in a real browser: from a value to its event, its history, when it was so, and out into a file."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.pages import Window

pytestmark = pytest.mark.real("chromium")


def until(window: Window, text: str, **parameters: str) -> None:
    """Wait until the address has these parameters and the page shows the text."""
    window.until_so(lambda: window.parameters == parameters, parameters)
    window.settled().shows(text)


def test_a_value_leads_to_the_event_that_made_it_so_by_keyboard(window: Window) -> None:
    window.open("/order?k=order-1&p=orders").shows("What changed")
    window.page.locator(".leaf[data-path=order_id]").wait_for()
    window.page.get_by_role("grid").focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "Enter"):
        window.page.keyboard.press(key)
    window.until_drawn("/order", "after #1", k="order-1", p="orders", e="1")
    window.page.go_back()
    window.until_place("/order", k="order-1", p="orders")


def test_a_path_opens_its_history_and_a_condition_its_times(window: Window) -> None:
    window.open("/order?k=order-1&p=orders").shows("What changed")
    window.page.locator(".leaf[data-path=order_id] .path a").click()
    until(window, "1 value", k="order-1", p="orders", path="order_id")
    field = window.page.get_by_label("When exactly?")
    field.fill('order_id = "1"')
    field.press("Enter")
    until(window, "held once", k="order-1", p="orders", path="order_id", when='order_id = "1"')
    window.page.go_back()
    until(window, "1 value", k="order-1", p="orders", path="order_id")


def test_the_test_is_downloaded_and_passes(window: Window, tmp_path: Path) -> None:
    window.open("/order?k=order-1&p=orders").shows("Take it with you")
    with window.page.expect_download() as download:
        window.page.get_by_text("Test for pytest").click()
    file = tmp_path / download.value.suggested_filename
    assert file.name == "test_order_1.py"
    download.value.save_as(file)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(file)]
    assert subprocess.run(command, cwd=tmp_path, check=False).returncode == 0
    assert window.parameters == {"k": "order-1", "p": "orders"}
