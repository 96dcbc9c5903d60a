"""A real pointer that drags over a page, and what each frame of it cost: beside a page that does nothing."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median, mode
from typing import Any

from playwright.async_api import Browser, CDPSession, Page, Route

from benchmarks.tables import table

ADDRESS = "http://bar.localhost/"  # a secure context: only there the browser tells the moves that it put together
WORK_WITHIN = 6.0  # milliseconds a frame, p95
GAP_WITHIN = 1.0  # milliseconds beyond the empty page's, p95
MISSED_WITHIN = 0.01  # of the frames, beyond the empty page's
MISSED = 25.0  # milliseconds: a gap in which a frame of 60 a second was missed
PACE = 0.008  # seconds from move to move: 125 a second, where the browser takes them
SWEEP = 150  # moves from end to end: about 1,000 pixels a second over the whole story
ROUNDS = 4  # in which the pages take turns: the machine is not equally busy all the time

PAGE = """<!doctype html><html><head><meta charset="utf-8"><style>
html { --st-text-color: #E2E8F0; --st-background-color: #0E1117; --st-secondary-background-color: #161B22;
--st-border-color: #2B323C; --st-primary-color: #6CB6FF; --st-font: sans-serif; --st-code-font: monospace; }
body { margin: 0; background: #0E1117; } #pad { height: 100px; }</style></head>
<body><div id="host"></div><div id="pad"></div><script type="module" src="harness.js"></script></body></html>"""

FRAMES = """
let frames = [], taken = 0, moves = 0, watching = false;
function watch(now) {
  if (!watching) return; // the other pages cost nothing meanwhile
  performance.mark(moves ? "moved" : "rested");
  frames.push(now);
  taken += moves;
  moves = 0;
  requestAnimationFrame(watch);
}
window.watched = () => { frames = []; taken = moves = 0; watching = true; requestAnimationFrame(watch); };
window.seenSoFar = () => { watching = false; return [frames, taken]; };
addEventListener("pointermove", (event) => { moves += event.getCoalescedEvents().length || 1; }, true);
"""


@dataclass
class Drag:
    """A page, the place of the drag in pixels (left, right, height), and how to see that the page came along."""

    page: Page
    across: tuple[int, int, int]
    came_along: Callable[[Page], Awaitable[None]] | None
    work: list[float] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)
    taken: int = 0


async def served(chromium: Browser, answers: dict[str, tuple[str, str]], height: int = 400) -> Page:
    """A page whose files are these: path, media type, text. What is not among them is empty."""
    page = await chromium.new_page(viewport={"width": 1920, "height": height})

    async def answer(route: Route) -> None:
        path = route.request.url.removeprefix(ADDRESS)
        kind, body = answers.get(path, ("text/plain", ""))
        await route.fulfill(content_type=kind, body=body)

    await page.route("**/*", answer)
    await page.goto(ADDRESS)
    return page


async def empty(chromium: Browser) -> Page:
    """A page that does nothing."""
    files = {"": ("text/html", PAGE.replace("harness.js", "frames.js")), "frames.js": ("text/javascript", FRAMES)}
    return await served(chromium, files)


async def beside(drags: dict[str, Drag], chromium: Browser, sweeps: int) -> str:
    """The drags in turns, so often there and back; the last one being the page that does nothing."""
    for drag in drags.values():
        await _dragged(
            replace(drag, work=[], gaps=[]), chromium, max(1, sweeps // ROUNDS)
        )  # nothing is compiled or kept yet
    for _ in range(ROUNDS):
        for drag in drags.values():
            await _dragged(drag, chromium, max(1, sweeps // ROUNDS))
    heads = ("drag", "moves a second", "work a frame", f"p95, goal {WORK_WITHIN:.0f} ms", "gap", "p95")
    *_, idle = drags.values()
    rows = [_row(name, drag, idle) for name, drag in drags.items()]
    return table((*heads, f"gaps over {MISSED:.0f} ms", "beside the empty page"), rows)


def _row(name: str, drag: Drag, idle: Drag) -> list[str]:
    return [
        name,
        f"{drag.taken / sum(drag.gaps) * 1_000:.0f}",
        f"{median(drag.work):.2f} ms",
        f"{share(drag.work, 0.95):.2f} ms",
        f"{median(drag.gaps):.1f} ms",
        f"{share(drag.gaps, 0.95):.1f} ms",
        f"{_missed(drag):.1%}",
        _verdict(drag, idle),
    ]


def _missed(drag: Drag) -> float:
    return sum(gap > MISSED for gap in drag.gaps) / len(drag.gaps)


def _verdict(drag: Drag, idle: Drag) -> str:
    if drag is idle:
        return "-"
    gap, missed = share(drag.gaps, 0.95) - share(idle.gaps, 0.95), _missed(drag) - _missed(idle)
    met = share(drag.work, 0.95) <= WORK_WITHIN and gap <= GAP_WITHIN and missed <= MISSED_WITHIN
    return f"{gap:+.1f} ms, {missed:+.1%}: {'reached' if met else '**missed**'}"


async def _dragged(drag: Drag, chromium: Browser, sweeps: int) -> None:
    """Milliseconds of work per frame by the thread's own clock, and milliseconds between frames."""
    page, (left, right, height) = drag.page, drag.across
    await page.bring_to_front()
    await page.mouse.move(right, height)
    await page.mouse.down()
    await chromium.start_tracing(page=page, categories=["toplevel", "blink.user_timing"])
    await page.evaluate("() => window.watched()")
    session = await page.context.new_cdp_session(page)
    there = [right + (left - right) * step / SWEEP for step in range(SWEEP)]
    await _move(session, [*there, *reversed(there)] * sweeps, height)
    frames, taken = await page.evaluate("() => window.seenSoFar()")
    trace = json.loads(await chromium.stop_tracing())["traceEvents"]
    await session.detach()
    await page.mouse.move((left + right) // 2, height)
    await page.mouse.up()
    if drag.came_along is not None:
        await drag.came_along(page)
    drag.work += _work(trace)
    drag.gaps += [after - before for before, after in pairwise(frames)]
    drag.taken += taken


async def _move(session: CDPSession, places: list[float], height: int) -> None:
    """The moves at their pace, as a hand's: sent whether or not those before were taken."""
    going, begun = [], asyncio.get_running_loop().time()
    for number, x in enumerate(places):
        event = {"type": "mouseMoved", "x": x, "y": height, "button": "left", "buttons": 1}
        going.append(asyncio.create_task(session.send("Input.dispatchMouseEvent", event)))
        await asyncio.sleep(begun + (number + 1) * PACE - asyncio.get_running_loop().time())
    await asyncio.gather(*going)


def _work(trace: list[dict[str, Any]]) -> list[float]:
    """The thread time of each frame that had a move: of the task with its mark and of those up to the next mark's."""
    marked = [
        (one["ts"], one["name"], one["pid"], one["tid"])
        for one in trace
        if one.get("cat") == "blink.user_timing" and one.get("name") in ("moved", "rested")
    ]
    thread = mode((pid, tid) for _, name, pid, tid in marked if name == "moved")
    marks = sorted(one for one in marked if one[2:] == thread)
    ends = sorted(
        (one["ts"] + one["dur"], one.get("tdur", one["dur"]))
        for one in trace
        if one.get("ph") == "X" and one["name"].endswith("RunTask") and (one["pid"], one["tid"]) == thread
    )
    found, at = [], 0
    for (start, name, *_), (end, *_) in pairwise(marks):
        spent = 0.0
        while at < len(ends) and ends[at][0] < end:
            spent += ends[at][1] if ends[at][0] >= start else 0
            at += 1
        if name == "moved":
            found.append(spent / 1_000)
    return found


def share(numbers: list[float], part: float) -> float:
    """The number below which that part of them lies."""
    return sorted(numbers)[round(part * (len(numbers) - 1))]


async def settled(page: Page, names: set[str]) -> None:
    """A part that ignores the pointer would be quick too: it must settle, once, where the pointer let it go."""
    await page.wait_for_function("() => window.settled.length > 0")
    found = await page.evaluate("() => window.settled.splice(0)")
    if len(found) != 1 or set(found[0]) != names:
        raise RuntimeError(f"The drag settled as {found}, not once with {names}: its frames count for nothing.")
