"""The moment bar in a real browser: it moves by itself, settles once, and the address is the only truth."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator

from app import formats
from eventstore import EventStore
from tests import given
from tests.browser.pages import Window
from tests.browser.served import dashboard

pytestmark = pytest.mark.real("chromium")

MINUTE = 60 * given.SECOND
LAST = given.NOON + 600 * MINUTE
LATE = 61  # the position of the event that came an hour behind its time


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The dashboard over ten hours: an event every ten minutes, known five seconds later, and one that came late."""
    path = tmp_path_factory.mktemp("story") / "shop.db"
    clock = [given.NOON]
    with EventStore.open(f"sqlite:///{path}", now=lambda: clock[0]) as store:
        for number in range(60):
            at = given.NOON + number * 10 * MINUTE
            clock[0] = at + 5 * given.SECOND
            stream = f"{('order', 'payment')[number % 2]}-{number % 4}"
            store.append([given.event(stream, "Order Created", {"number": number}, at)])
        clock[0] = LAST + 60 * MINUTE
        store.append([given.event("order-0", "Order Paid", {}, given.NOON + 95 * MINUTE)])
        store.append([given.event("order-0", "Order Shipped", {}, LAST)])
    with dashboard(path) as address:
        yield address


@pytest.fixture
def window(chromium: Browser, story: str) -> Iterator[Window]:
    """A fresh window on the ten hours."""
    yield from opened(chromium, story)


def opened(chromium: Browser, address: str, **options: Any) -> Iterator[Window]:
    context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    window = Window(context.new_page(), address)
    yield window
    window.check()
    context.close()


def ready(window: Window, path: str = "/health") -> Window:
    """A page whose bar has its counts; Health asks little, so that a machine in a hurry answers soon."""
    window.open(path)
    window.page.locator(".st-key-moment_bar .hand.moment").wait_for()
    window.until(PAINTED)
    return window


PAINTED = """() => {
    const find = (node) => node.shadowRoot?.querySelector('canvas') || [...node.children].map(find).find(Boolean);
    const canvas = find(document.querySelector('.st-key-moment_bar'));
    if (!canvas || !canvas.width) return false;
    const bars = canvas.getContext('2d').getImageData(0, 0, canvas.width, Math.round(canvas.height * 0.7)).data;
    return bars.some((value, i) => i % 4 === 3 && value > 0);
}"""


def hand(window: Window, name: str = "moment") -> Locator:
    return window.page.locator(f".hand.{name}")


def said(window: Window, name: str = "moment") -> str:
    """The moment in words, as a screen reader says it."""
    return str(hand(window, name).get_attribute("aria-valuetext"))


def says(window: Window, words: str) -> bool:
    return said(window).startswith(words)


def stands_elsewhere(window: Window, before: dict[str, str]) -> bool:
    return window.parameters != before


def entries(window: Window) -> int:
    return int(window.page.evaluate("() => history.length"))


def drag(window: Window, start: float, end: float, *, y: float = 0.4, shift: bool = False, let_go: bool = True) -> None:
    """Real pointer moves over these shares of the bar's width."""
    box = window.page.locator(".field").bounding_box()
    assert box is not None
    mouse, height = window.page.mouse, box["y"] + box["height"] * y
    if shift:
        window.page.keyboard.down("Shift")
    mouse.move(box["x"] + box["width"] * start, height)
    mouse.down()
    for part in range(1, 21):
        mouse.move(box["x"] + box["width"] * (start + (end - start) * part / 20), height)
    if let_go:
        mouse.up()
    if shift:
        window.page.keyboard.up("Shift")


def moment_of(window: Window) -> int:
    return formats.parse_time(window.parameters["t"])


def until_moment(window: Window, low: int, high: int) -> None:
    window.until_so(lambda: "t" in window.parameters and low <= moment_of(window) <= high, (low, high))
    window.settled()


def test_a_drag_is_local_and_settles_once_and_the_page_answers_there(window: Window) -> None:
    ready(window, "/events")
    window.shows("Positions 62 to 1")
    before = entries(window)
    drag(window, 0.9, 0.32, let_go=False)
    window.until_so(lambda: said(window).startswith("Sun 1 Mar 2026 15:"), "a third of ten hours from noon")
    window.page.wait_for_timeout(400)  # longer than it takes to settle, had it been let go
    words = said(window)
    assert (entries(window), window.parameters) == (before, {})
    window.page.mouse.up()
    until_moment(window, given.NOON + 160 * MINUTE, given.NOON + 220 * MINUTE)
    window.shows("Positions 61 to 1")
    window.until_so(lambda: window.page.locator(".st-key-events tr.link").count() < 30, "the events up to the moment")
    assert entries(window) == before + 1
    assert said(window) == words


