"""Scrubbing: how soon the moment bar is drawn, how smoothly it and the story follow a real pointer, in Chromium."""

import asyncio
from collections.abc import Iterator

from playwright.async_api import Browser, async_playwright

from benchmarks.ground import Ground, NotHere
from benchmarks.scrubbing import bar, dragging, story
from tests.parts import browser


def tables(ground: Ground) -> Iterator[str]:
    """The bar's first drawing, the story's windows, and the frames of drags, each beside an empty page's."""
    if browser.missing():
        raise NotHere(f"Chromium: {browser.missing()}")
    yield from asyncio.run(_tables(ground))


async def _tables(ground: Ground) -> list[str]:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=browser.executable(), args=browser.sandbox())
        try:
            return await _measured(ground, chromium)
        finally:
            await chromium.close()


async def _measured(ground: Ground, chromium: Browser) -> list[str]:
    page = await bar.page(chromium, ground.random("bar"))
    drawing = await bar.drawing(page, ground.times(40, 5))
    drags = {"moment bar": dragging.Drag(page, bar.ACROSS, bar.came_along)}
    for name, told in story.STORIES.items():
        drags[name] = dragging.Drag(await story.page(chromium, told), story.ACROSS, story.came_along)
    drags["empty page"] = dragging.Drag(await dragging.empty(chromium), bar.ACROSS, None)
    return [drawing, await dragging.beside(drags, chromium, ground.times(800, 60))]
