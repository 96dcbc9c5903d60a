"""The story's own files in Chromium without Streamlit around them, over windows of steps that are made up here."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from playwright.async_api import Browser, Page

from app.components import parts
from app.theme import DARK, ICONS, Tone, meanings
from benchmarks.scrubbing import dragging

NOON = 1_772_366_400_000_000
MINUTE = 60_000_000
WINDOW = 256
CHANGED = 3  # leaves a step
TYPES = ("Reading Taken", "Alarm Failed", "Setting Changed", "Order Paid")
ACROSS = (420, 1600, 20)
NARROW = (1540, 1600, 20)
"""Where in a story of 100,000 events the windows are all kept: 5,000 steps."""


class Told(NamedTuple):
    """How many steps and leaves."""

    steps: int
    leaves: int


LONG = Told(100_000, 30)
STORIES = {
    "30 leaves": (Told(WINDOW, 30), ACROSS),
    "500 leaves": (Told(WINDOW, 500), ACROSS),
    "2,000 leaves": (Told(WINDOW, 2_000), ACROSS),
    "100,000 events, over 5,000 of them": (LONG, NARROW),
    "100,000 events, over all: most windows come on the way": (LONG, ACROSS),
}

HARNESS = """
import "./frames.js";
import draw from "./part.js";
const given = await (await window.fetch("given.json")).json();
// Handed over as text, as soon as asked: what they cost the browser, not the driver.
window.fetch = async (url) => {
  const asked = new URL(url, location.href).searchParams, text = given.windows[asked.get("first")] ?? given.index;
  return { ok: true, json: async () => JSON.parse(text) };
};
const root = document.getElementById("host").attachShadow({ mode: "open" });
const style = document.createElement("style");
style.textContent = given.css;
root.append(style, document.createRange().createContextualFragment(given.html));
window.settled = [];
window.seen = new Set();
// As the page does: where it rested comes back from the address; then it goes to its end again.
const settled = (_, found) => {
  window.settled.push(found);
  load({ ...given.data, e: found.e, at: found.e - 1 });
  setTimeout(() => load(given.data));
};
const load = (data) => draw({ data, parentElement: root, setTriggerValue: settled });
load(given.data);
const story = root.querySelector(".story");
new MutationObserver(() => window.seen.add(story.dataset.step)).observe(story, { attributeFilter: ["data-step"] });
window.stands = () => story.dataset.step;
"""


async def page(chromium: Browser, told: Told) -> Page:
    """A page with that story, at its last step."""
    folder = parts.FOLDER / "story"
    html, css = ((folder / f"story.{kind}").read_text(encoding="utf-8") for kind in ("html", "css"))
    windows = {str(first): json.dumps(_window(told, first)) for first in range(0, told.steps, WINDOW)}
    given = {"data": _data(told), "html": html, "css": css, "index": json.dumps(_index(told)), "windows": windows}
    answers = {
        "": ("text/html", dragging.PAGE),
        "frames.js": ("text/javascript", dragging.FRAMES),
        "harness.js": ("text/javascript", HARNESS),
        "part.js": ("text/javascript", parts.script("story", parts.STORY)),
        "given.json": ("application/json", json.dumps(given)),
    }
    shown = await dragging.served(chromium, answers, height=1_000)
    await shown.wait_for_function(f"() => window.stands && window.stands() === '{told.steps - 1}'")
    return shown


async def came_along(page: Page) -> None:
    """It settled once, and many steps were seen on the way."""
    await dragging.settled(page, {"e"})
    seen = await page.evaluate("() => { const many = window.seen.size; window.seen.clear(); return many }")
    if seen < 5:
        raise RuntimeError(f"Only {seen} steps were drawn: the frames count for nothing.")


def _data(told: Told) -> dict[str, Any]:
    colours = ("page", "panel", "ink", "muted", "line", "accent", "before", "after")
    return {
        "base": "",
        "key": "device-1",
        "projection": "automatic",
        "known": None,
        "head": told.steps,
        "occurred": None,
        "at": told.steps - 1,
        "e": None,
        "path": "",
        "tones": {
            "words": meanings(),
            "looks": {one.value: [ICONS[one], DARK.tones[one]] for one in Tone},
        },
        "colours": {name: getattr(DARK, name) for name in colours} | {"failed": DARK.tones[Tone.FAILED]},
    }


def _index(told: Told) -> dict[str, Any]:
    late = list(range(40, told.steps, 97))
    times = [NOON, *([MINUTE] * (told.steps - 1))]
    return {"total": told.steps, "tag": "1", "times": times, "late": late, "failed": [], "parked": None, "note": ""}


def _changes(told: Told, step: int) -> Mapping[int, str]:
    """The first step sets all leaves, each other one three of them."""
    changed = range(told.leaves) if step == 0 else [(step * 7 + part * 11) % told.leaves for part in range(CHANGED)]
    return dict.fromkeys(changed, f'"v{step}"')


def _window(told: Told, first: int) -> dict[str, Any]:
    before: dict[int, tuple[str, int]] = dict.fromkeys(range(told.leaves), ('"v0"', 0)) if first else {}
    for step in range(max(1, first - 2 * told.leaves), first):
        before.update((leaf, (text, step)) for leaf, text in _changes(told, step).items())
    steps = range(first, min(first + WINDOW, told.steps))
    return {
        "tag": "1",
        "first": first,
        "total": told.steps,
        "paths": [f"group_{leaf // 20}.channel_{leaf:04}" for leaf in range(told.leaves)],
        "held": bool(first),
        "leaves": [[leaf, text, step] for leaf, (text, step) in before.items()],
        "setters": {str(step): _event(step)[:2] + _event(step)[3:5] for _, step in before.values()},
        "steps": [[*_event(step), [[leaf, text] for leaf, text in _changes(told, step).items()]] for step in steps],
    }


def _event(step: int) -> list[Any]:
    at = NOON + step * MINUTE
    return [step + 1, step + 1, "device-1", TYPES[step % len(TYPES)], at, at + 5_000_000, step + 1, 0, None, 1]