def test_back_and_forward_move_the_hand(window: Window) -> None:
    ready(window)
    drag(window, 0.9, 0.5)
    until_moment(window, given.NOON + 280 * MINUTE, given.NOON + 340 * MINUTE)
    first = said(window)
    drag(window, 0.5, 0.2)
    until_moment(window, given.NOON + 90 * MINUTE, given.NOON + 150 * MINUTE)
    second = said(window)
    assert second != first
    for go, words in ((window.page.go_back, first), (window.page.go_back, "live, "), (window.page.go_forward, first)):
        go()
        window.until_so(partial(says, window, words), words)
        window.settled()


def test_the_right_end_is_live(window: Window) -> None:
    ready(window, "/health?t=2026-03-01T14:00:00Z")
    drag(window, 0.3, 1.0)
    window.until_place("/health")
    assert said(window).startswith("live, ")


def test_steps_hours_and_days_by_keys_anywhere_on_the_page(window: Window) -> None:
    ready(window)
    window.page.keyboard.press("ArrowLeft")  # from live: the newest event is there, so the one before it
    window.until_place("/health", t=formats.iso_time(given.NOON + 590 * MINUTE))
    assert said(window).endswith("Order Created of payment-3")
    window.page.keyboard.press(",")
    window.until_place("/health", t=formats.iso_time(given.NOON + 530 * MINUTE))
    window.page.keyboard.press("ArrowRight")
    window.until_place("/health", t=formats.iso_time(given.NOON + 540 * MINUTE))
    window.page.keyboard.press(">")
    window.until_place("/health")


def test_many_steps_in_a_row_are_one_entry(window: Window) -> None:
    ready(window)
    before = entries(window)
    for _ in range(5):
        window.page.keyboard.press("ArrowLeft")
    window.until_place("/health", t=formats.iso_time(given.NOON + 550 * MINUTE))
    assert entries(window) == before + 1


def test_the_hand_alone_by_the_keyboard(window: Window) -> None:
    ready(window)
    hand(window).focus()
    window.page.keyboard.press("PageDown")
    window.until_place("/health", t=formats.iso_time(LAST - 60 * MINUTE))
    hand(window).focus()
    window.page.keyboard.press("Home")
    window.until_place("/health", t=formats.iso_time(given.NOON))
    hand(window).focus()
    window.page.keyboard.press("End")
    window.until_place("/health")
    assert window.page.locator(".st-key-moment_bar").count() == 1


def test_steps_on_the_page_of_a_key_are_those_of_its_stream(window: Window) -> None:
    ready(window, "/order?k=order-2")
    window.shows("What changed")
    hand(window).focus()
    window.page.keyboard.press("ArrowLeft")
    window.until_place("/order", k="order-2", t=formats.iso_time(given.NOON + 580 * MINUTE))
    hand(window).focus()
    window.page.keyboard.press("ArrowLeft")
    window.until_place("/order", k="order-2", t=formats.iso_time(given.NOON + 540 * MINUTE))


@pytest.mark.parametrize("way", ["axis", "shift"])
def test_a_brush_zooms_and_a_key_widens(way: str, window: Window) -> None:
    ready(window)
    drag(window, 0.4, 0.6, y=0.95 if way == "axis" else 0.4, shift=way == "shift")
    window.until_so(lambda: "w" in window.parameters, "a window")
    window.settled()
    since, before = (formats.parse_time(side) for side in window.parameters["w"].split("~"))
    assert given.NOON + 220 * MINUTE < since < before < given.NOON + 380 * MINUTE
    assert set(window.parameters) == {"w"}  # the moment stays
    window.page.keyboard.press("]")
    window.until_so(
        lambda: window.parameters.get("w", "") != formats.iso_time(since) + "~" + formats.iso_time(before), ""
    )
    window.settled()
    window.page.get_by_role("button", name="Whole history").click()
    window.until_place("/health")


def test_a_narrow_window_asks_for_finer_bars(window: Window) -> None:
    asked: list[str] = []
    window.page.on("response", lambda answer: asked.append(answer.url) if "/bar?" in answer.url else None)
    ready(window, "/health?w=2026-03-01T13:00:00Z~2026-03-01T13:20:00Z")
    answer = window.page.request.get(asked[-1]).json()
    assert answer["bucket"] < 60 * given.SECOND
    assert sum(map(sum, answer["counts"])) == 2


def test_play_runs_by_itself_and_settles_when_it_is_paused(window: Window) -> None:
    ready(window, "/health?t=2026-03-01T14:00:00Z")
    before = entries(window)
    window.page.keyboard.press("Space")
    window.until_so(lambda: said(window) > "Sun 1 Mar 2026 15", "an hour later")
    assert entries(window) == before
    window.page.get_by_role("button", name="Pause").click()
    window.until_so(lambda: window.parameters["t"] > "2026-03-01T15", "the moment of the pause")
    window.settled()
    assert entries(window) == before + 1


