"""Scrubbing: how soon the moment bar is drawn, and how smoothly it follows a real pointer, beside an empty page.

The bar's own files run in Chromium without Streamlit around them; its counts are made up here and handed to its
`fetch`, so what is measured is the browser's part: reading the answer, drawing, and each frame of a drag.
"""

import json
import statistics
import time
from collections.abc import Iterator
from itertools import pairwise
from random import Random
from typing import Any

from playwright.sync_api import Browser, Page, Route

from app.components import parts
from app.theme import DARK
from benchmarks.ground import Ground, NotHere
from benchmarks.tables import table
from tests.parts import browser

EVENTS, BUCKETS, CATEGORIES = 10_000_000, 600, 8
HOUR = 3_600_000_000
NOON = 1_772_366_400_000_000
DRAWN_WITHIN = 50.0  # milliseconds
WORK_WITHIN = 6.0  # milliseconds a frame, p95
PACE = 1 / 90  # seconds between two moves of the pointer: quicker than the display
ADDRESS = "http://bar.test/"

PAGE = """<!doctype html><html><head><meta charset="utf-8"><style>
html { --st-text-color: #E2E8F0; --st-background-color: #0E1117; --st-secondary-background-color: #161B22;
--st-border-color: #2B323C; --st-primary-color: #6CB6FF; --st-font: sans-serif; --st-code-font: monospace; }
body { margin: 0; background: #0E1117; } #pad { height: 100px; }</style></head>
<body><div id="host"></div><div id="pad"></div><script type="module" src="harness.js"></script></body></html>"""

EMPTY = PAGE.replace("harness.js", "frames.js")

FRAMES = """
window.frames_ = [];
window.watching = false;
(function watch(now) {
  performance.mark("frame");
  if (window.watching) window.frames_.push(now);
  requestAnimationFrame(watch);
})(0);
document.addEventListener("pointermove", () => {});
"""

# The answer is handed over as text. Timed from there: parsing, drawing, and the task after the frame, when it is seen.
HARNESS = """
import "./frames.js";
import draw from "./moment.js";
const given = await (await window.fetch("given.json")).json();
let begun = 0;
const read = () => { begun = performance.now(); return JSON.parse(given.bars); };
window.fetch = async () => ({ ok: true, json: async () => read() });
const root = document.getElementById("host").attachShadow({ mode: "open" });
const style = document.createElement("style");
style.textContent = given.css;
root.append(style, document.createRange().createContextualFragment(given.html));
window.settled = [];
const load = (data) => draw({ data, parentElement: root, setTriggerValue: (_, found) => window.settled.push(found) });
window.drawn = (head) => new Promise((told) => {
  begun = 0;
  load({ ...given.data, head });
  const wait = () => requestAnimationFrame(() => {
    if (!begun) return wait();
    setTimeout(() => told(performance.now() - begun));
  });
  wait();
});
load(given.data);
window.ready = true;
"""


def tables(ground: Ground) -> Iterator[str]:
    """The first drawing, and the frames of a drag, each beside its goal and beside an empty page."""
    if browser.missing():
        raise NotHere(f"Chromium: {browser.missing()}")
    with browser.browser() as chromium:
        page = _page(chromium, PAGE, ground.random("bar"))
        yield _drawing(page, ground.times(40, 5))
        moves = ground.times(600, 60)
        empty = _page(chromium, EMPTY, ground.random("bar"))
        yield _dragging({"moment bar": page, "empty page": empty}, chromium, moves)


def _given(random: Random) -> dict[str, Any]:
    """Ten million events over 600 buckets of an hour and 8 categories, uneven as days are."""
    names = [f"category-{number}" for number in range(CATEGORIES)]
    weights = [[random.random() ** 2 * (1 + bucket % 24) for bucket in range(BUCKETS)] for _ in names]
    whole = EVENTS / sum(map(sum, weights))
    bars = {
        "since": NOON,
        "before": NOON + BUCKETS * HOUR,
        "bucket": HOUR,
        "values": names,
        "counts": [[round(weight * whole) for weight in row] for row in weights],
    }
    last = NOON + BUCKETS * HOUR - 1
    data = {
        "base": "",
        "occurred": None,
        "time": last,
        "known": None,
        "knownAt": None,
        "frontier": last,
        "head": EVENTS,
        "headAt": last,
        "first": NOON,
        "last": last,
        "window": None,
        "pinned": None,
        "key": "",
        "page": "overview",
        "hues": list(zip(names, DARK.hues, strict=True)),
        "colours": {name: getattr(DARK, name) for name in ("page", "panel", "ink", "muted", "line", "accent")},
    }
    folder = parts.FOLDER / "moment"
    html, css = ((folder / f"moment.{kind}").read_text(encoding="utf-8") for kind in ("html", "css"))
    return {"bars": json.dumps(bars), "data": data, "html": html, "css": css}


