"""States that are hostile by their size: very long, very wide and very deep ones are shown, and the page answers on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from eventstore import EventStore, Projector, load
from eventstore.core.canonical import MAX_DEPTH
from eventstore.errors import Unreadable
from eventstore.ingest import Advance, Intake
from eventstore.settings import Settings
from tests import given
from tests.browser.conftest import VECTORS
from tests.browser.pages import Window, fresh
from tests.browser.served import dashboard
from tests.browser.telling import shown
from tests.ingest.records import TOPICS, record

pytestmark = pytest.mark.real("chromium")

PARKED, REPLAYED = "thing-1", "thing-2"

SECONDS = 0.6
"""What a key press may take until its step is painted, on a machine in a hurry; left alone it takes 0.04 s."""

ELEMENTS = 1_500
"""So many elements at most has the story, whatever it shows."""

WIDE = 5_000
CONTROLS = "\u202egnirts\u2066\x1b[31m\x9b31m\u200f\x07"
ESCAPED = r"\u202egnirts\u2066\u001b[31m\u009b31m\u200f\u0007"
LONG = f"{CONTROLS}{VECTORS[0]}{'long ' * 200_000}"


def deep(levels: int) -> dict[str, Any]:
    """A payload of arrays and objects so many levels deep."""
    found: Any = [VECTORS[1]]
    for level in range(levels - 2):
        found = {"d": found} if level % 2 else [found]
    return {"deep": found}


def wide(value: Any) -> dict[str, Any]:
    """A payload of so many members, some of them named by what would run."""
    return {f"{VECTORS[number % len(VECTORS)]} {number}": value for number in range(WIDE)}


SAID = (
    {"n": 1},
    {"text": LONG},
    {"text": "short"},
    wide({}),
    wide({"in": 1}),
    wide(CONTROLS),
    deep(MAX_DEPTH),
    {"n": 2},
)


def fill(path: Path) -> None:
    """Two keys of the same events: one that a read model parked, one that goes on behind all read models."""
    with EventStore.open(f"sqlite:///{path}") as store:
        for key in (PARKED, REPLAYED):
            for number, data in enumerate(SAID):
                store.append([given.event(key, "Said", data, given.NOON + number * given.SECOND)])
            if key == PARKED:
                Projector(store, load(Settings().projections)).catch_up()
        deeper = record({"event": "E", "data": deep(500)})
        taken = {(deeper.topic, deeper.partition): Advance(deeper.topic_id, None, deeper.offset + 1)}
        Intake(store, TOPICS).take([deeper], taken)


@pytest.fixture(scope="module")
def served_heavy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The dashboard's address."""
    path = tmp_path_factory.mktemp("heavy") / "shop.db"
    fill(path)
    with dashboard(path) as address:
        yield address


@pytest.fixture
def window(chromium: Browser, served_heavy: str) -> Iterator[Window]:
    """A window that notes when a key was pressed."""
    with fresh(chromium, served_heavy) as opened:
        opened.page.add_init_script(
            "addEventListener('keydown', () => { window.pressed = performance.now() }, { capture: true })"
        )
        yield opened


PAINTED = """async (wanted) => {
    const painted = () => new Promise((next) => requestAnimationFrame(() => setTimeout(next)));
    const roots = [...document.querySelectorAll('.st-key-story *')].map((one) => one.shadowRoot);
    const story = roots.find((one) => one?.querySelector('.story')).querySelector('.story');
    const there = () => story.querySelector('.reading').hidden && Number(story.dataset.step) === wanted;
    while (!there() && performance.now() < window.pressed + 30_000) await painted();
    await painted();
    return {
        there: there(), seconds: (performance.now() - window.pressed) / 1_000,
        elements: story.querySelectorAll('*').length, characters: story.textContent.length,
    };
}"""


def pressed(window: Window, key: str, step: int) -> dict[str, Any]:
    """A real press of a key on the hand; when the step was painted, and what the page then is made of."""
    window.page.get_by_role("slider", name="Step").focus()
    window.page.keyboard.press(key)
    found: dict[str, Any] = window.page.evaluate(PAINTED, step)
    assert found["there"], (key, step)
    return found


def opened(window: Window, key: str) -> Window:
    """The story of the key, at its last step."""
    window.open(f"/order?k={key}&p=automatic").shows("What changed")
    assert shown(window)["step"] == len(SAID) - 1
    return window


def at_step(window: Window, key: str, step: int) -> Window:
    """The story of the key, at this step by its address."""
    position = 1 + step + (len(SAID) if key == REPLAYED else 0)
    window.open(f"/order?k={key}&p=automatic&e={position}")
    assert shown(window)["step"] == step
    return window