def test_a_second_moment_is_pinned_and_goes_along(window: Window) -> None:
    ready(window, "/health?t=2026-03-01T14:00:00Z")
    window.page.keyboard.press("a")
    window.until_place("/health", t="2026-03-01T14:00:00Z", t2="2026-03-01T14:00:00.000000Z")
    window.page.locator(".flag").wait_for()
    drag(window, 0.25, 0.6)
    until_moment(window, given.NOON + 340 * MINUTE, given.NOON + 400 * MINUTE)
    assert window.parameters["t2"] == "2026-03-01T14:00:00.000000Z"
    window.page.locator(".st-key-nav_models a").click()
    window.until_so(lambda: window.path == "/models", "read models")
    assert window.parameters["t2"] == "2026-03-01T14:00:00.000000Z"
    window.settled()
    window.page.get_by_role("button", name="Take pin A away").click()
    window.until_so(lambda: "t2" not in window.parameters, "no second moment")
    window.settled()


def test_as_we_knew_it_moves_what_was_known(window: Window) -> None:
    ready(window, "/events")
    window.page.get_by_role("radio", name="As we knew it").check()
    window.until_place("/events", known="62")
    hand(window, "known").wait_for()
    hand(window, "known").focus()
    window.page.keyboard.press("ArrowLeft")
    window.until_place("/events", known=str(LATE))
    window.shows("Positions 61 to 1")
    window.page.get_by_text("Known at #61").wait_for()
    drag(window, 0.7, 0.5)  # away from the other hand, which stands at the last event
    window.until_so(lambda: 20 < int(window.parameters["known"]) < 50, "a commit of the afternoon")
    window.settled()
    assert said(window, "known").startswith("known at Sun 1 Mar 2026 17:")
    window.page.get_by_role("radio", name="As it happened").check()
    window.until_place("/events")
    hand(window, "known").wait_for(state="hidden")


@pytest.mark.parametrize(("typed", "words"), [("2026-03-01 14:05", "14:05:00.000"), ("#12", "Known at #12")])
def test_a_typed_moment_moves_the_hand(typed: str, words: str, window: Window) -> None:
    ready(window)
    field = window.page.locator(".st-key-moment input")
    field.fill(typed)
    field.press("Enter")
    window.shows(words)


def test_names_and_roles(window: Window) -> None:
    ready(window, "/health?t=2026-03-01T14:05:09Z")
    slider = window.page.get_by_role("slider", name="Moment: what had happened")
    assert slider.get_attribute("aria-valuetext") == "Sun 1 Mar 2026 14:05:09.000 UTC"
    low, now, high = (int(slider.get_attribute(f"aria-value{end}") or "") for end in ("min", "now", "max"))
    assert low <= now <= high
    for name in (
        "Previous event",
        "Next event",
        "One hour back",
        "One day on",
        "Play (Space)",
        "Pin A here, to compare",
    ):
        assert window.page.get_by_role("button", name=name).count() == 1
    assert window.page.get_by_role("radio", name="As it happened").is_checked()
    nameless = window.page.locator(".st-key-moment_bar").get_by_role("button", name="", exact=True)
    assert nameless.count() == 0


def test_the_past_is_told_by_words_and_an_icon_too(window: Window) -> None:
    ready(window)
    assert window.page.locator(".badge").first.inner_text() == "●Live"
    ready(window, "/health?t=2026-03-01T14:05:09Z")
    assert window.page.locator(".badge").first.inner_text() == "◀Past"


def test_the_link_that_is_copied_is_the_moment(window: Window) -> None:
    ready(window, "/health?t=2026-03-01T14:05:09Z")
    window.page.get_by_role("button", name="Copy a link to this moment").click()
    window.until("() => navigator.clipboard.readText().then((text) => text.includes('t=2026-03-01T14%3A05%3A09'))")


def test_with_reduced_motion_play_goes_from_bar_to_bar(chromium: Browser, story: str) -> None:
    for window in opened(chromium, story, reduced_motion="reduce"):
        ready(window, "/health?t=2026-03-01T14:00:00Z")
        bucket = 60 * given.SECOND
        window.page.keyboard.press("Space")
        seen = set()
        for _ in range(30):
            seen.add(int(hand(window).get_attribute("aria-valuenow") or "") * given.SECOND)
            window.page.wait_for_timeout(30)
        window.page.keyboard.press("Escape")
        window.until_so(partial(stands_elsewhere, window, window.parameters), "the moment of the pause")
        assert len(seen) < 30
        assert all(time % bucket == 0 for time in seen)
        window.settled()


@pytest.mark.parametrize("width", [1280, 1920])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_stays_in_sight_and_within_the_page(theme: str, width: int, chromium: Browser, story: str) -> None:
    for window in opened(chromium, story, viewport={"width": width, "height": 500}, color_scheme=theme):
        ready(window, "/events")
        window.page.locator("[data-testid=stMain]").evaluate("(main) => main.scrollTo(0, 400)")
        box = window.page.locator(".bar").bounding_box()
        assert box is not None
        assert box["y"] < 60
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
