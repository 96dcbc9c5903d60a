"""The whole road, on a running dashboard: a window that nobody has read, and the page after the hand is let go.

Beside it the plain page of `slider.py`, over the same store in the same run.
"""

import asyncio
import sys
from pathlib import Path
from statistics import median

from playwright.async_api import Browser, Page

from benchmarks import long_story
from benchmarks.ground import Ground
from benchmarks.scrubbing.dragging import share
from benchmarks.tables import table
from seed.broker import free_port
from tests.browser.pages import READY
from tests.browser.served import dashboard, started

WINDOW = 256  # steps, as the story asks them
WINDOW_WITHIN = 40.0  # milliseconds, p95
SETTLED_WITHIN = 150.0  # milliseconds, p95
SLIDER = Path(__file__).parent / "slider.py"
PATIENCE = 60_000  # milliseconds

FETCHED = """async ([key, first, count]) => {
  const begun = performance.now();
  const answer = await fetch(`steps?k=${key}&p=automatic&first=${first}&count=${count}`, { cache: "no-store" });
  const found = await answer.json();
  if (found.steps.length !== count) throw new Error(`${found.steps.length} steps`);
  return performance.now() - begun;
}"""

DRAWN = """() => {
  const within = [...document.querySelectorAll(".st-key-story *")].map((one) => one.shadowRoot);
  const story = within.map((one) => one?.querySelector(".story")).find(Boolean);
  return Boolean(story && story.dataset.step);
}"""

# From the pointer's release to the end of the page's run: all that the server draws has come, and was painted.
SETTLED = """() => new Promise((told) => {
  const app = document.querySelector("[data-testid=stApp]");
  let released = 0, ran = false;
  addEventListener("pointerup", () => { released = performance.now(); }, { capture: true, once: true });
  const seen = new MutationObserver(() => {
    if (app.dataset.testScriptState !== "notRunning") ran = Boolean(released);
    else if (ran) {
      seen.disconnect();
      requestAnimationFrame(() => setTimeout(() => told(performance.now() - released)));
    }
  });
  seen.observe(app, { attributeFilter: ["data-test-script-state"] });
})"""

# From the key that moves the slider to the line that is written behind the new state.
MOVED = """(step) => new Promise((told) => {
  let pressed = 0;
  addEventListener("keydown", () => { pressed = performance.now(); }, { capture: true, once: true });
  const seen = new MutationObserver(() => {
    const lines = [...document.querySelectorAll("[data-testid=stText]")].map((one) => one.textContent.trim());
    if (!pressed || !lines.includes(`step ${step}`)) return;
    seen.disconnect();
    requestAnimationFrame(() => told(performance.now() - pressed));
  });
  seen.observe(document.body, { childList: true, subtree: true, characterData: true });
})"""


OURS = (
    "served",
    "window that nobody has read",
    f"p95, goal {WINDOW_WITHIN:.0f} ms",
    "page settled after release",
    f"p95, goal {SETTLED_WITHIN:.0f} ms",
    "CPU of the server",
    "p95",
)
PLAIN = ("plain page with `st.slider`", "from the key to the new state", "p95")


async def beside(chromium: Browser, ground: Ground) -> list[str]:
    """Ours with its goals, and the plain page, over one store: 30, 500 and 2,000 leaves, and 100,000 events."""
    stories = {"device-30": (1_000, 30), **long_story.STORIES, "device-100k": (ground.times(100_000, 2_000), 30)}
    path = ground.path("served")
    long_story.made(f"sqlite:///{path}", stories)
    with dashboard(path) as address:
        ours = [await _ours(chromium, address, key, told, ground) for key, told in stories.items()]
    plain = [await _plain(chromium, path, key, told, ground.times(10, 3)) for key, told in stories.items()]
    return [table(OURS, ours), table(PLAIN, plain)]


async def _ours(chromium: Browser, address: str, key: str, told: tuple[int, int], ground: Ground) -> list[str]:
    page = await chromium.new_page(viewport={"width": 1920, "height": 1080})
    await page.goto(f"{address}/order?k={key}&p=automatic", timeout=PATIENCE)
    await _until(page, READY)
    await _until(page, DRAWN)
    random, times = ground.random(key), ground.times(20, 5)
    firsts = random.sample(range(told[0] - WINDOW), times)
    windows = [float(await page.evaluate(FETCHED, [key, first, WINDOW])) for first in firsts]
    settled, cpu = await _releases(page, _server(address), [random.random() for _ in range(times)])
    await page.close()
    return [_named(told), *_windows(windows), *_settlings(settled, cpu)]


