"""Stepping through long stories: what the server pays to read one, to hand out a window of it, and to draw its page.

Everything runs in this process, as it does in the server's: the routes are called as Starlette calls them, the page by
Streamlit's own test runner, whose parsing of what the page sends is part of the figure.
"""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from statistics import median
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from benchmarks import long_story
from benchmarks.ground import Ground
from benchmarks.tables import table
from eventstore.settings import Settings

STEPS = 300
WINDOW_WITHIN = 10.0  # milliseconds, p95
PAGE_WITHIN = 60.0  # milliseconds, median
DASHBOARD = Path(__file__).parents[1] / "app" / "dashboard.py"

T = TypeVar("T")


def tables(ground: Ground) -> Iterator[str]:
    """Stories of 100,000 events and of 2,000 leaves, each beside its goal."""
    logging.disable(logging.WARNING)  # Streamlit's, of caches without a server
    number = ground.times(100_000, 1_000)
    stories = {**long_story.STORIES, "device-100k": (number, 30), "device-2k": (2_000, 30)}
    url = f"sqlite:///{ground.path()}"
    long_story.made(url, stories)
    _answer_from(url)
    yield _windows(stories, ground.random("windows"), ground.times(300, 40))
    yield _pages({key: stories[key] for key in ("device-2k", "device-100k")}, ground.random("pages"))


def _answer_from(url: str) -> None:
    from app import queries  # noqa: PLC0415 - takes a second, which other parts need not wait

    queries.use(replace(Settings(), database_url=url))


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    """Milliseconds of CPU in all threads, and what came of it."""
    begun = time.process_time()
    made = work()
    return (time.process_time() - begun) * 1_000, made


def _asked(path: str, query: str) -> Response:
    from app import windows  # noqa: PLC0415

    endpoints: dict[str, Callable[[Request], Response]] = {route.path: route.endpoint for route in windows.own()}
    answer = endpoints[f"/{path}"](Request({"type": "http", "query_string": query.encode(), "headers": []}))
    if answer.status_code != 200:
        raise RuntimeError(f"{path}?{query} answered {answer.status_code}")
    return answer


def _windows(stories: dict[str, tuple[int, int]], random: Random, times: int) -> str:
    rows = []
    for key, (number, leaves) in stories.items():
        read, _ = _timed(lambda key=key: _asked("story", f"k={key}"))  # type: ignore[misc]
        spent, sizes = [], []
        for _ in range(times):
            first = random.randrange(number - STEPS)
            query = f"k={key}&first={first}&count={STEPS}"
            taken, found = _timed(lambda query=query: _asked("steps", query))  # type: ignore[misc]
            spent.append(taken)
            sizes.append(len(found.body))
        p95 = sorted(spent)[round(0.95 * (times - 1))]
        verdict = "reached" if p95 <= WINDOW_WITHIN else "**missed**"
        cells = [f"{read / 1_000:.2f} s", f"{median(spent):.1f} ms", f"{p95:.1f} ms", f"{median(sizes) / 1e3:,.0f} kB"]
        rows.append([f"{number:,} events, {leaves:,} leaves", *cells, verdict])
    heads = ("story", "read once", f"{STEPS} steps", "p95", "size", f"goal {WINDOW_WITHIN:.0f} ms")
    return table(heads, rows)


def _pages(stories: dict[str, tuple[int, int]], random: Random, times: int = 20) -> str:
    from streamlit.testing.v1 import AppTest  # noqa: PLC0415

    from app.queries import source  # noqa: PLC0415

    rows = []
    for key, (number, _) in stories.items():
        positions = [event.position for event in source.store().read_stream(key)]
        page = AppTest.from_file(str(DASHBOARD), default_timeout=120)
        page.query_params["k"] = key
        page.run().switch_page("views/order.py").run()
        spent = []
        for _ in range(times):
            page.query_params["e"] = str(random.choice(positions))
            spent.append(_timed(page.run)[0])
        if page.exception:
            raise RuntimeError(page.exception[0].message)
        half = median(spent)
        verdict = "reached" if half <= PAGE_WITHIN else "**missed**"
        rows.append([f"{number:,} events", f"{half:.0f} ms", f"{max(spent):.0f} ms", verdict])
    return table(("the page after a step, CPU", "median", "highest", f"goal {PAGE_WITHIN:.0f} ms"), rows)