def _script() -> str:
    """The bar's files as Streamlit is given them: one module."""
    folder = parts.FOLDER / "moment"
    files = [parts.FOLDER / "anchor" / "anchor.js", *(folder / f"{name}.js" for name in (*parts.MOMENT, "moment"))]
    return "".join(file.read_text(encoding="utf-8") for file in files)


def _page(chromium: Browser, html: str, random: Random) -> Page:
    page = chromium.new_page(viewport={"width": 1920, "height": 400})
    answers = {
        "": ("text/html", html),
        "frames.js": ("text/javascript", FRAMES),
        "harness.js": ("text/javascript", HARNESS),
        "moment.js": ("text/javascript", _script()),
        "given.json": ("application/json", json.dumps(_given(random))),
    }

    def answer(route: Route) -> None:
        kind, body = answers.get(route.request.url.removeprefix(ADDRESS), ("text/plain", ""))
        route.fulfill(content_type=kind, body=body)

    page.route("**/*", answer)
    page.goto(ADDRESS)
    if html is PAGE:
        page.wait_for_function("() => window.ready")
    return page


def _drawing(page: Page, times: int) -> str:
    """From the answer's text to the painted bar."""
    page.evaluate("() => window.drawn(1)")
    spent = [float(page.evaluate("(head) => window.drawn(head)", number + 2)) for number in range(times)]
    p95 = _share(spent, 0.95)
    verdict = "reached" if p95 <= DRAWN_WITHIN else "**missed**"
    row = [f"{EVENTS:,} events, {BUCKETS} x {CATEGORIES}", f"{statistics.median(spent):.1f} ms", f"{p95:.1f} ms"]
    return table(
        ("from the answer to the painted bar", "median", "p95", f"goal {DRAWN_WITHIN:.0f} ms"), [[*row, verdict]]
    )


def _dragging(pages: dict[str, Page], chromium: Browser, moves: int) -> str:
    """Work of the main thread in each frame, and the gaps between frames, while a real pointer drags."""
    rows = []
    for name, page in pages.items():
        work, gaps = _dragged(page, chromium, moves)
        verdict = ("reached" if _share(work, 0.95) <= WORK_WITHIN else "**missed**") if name == "moment bar" else ""
        missed = sum(gap > 25 for gap in gaps) / len(gaps)
        rows.append([
            name,
            f"{len(work):,}",
            f"{statistics.median(work):.2f} ms",
            f"{_share(work, 0.95):.2f} ms {verdict}".strip(),
            f"{statistics.median(gaps):.1f} ms",
            f"{_share(gaps, 0.95):.1f} ms",
            f"{missed:.1%}",
        ])  # fmt: skip
    heads = ("drag", "frames", "work, median", f"work, p95 (goal {WORK_WITHIN:.0f} ms)", "gap, median", "gap, p95")
    return table((*heads, "gaps over 25 ms"), rows)


def _dragged(page: Page, chromium: Browser, moves: int) -> tuple[list[float], list[float]]:
    """Milliseconds of work per frame by the thread's own clock, and milliseconds between frames."""
    page.bring_to_front()
    page.mouse.move(1500, 40)
    page.mouse.down()
    chromium.start_tracing(page=page, categories=["toplevel", "blink.user_timing"])
    page.evaluate("() => { window.frames_.length = 0; window.watching = true }")
    for number in range(moves):
        page.mouse.move(400 + abs(number * 7 % 2200 - 1100), 40)
        time.sleep(PACE)
    frames = page.evaluate("() => { window.watching = false; return window.frames_ }")
    trace = json.loads(chromium.stop_tracing())["traceEvents"]
    page.mouse.up()
    if page.evaluate("() => Boolean(window.ready)"):
        _came_along(page)
    return _work(trace), [after - before for before, after in pairwise(frames)]


def _came_along(page: Page) -> None:
    """A bar that ignores the pointer would be quick too: it must settle, once, where the pointer let it go."""
    page.wait_for_function("() => window.settled.length > 0")
    settled = page.evaluate("() => window.settled")
    if len(settled) != 1 or set(settled[0]) != {"t", "page"}:
        raise RuntimeError(f"The drag settled as {settled}, not once with a time: its frames count for nothing.")


def _work(trace: list[dict[str, Any]]) -> list[float]:
    """The thread time of the page's tasks between one frame's mark and the next."""
    marks = [one for one in trace if one.get("name") == "frame" and one.get("cat") == "blink.user_timing"]
    thread = (marks[0]["pid"], marks[0]["tid"])
    starts = sorted(one["ts"] for one in marks)
    tasks = sorted(
        (one["ts"], one.get("tdur", one["dur"]))
        for one in trace
        if one.get("ph") == "X" and one["name"].endswith("RunTask") and (one["pid"], one["tid"]) == thread
    )
    found, at = [], 0
    for start, end in pairwise(starts):
        spent = 0.0
        while at < len(tasks) and tasks[at][0] < end:
            spent += tasks[at][1] if tasks[at][0] >= start else 0
            at += 1
        found.append(spent / 1_000)
    return found


def _share(numbers: list[float], share: float) -> float:
    return sorted(numbers)[round(share * (len(numbers) - 1))]
