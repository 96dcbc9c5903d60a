"""The story in a real browser: what it shows at each step is what the pure core says, however one came there."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Route

from app import formats
from tests.browser import telling
from tests.browser.pages import Window
from tests.browser.served import dashboard
from tests.browser.telling import Core, shown

pytestmark = pytest.mark.real("chromium")

EVENTS = 600  # more than two windows of steps
BAR = b"Back to live (n)"  # what a button says that stands beside the moment bar
ADDRESS = f"/order?k={telling.KEY}&p={telling.PROJECTION}"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store's file."""
    path = tmp_path_factory.mktemp("told") / "shop.db"
    telling.fill(path, EVENTS)
    return path


@pytest.fixture(scope="module")
def core(store: Path) -> Core:
    """The story as the core tells it."""
    return Core(store)


@pytest.fixture(scope="module")
def served_story(store: Path) -> Iterator[str]:
    """The dashboard's address."""
    with dashboard(store) as address:
        yield address


def opened(chromium: Browser, address: str, **options: Any) -> Iterator[Window]:
    """A window in which every leaf has its row."""
    context = chromium.new_context(**{"viewport": {"width": 1900, "height": 2600}, **options})
    window = Window(context.new_page(), address)
    yield window
    window.check()
    context.close()


@pytest.fixture
def window(chromium: Browser, served_story: str) -> Iterator[Window]:
    """A window on the story at its end."""
    for window in opened(chromium, served_story):
        window.open(ADDRESS)
        shown(window)
        yield window


def entries(window: Window) -> int:
    return int(window.page.evaluate("() => history.length"))


def hand(window: Window) -> Locator:
    return window.page.get_by_role("slider", name="Step")


def press(window: Window, key: str) -> None:
    hand(window).focus()
    window.page.keyboard.press(key)


def drag(window: Window, where: str, start: float, end: float, *, let_go: bool = True) -> None:
    """Real pointer moves over these shares of a part's width."""
    box = window.page.locator(where).bounding_box()
    assert box is not None
    mouse, height = window.page.mouse, box["y"] + box["height"] * 0.4
    mouse.move(box["x"] + box["width"] * start, height)
    mouse.down()
    mouse.move(box["x"] + box["width"] * end, height, steps=8)
    if let_go:
        mouse.up()


AHEAD = "() => document.documentElement.hasAttribute('data-ahead')"


def stands(window: Window, index: int) -> bool:
    return bool(shown(window)["step"] == index)


def until_step(window: Window, core: Core, index: int) -> None:
    """Wait until the address names the step, and the page has been drawn for it."""
    e = str(core.steps[index].event_position)
    window.until_so(lambda: window.parameters.get("e") == e, e)
    window.settled()


class Walk:
    """A random walk, and where it must have come to."""

    def __init__(self, window: Window, core: Core, random: Random) -> None:
        self.window, self.core, self.random = window, core, random
        self.at = self.bound = len(core.steps) - 1

    def key(self) -> int:
        """A key on the hand."""
        moves = {"ArrowLeft": -1, "ArrowRight": 1, "PageDown": -10, "PageUp": 10}
        name = self.random.choice([*moves, "ArrowLeft", "PageDown"])
        press(self.window, name)
        return min(max(self.at + moves[name], 0), self.bound)

    def far(self) -> int:
        """To an end."""
        name = self.random.choice(("Home", "End"))
        press(self.window, name)
        return 0 if name == "Home" else self.bound

    def row(self) -> int:
        """A row of the list that is in view."""
        rows = self.window.page.locator(".step:not([hidden]):not(.beyond)")
        chosen = rows.nth(self.random.randrange(rows.count()))
        return int(chosen.evaluate("(row) => { row.click(); return row.dataset.step }"))

    def strip(self) -> int:
        """A place of the strip."""
        place = self.random.uniform(0.02, 0.98)
        drag(self.window, ".track", self.random.random(), place)
        box = self.window.page.locator(".track").bounding_box()
        assert box is not None
        marks = (box["width"] - 20) / len(self.core.steps)
        return min(round((box["width"] * place - 10) / marks - 0.5), self.bound)

    def blamed(self) -> int:
        """The event that set a leaf."""
        setters = self.window.page.locator(".leaf:not([hidden])")
        if not setters.count():
            return self.at
        row = setters.nth(self.random.randrange(setters.count()))
        told = row.evaluate("(row) => { row.querySelector('.setter a').click(); return row.dataset.setter }")
        return next(i for i, step in enumerate(self.core.steps) if step.event_position == int(told))

    def moment(self) -> int:
        """The moment bar, let go."""
        before = self.window.parameters.get("t")
        drag(self.window, ".bar .field", self.random.random(), self.random.uniform(0.3, 0.97))
        self.window.until_so(lambda: self.window.parameters.get("t") != before, "another moment")
        self.window.settled()
        self.bound = self.core.last_at(formats.parse_time(self.window.parameters["t"]))
        return self.bound

    def step(self) -> None:
        """Go somewhere, and look whether all that is shown is right."""
        ways: list[Callable[[], int]] = [self.key, self.far, self.row, self.strip, self.blamed, self.moment]
        way = self.random.choices(ways, (10, 1, 5, 4, 5, 1))[0]
        to = way()
        found = shown(self.window)
        near = 1 if way == self.strip else 0  # half a pixel may be another mark
        assert abs(found["step"] - to) <= near, (way, self.at, to)
        assert found == self.core.shown(found["step"]), way
        self.at = found["step"]