def _windows(spent: list[float]) -> list[str]:
    p95 = share(spent, 0.95)
    return [f"{median(spent):.1f} ms", f"{p95:.1f} ms: {_verdict(p95, WINDOW_WITHIN)}"]


def _settlings(spent: list[float], cpu: list[float]) -> list[str]:
    p95 = share(spent, 0.95)
    wall = [f"{median(spent):.0f} ms", f"{p95:.0f} ms: {_verdict(p95, SETTLED_WITHIN)}"]
    return [*wall, f"{median(cpu):.0f} ms", f"{share(cpu, 0.95):.0f} ms"]


def _verdict(spent: float, goal: float) -> str:
    return "reached" if spent <= goal else "**missed**"


def _named(told: tuple[int, int]) -> str:
    return f"{told[0]:,} events, {told[1]:,} leaves"


async def _releases(page: Page, server: int, places: list[float]) -> tuple[list[float], list[float]]:
    """Milliseconds from each release to the drawn page, and of the server's CPU until it rested again."""
    box = await page.locator(".st-key-story .track").bounding_box()
    if box is None:
        raise RuntimeError("The page has no strip to drag over.")
    spent, cpu = [], []
    for place in places:
        before = _cpu(server)
        spent.append(await _released(page, box["x"] + box["width"] * (0.05 + 0.9 * place), box["y"] + 20))
        await _until(page, READY)
        await asyncio.sleep(0.2)
        cpu.append(_cpu(server) - before)
    return spent, cpu


async def _released(page: Page, x: float, y: float) -> float:
    await page.mouse.move(x - 60, y)
    await page.mouse.down()
    await page.mouse.move(x, y, steps=4)
    waiting = asyncio.create_task(page.evaluate(SETTLED))
    await asyncio.sleep(0.1)  # the state is drawn at the hand; only the page is not
    await page.mouse.up()
    return float(await asyncio.wait_for(waiting, PATIENCE / 1_000))


def _server(address: str) -> int:
    """The process that serves there."""
    port = address.rpartition(":")[2].encode()
    for found in Path("/proc").glob("[0-9]*/cmdline"):
        if b"\0--port\0" + port + b"\0" in found.read_bytes():
            return int(found.parent.name)
    raise RuntimeError(f"No process serves at {address}.")


def _cpu(process: int) -> float:
    """Milliseconds of CPU of all its threads so far."""
    threads = Path(f"/proc/{process}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e6


async def _plain(chromium: Browser, path: Path, key: str, told: tuple[int, int], times: int) -> list[str]:
    port = free_port()
    options = ["--server.port", str(port), "--server.headless", "true", "--browser.gatherUsageStats", "false"]
    command = [sys.executable, "-m", "streamlit", "run", str(SLIDER), *options, "--", f"sqlite:///{path}", key]
    with started(command, path.parent, f"http://127.0.0.1:{port}/healthz"):
        page = await chromium.new_page(viewport={"width": 1920, "height": 1080})
        await page.goto(f"http://127.0.0.1:{port}", timeout=PATIENCE)
        await page.get_by_text(f"step {told[0]}", exact=True).wait_for(timeout=PATIENCE)
        spent = [await _moved(page, told[0] - number - 1) for number in range(times)]
        await page.close()
    return [_named(told), f"{median(spent):.0f} ms", f"{share(spent, 0.95):.0f} ms"]


async def _moved(page: Page, step: int) -> float:
    await page.get_by_role("slider").focus()
    waiting = asyncio.create_task(page.evaluate(MOVED, step))
    await asyncio.sleep(0.1)
    await page.keyboard.press("ArrowLeft")
    return float(await asyncio.wait_for(waiting, PATIENCE / 1_000))


async def _until(page: Page, script: str) -> None:
    """Playwright's own waiting needs eval, which the page forbids."""
    async with asyncio.timeout(PATIENCE / 1_000):
        while not await page.evaluate(script):
            await asyncio.sleep(0.02)
