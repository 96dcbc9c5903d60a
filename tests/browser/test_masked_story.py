"""The story below a base path, with a mask, of a key whose fold stopped: nothing hidden comes to the browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from eventstore import EventStore, Projector, load
from tests import given
from tests.app.test_travel import FRAIL
from tests.browser.pages import Window, fresh
from tests.browser.served import dashboard
from tests.browser.telling import shown

pytestmark = pytest.mark.real("chromium")

HOLDER = "Ada Lovelace"
KINDS = ("Order Created", "Order Paid", "Order Paid")
FOLDS = FRAIL.replace('"no till"', 'f"no till for {event.data}"').replace(
    '{"status": "created"}', '{"status": "created", "holder": event.data["holder"]}'
)


def fill(folder: Path) -> Path:
    """A store with an order that is parked at its payment, and the settings beside it."""
    (folder / "frail.py").write_text(FOLDS)
    path = folder / "shop.db"
    settings = f'projections = ["{folder / "frail.py"}"]\nmask = ["holder"]\n'
    (folder / "chronoscope.toml").write_text(settings)
    with EventStore.open(f"sqlite:///{path}") as store:
        for number, kind in enumerate(KINDS):
            store.append([given.event("order-1", kind, {"holder": HOLDER}, given.NOON + number * given.SECOND)])
        Projector(store, load([str(folder / "frail.py")])).catch_up()
    return path


@pytest.fixture(scope="module")
def served_masked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The dashboard's address, its base path with it."""
    with dashboard(fill(tmp_path_factory.mktemp("masked")), base_path="/chrono") as address:
        yield address


@pytest.fixture
def window(chromium: Browser, served_masked: str) -> Iterator[Window]:
    """A window on the story at its last step."""
    with fresh(chromium, served_masked) as opened:
        opened.open("/order?k=order-1&p=frail").shows("What changed")
        yield opened


def test_the_story_is_asked_below_the_base_path(window: Window) -> None:
    with window.page.expect_response(lambda answer: "/steps?" in answer.url) as answer:
        window.open("/order?k=order-1&p=frail")
    assert answer.value.url.startswith(f"{window.address}/steps?")
    assert answer.value.ok
    assert shown(window)["step"] == len(KINDS) - 1


def test_refused_and_parked_steps_say_so_in_words(window: Window) -> None:
    shown(window)
    rows = window.page.locator(".step:not([hidden])")
    assert rows.locator(".marks").all_text_contents() == ["", "refused", "parked"]
    names = rows.evaluate_all("(rows) => rows.map((row) => row.getAttribute('aria-label').split(', ').at(-1))")
    assert names[1:] == ["refused", "parked"]
    rows.nth(1).hover()
    window.until_so(lambda: "hidden by the mask" in str(rows.nth(1).get_attribute("title")), "why it was refused")
    last = shown(window)
    window.page.keyboard.press("k")
    window.until_so(lambda: window.parameters.get("e") == "2", "the step before")
    window.settled()
    assert [shown(window)[name] for name in ("step", "state", "changes")] == [1, last["state"], []]


def test_what_the_mask_hides_does_not_come_to_the_browser(window: Window) -> None:
    assert [one[:2] for one in shown(window)["state"]] == [["holder", '"•••"'], ["status", '"created"']]
    for path in (
        "/steps?k=order-1&p=frail&first=0&count=9",
        "/story?k=order-1&p=frail",
        "/steps?k=order-1&first=0&count=9",
    ):
        answer = window.page.context.request.get(window.address + path)
        assert answer.ok
        assert HOLDER not in answer.text()
    for place in ("", "&e=1", "&e=2", "&path=holder", "&t2=2026-03-01T11:00:00Z"):
        window.open(f"/order?k=order-1&p=frail{place}").shows("What changed")
        assert window.page.get_by_text("created").count() > 0
        assert window.page.get_by_text(HOLDER).count() == 0, place