def test_whatever_the_way_the_page_shows_what_the_core_says(window: Window, core: Core) -> None:
    walk = Walk(window, core, Random(3))
    for _ in range(200):
        walk.step()


def test_the_comparison_would_notice(window: Window, core: Core) -> None:
    assert shown(window) == core.shown(EVENTS - 1)
    assert shown(window) != core.shown(EVENTS - 2)
    press(window, "Home")
    assert shown(window) != core.shown(EVENTS - 1)
    assert any(len(core.changes(i)) > 5 for i in range(EVENTS))


def test_the_moment_bar_moves_it_in_the_same_frame_and_nothing_is_settled(window: Window, core: Core) -> None:
    before = entries(window)
    drag(window, ".bar .field", 0.95, 0.5, let_go=False)
    words = window.page.locator(".bar .hand.moment").get_attribute("aria-valuenow")
    index = core.last_at((int(words or "") + 1) * 1_000_000)
    found = shown(window)
    assert abs(found["step"] - index) <= 1
    assert found == core.shown(found["step"])
    assert window.page.locator(".step.beyond:not([hidden])").count() > 0
    press(window, "End")
    assert shown(window)["step"] == found["step"]  # what lies beyond is not reached by keys
    assert (entries(window), window.parameters.get("t")) == (before, None)
    window.until(AHEAD)  # what Python drew is of another step, and looks so
    window.page.mouse.up()
    window.until_so(lambda: "t" in window.parameters, "a moment")
    window.settled()
    assert entries(window) == before + 1
    assert shown(window) == core.shown(found["step"])
    window.until(f"() => !({AHEAD})()")


def test_a_drag_is_one_entry_and_back_and_forward_move_the_hand(window: Window, core: Core) -> None:
    before = entries(window)
    drag(window, ".track", 0.9, 0.4)
    first = shown(window)
    until_step(window, core, first["step"])
    press(window, "PageDown")
    second = shown(window)
    until_step(window, core, second["step"])
    assert entries(window) == before + 2
    ways = (
        (window.page.go_back, first["step"]),
        (window.page.go_back, EVENTS - 1),
        (window.page.go_forward, first["step"]),
    )
    for go, index in ways:
        go()
        window.until_so(partial(stands, window, index), index)
        window.settled()
        assert shown(window) == core.shown(index)


def test_where_the_hand_comes_to_rest_the_rest_of_the_page_is_not_drawn_again(window: Window, core: Core) -> None:
    came: list[bytes] = []

    def listen(frame: str | bytes) -> None:
        came.append(frame if isinstance(frame, bytes) else frame.encode())

    window.page.on("websocket", lambda socket: socket.on("framereceived", listen))
    window.open(ADDRESS)
    shown(window)
    came.clear()
    press(window, "Home")
    until_step(window, core, 0)
    window.until_so(lambda: any(b"left_alone" in frame for frame in came), "the last part of the story")
    assert not any(BAR in frame for frame in came)
    window.page.go_back()
    window.until_so(lambda: any(BAR in frame for frame in came), "the whole page")


def test_a_link_leads_to_its_step(window: Window, core: Core) -> None:
    position = core.steps[300].event_position
    window.open(f"{ADDRESS}&e={position}")
    window.until_so(lambda: shown(window)["step"] == 300, 300)
    assert shown(window) == core.shown(300)
    assert window.parameters["e"] == str(position)


def test_by_keyboard_alone(window: Window, core: Core) -> None:
    window.page.keyboard.press("k")  # a step back, wherever one is on the page
    assert shown(window) == core.shown(EVENTS - 2)
    window.page.keyboard.press("ArrowLeft")
    assert shown(window) == core.shown(EVENTS - 3)
    window.page.keyboard.press("j")
    until_step(window, core, EVENTS - 2)
    grid = window.page.get_by_role("grid")
    grid.focus()
    setter = int(window.page.locator(".leaf[aria-rowindex='1']").get_attribute("data-setter") or "")
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "Enter"):
        window.page.keyboard.press(key)
    window.until_so(lambda: core.steps[shown(window)["step"]].event_position == setter, "the event that set it")
    window.settled()
    for key in ("ArrowLeft", "ArrowLeft", "Enter"):
        window.page.keyboard.press(key)
    window.until_so(lambda: "path" in window.parameters, "a field's history")
    window.settled()


