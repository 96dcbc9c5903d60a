"""Each story of the shop is solved as the tour says, and the tour's page says what is walked here."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from seed.planted import Tale
from tests.browser.pages import Window
from tests.browser.tour import MOST_STEPS, TOUR, Solved
from tests.browser.write_tour import TOLD, page, without_times
from tests.browser.write_tour import shop as told

pytestmark = pytest.mark.real("chromium")


@pytest.fixture(scope="module")
def shop_at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A dashboard on the shop of the usual size."""
    with told(tmp_path_factory.mktemp("tour")) as address:
        yield address


@pytest.mark.parametrize("solved", TOUR, ids=lambda solved: solved.tale.name.lower())
def test_a_story_is_solved(solved: Solved, shop_at: str, chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    window = Window(context.new_page(), shop_at).open()
    for step in solved.steps:
        step.take(window)
    for text in solved.shows:
        window.shows(text)
    window.check()
    context.close()


def test_every_story_is_solved_in_few_steps() -> None:
    assert {solved.tale for solved in TOUR} == set(Tale)
    assert max(len(solved.steps) for solved in TOUR) <= MOST_STEPS


def test_the_page_tells_the_steps_that_are_walked() -> None:
    written = TOLD.read_text(encoding="utf-8")
    assert without_times(written) == without_times(page(dict.fromkeys((solved.tale for solved in TOUR), 0.0)))
    for solved in TOUR:
        assert (Path(TOLD).parent / "images" / "tour" / f"{solved.slug}.png").is_file()