def test_the_page_answers_each_key_and_stays_small(window: Window) -> None:
    opened(window, REPLAYED)
    last = len(SAID) - 1
    way = [*(("ArrowLeft", step) for step in reversed(range(last))), *(("ArrowRight", step) for step in range(1, last))]
    for key, step in [*way, ("Home", 0), ("End", last)]:
        found = pressed(window, key, step)
        assert found["seconds"] < SECONDS, (key, step)
        assert found["elements"] < ELEMENTS
        assert found["characters"] < 100_000


def test_a_page_that_stood_still_would_be_noticed(window: Window) -> None:
    opened(window, REPLAYED).page.evaluate(
        """(still) => addEventListener('keydown', () => {
            const end = performance.now() + still; while (performance.now() < end);
        }, { capture: true })""",
        SECONDS * 1_000,
    )
    assert pressed(window, "ArrowLeft", len(SAID) - 2)["seconds"] >= SECONDS


def test_a_long_text_is_shown_verbatim_and_whole_on_demand(window: Window) -> None:
    row = at_step(window, REPLAYED, 1).page.locator(".leaf[data-path=text]")
    told = f'"{ESCAPED}{VECTORS[0]}'
    assert str(row.locator(".value span").text_content()).startswith(f"{told}long ")
    row.get_by_role("button", name="open").click()
    dialog = window.page.get_by_role("dialog")
    assert str(dialog.locator("pre").text_content()).startswith(told)
    dialog.get_by_role("button", name="Show all").click()
    assert dialog.locator("pre").text_content() == f'{told}{"long " * 200_000}"'
    window.page.keyboard.press("Escape")
    assert pressed(window, "ArrowLeft", 0)["seconds"] < SECONDS


def test_each_of_many_members_is_in_reach(window: Window) -> None:
    grid = at_step(window, REPLAYED, 5).page.get_by_role("grid")
    assert grid.get_attribute("aria-rowcount") == str(WIDE + 3)  # and `n`, `text` and `status`
    grid.focus()
    window.page.keyboard.press("End")
    last = window.page.locator(f".leaf[aria-rowindex='{WIDE + 3}']")
    last.wait_for()
    assert last.locator(".path").text_content() == last.get_attribute("data-path")
    assert last.locator(".value span").text_content() == f'"{ESCAPED}"'
    window.page.get_by_label("Find in the state").fill(f"{VECTORS[3]} 4")
    window.until_so(lambda: 0 < len(shown(window)["state"]) < 60, "those that are looked for")


def test_the_deepest_value_is_shown(window: Window) -> None:
    at_step(window, REPLAYED, 6)
    window.page.get_by_label("Find in the state").fill("deep")
    window.until_so(lambda: len(shown(window)["state"]) == 1, "the deep one")
    ((path, text, _),) = shown(window)["state"]
    assert path.count("[0]") + path.count(".d") + len(["deep"]) == MAX_DEPTH
    assert text == f'"{VECTORS[1]}"'


def test_what_lies_deeper_is_no_event_but_a_dead_letter(window: Window, tmp_path: Path) -> None:
    with EventStore.open(f"sqlite:///{tmp_path / 'shop.db'}") as store, pytest.raises(Unreadable, match="deeper"):
        store.append([given.event(PARKED, "Said", deep(MAX_DEPTH + 1), given.NOON)])
    window.open("/health?n=1").shows("Dead letter 1: nested too deeply")


def test_a_state_that_is_too_large_to_keep_parks_its_key_and_says_so(window: Window) -> None:
    opened(window, PARKED).shows("made a state of 1,0")
    marks = window.page.locator(".step:not([hidden])").evaluate_all(
        "(rows) => rows.map((row) => [row.querySelector('.marks').textContent, row.getAttribute('aria-label')])"
    )
    assert [mark for mark, _ in marks] == ["", "refused", *["parked"] * (len(SAID) - 2)]
    assert all(told.endswith(mark) for mark, told in marks)
    state = shown(window)["state"]
    assert [one[:2] for one in state] == [["n", "1"], ["status", '"Said"']]
    for step in reversed(range(len(SAID) - 1)):
        assert pressed(window, "ArrowLeft", step)["seconds"] < SECONDS
        assert shown(window)["state"] == state


@pytest.mark.parametrize("more", ["path=text", "t2=2026-03-01T12:00:01Z", "when=n = 2"])
def test_what_is_asked_beside_it_stays_bounded(more: str, window: Window) -> None:
    window.open(f"/order?k={REPLAYED}&p=automatic&{more}")
    assert shown(window)["step"] == len(SAID) - 1
    elements, titles = window.page.evaluate(
        """() => {
            const all = [];
            const walk = (root) => root.querySelectorAll('*').forEach((one) => {
                all.push(one);
                if (one.shadowRoot) walk(one.shadowRoot);
            });
            walk(document);
            return [all.length, all.reduce((sum, one) => sum + (one.title?.length ?? 0), 0)];
        }"""
    )
    assert elements < 8_000
    assert titles < 1_000_000
    assert pressed(window, "ArrowLeft", len(SAID) - 2)["seconds"] < SECONDS