def test_keys_do_not_reach_streamlit(window: Window) -> None:
    hand(window).focus()
    window.page.keyboard.press("End")
    window.page.wait_for_timeout(400)
    assert window.page.get_by_role("dialog").count() == 0
    assert window.parameters == {"k": telling.KEY, "p": telling.PROJECTION}


def test_shift_and_arrows_go_to_changes_of_the_pinned_path(window: Window, core: Core) -> None:
    window.open(f"{ADDRESS}&path=total")
    touched = [i for i in range(EVENTS) if any(str(one[0]).startswith("total") for one in core.changes(i))]
    shown(window)
    for index in touched[:-4:-1]:
        press(window, "Shift+ArrowLeft")
        if index != EVENTS - 1:
            window.until_so(partial(stands, window, index), index)


def test_search_and_unchanged(window: Window, core: Core) -> None:
    window.page.get_by_label("Find in the state").fill("total")
    window.until_so(lambda: 0 < len(shown(window)["state"]) < len(core.shown(EVENTS - 1)["state"]), "fewer leaves")
    assert all("total" in f"{path}{text}".lower() for path, text, _ in shown(window)["state"])
    window.page.get_by_label("Find in the state").fill("")
    window.page.get_by_role("button", name="unchanged").click()
    changed = [str(name) for name, _, after in core.changes(EVENTS - 1) if after is not None]
    window.until_so(lambda: sorted(one[0] for one in shown(window)["state"]) == sorted(changed), changed)


def test_names_and_roles(window: Window) -> None:
    slider = hand(window)
    text = slider.get_attribute("aria-valuetext") or ""
    assert text.startswith(f"event {EVENTS} of {EVENTS}, ")
    assert text.endswith(" UTC")
    assert slider.get_attribute("aria-valuemax") == str(EVENTS)
    events = window.page.get_by_role("listbox", name="Events of the story")
    assert events.get_by_role("option", selected=True).count() == 1
    assert window.page.get_by_role("grid", name="State").count() == 1
    for name in ("First", "← Back", "On →", "Last"):
        assert window.page.get_by_role("button", name=name, exact=True).count() == 1


def test_the_rows_of_another_key_wait_until_this_ones_are_there(window: Window) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    window.page.route(f"**/steps?k={telling.OTHER}*", hold)
    field = window.page.get_by_label("Find an order, a payment, any stream")
    field.fill(telling.OTHER)
    field.press("Enter")
    window.page.get_by_role("heading", name=telling.OTHER, exact=True).wait_for()
    window.until_so(lambda: bool(held), "the steps are asked")
    waiting = window.page.locator(".story.waiting .leaf:not([hidden])")
    assert waiting.count() > 0  # as many as the pane has room for, which may have become lower
    held[0].continue_()
    window.until_so(lambda: waiting.count() == 0, "the rows of the other key")
    assert [row[:2] for row in shown(window)["state"]] == [["status", '"Order Paid"'], ["status_", '"other"']]


def test_tooltips_say_the_time_where_the_browser_is(chromium: Browser, served_story: str) -> None:
    for window in opened(chromium, served_story, timezone_id="Asia/Kolkata"):
        window.open(f"{ADDRESS}&t=2026-03-01T12:00:00Z")
        says(window, ".line:has(.clock)", "Sun 1 Mar, 17:30:00 GMT+05:30 where you are")
        window.open(ADDRESS)
        shown(window)
        says(window, ".step[aria-selected=true]", " GMT+05:30 where you are")


def says(window: Window, part: str, text: str) -> None:
    one = window.page.locator(part)
    one.hover()
    window.until_so(lambda: text in (one.get_attribute("title") or ""), (part, text))


def test_what_the_server_cannot_answer_is_said_and_tried_again(window: Window, core: Core) -> None:
    window.page.route("**/steps?*", lambda route: route.abort())
    press(window, "Home")
    window.page.get_by_role("alert").get_by_text("could not be read").wait_for()
    assert window.page.locator(".leaf:not([hidden])").count() > 0  # the last good state stays
    window.page.unroute("**/steps?*")
    window.page.get_by_role("button", name="Retry").click()
    assert shown(window) == core.shown(0)
    window.errors.clear()  # of the request that was cut off
    window.foreign.clear()


@pytest.mark.parametrize("width", [1280, 1920])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_fits_the_window(theme: str, width: int, chromium: Browser, served_story: str) -> None:
    for window in opened(
        chromium, served_story, viewport={"width": width, "height": 800}, color_scheme=theme, reduced_motion="reduce"
    ):
        window.open(ADDRESS)
        shown(window)
        for part in (".strip", ".past", ".state", ".differences"):
            box = window.page.locator(f".story {part}").bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
            assert box["y"] + box["height"] <= 800
