"""Write docs/tour.md and its pictures by walking the tour: `python -m tests.browser.write_tour`."""

import io
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from seed.planted import Tale
from tests.browser.pages import Window
from tests.browser.served import ROOT, dashboard
from tests.browser.tour import TOUR, Solved
from tests.parts import browser

TOLD = ROOT / "docs" / "tour.md"
PICTURES = TOLD.parent / "images" / "tour"
SIZE = {"width": 1280, "height": 860}
COLOURS = 256  # enough for a page of few tints, at a third of the bytes

HEAD = """# A tour: twelve stories, each solved in half a minute

The shop of `make demo` holds [twelve stories](stories.md) that are hard to see with logs and consoles. Here each is
solved in the browser, in two to four steps. `tests/browser/test_tour.py` takes these very steps in a real Chromium;
`python -m tests.browser.write_tour` took the pictures and wrote this page. Beside each story stands what the dashboard
itself took for all its steps, on two cores; the rest of the half minute is yours, for reading and typing.
"""


@contextmanager
def shop(folder: Path) -> Iterator[str]:
    """A dashboard on a fresh store with the shop of the usual size; its address."""
    store = folder / "shop.db"
    environment = os.environ | {"CHRONOSCOPE_DATABASE_URL": f"sqlite:///{store}"}
    command = [sys.executable, "-m", "app", "seed", "--until", "2026-11-25"]
    subprocess.run(command, check=True, cwd=folder, env=environment, capture_output=True)
    with dashboard(store) as address:
        yield address


def page(seconds: Mapping[Tale, float]) -> str:
    """The tour as Markdown."""
    return "\n".join([HEAD, *(_told(solved, seconds[solved.tale]) for solved in TOUR)])


def _told(solved: Solved, seconds: float) -> str:
    key, _, question = solved.question.partition(": ")
    steps = "\n".join(f"{number}. {step.words}" for number, step in enumerate(solved.steps, start=1))
    picture = f"![What the page shows then](images/tour/{solved.slug}.png)"
    return f"## {key}: {question}\n\n{steps}\n\n**{solved.answer}** ({seconds:.1f} s)\n\n{picture}\n"


def without_times(text: str) -> str:
    """The page without what each story took."""
    return re.sub(r" \(\d+\.\d s\)", "", text)


def _walk(solved: Solved, address: str, chromium: Browser) -> float:
    """Take the steps and the picture; the seconds that the steps took."""
    context = chromium.new_context(viewport=SIZE, color_scheme="light")  # type: ignore[arg-type]
    window = Window(context.new_page(), address).open()
    begun = time.monotonic()
    for step in solved.steps:
        step.take(window)
    for text in solved.shows:
        window.shows(text)
    spent = time.monotonic() - begun
    window.settled().page.wait_for_timeout(500)  # for what fades in
    Image.open(io.BytesIO(window.page.screenshot())).convert("RGB").quantize(COLOURS, kmeans=2).save(
        PICTURES / f"{solved.slug}.png", optimize=True
    )
    context.close()
    return spent


def main() -> None:
    """Walk all stories and write the page."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, shop(Path(folder)) as address, browser.browser() as chromium:
        _walk(TOUR[0], address, chromium)  # the first page of a fresh server imports what it needs
        TOLD.write_text(page({solved.tale: _walk(solved, address, chromium) for solved in TOUR}), encoding="utf-8")


if __name__ == "__main__":
    main()
