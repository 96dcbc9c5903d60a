"""The moment bar: how soon it is drawn.

Its own files run in Chromium without Streamlit around them; its counts are made up here and handed to its
`fetch`, so what is measured is the browser's part: reading the answer, drawing, and each frame of a drag.
"""

import json
import statistics
from random import Random
from typing import Any

from playwright.async_api import Browser, Page

from app.components import parts
from app.theme import DARK
from benchmarks.scrubbing import dragging
from benchmarks.tables import table

EVENTS, BUCKETS, CATEGORIES = 10_000_000, 600, 8
HOUR = 3_600_000_000
NOON = 1_772_366_400_000_000
DRAWN_WITHIN = 50.0  # milliseconds
ACROSS = (400, 1500, 40)

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


async def page(chromium: Browser, random: Random) -> Page:
    """A page with the bar."""
    answers = {
        "": ("text/html", dragging.PAGE),
        "frames.js": ("text/javascript", dragging.FRAMES),
        "harness.js": ("text/javascript", HARNESS),
        "moment.js": ("text/javascript", parts.script("moment", parts.MOMENT)),
        "given.json": ("application/json", json.dumps(_given(random))),
    }
    shown = await dragging.served(chromium, answers)
    await shown.wait_for_function("() => window.ready")
    return shown


async def drawing(page: Page, times: int) -> str:
    """From the answer's text to the painted bar."""
    await page.evaluate("() => window.drawn(1)")
    spent = [float(await page.evaluate("(head) => window.drawn(head)", number + 2)) for number in range(times)]
    p95 = dragging.share(spent, 0.95)
    verdict = "reached" if p95 <= DRAWN_WITHIN else "**missed**"
    row = [f"{EVENTS:,} events, {BUCKETS} x {CATEGORIES}", f"{statistics.median(spent):.1f} ms", f"{p95:.1f} ms"]
    return table(
        ("from the answer to the painted bar", "median", "p95", f"goal {DRAWN_WITHIN:.0f} ms"), [[*row, verdict]]
    )


async def came_along(page: Page) -> None:
    """It settled once, with a time."""
    await dragging.settled(page, {"t", "page"})
