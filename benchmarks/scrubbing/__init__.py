"""Scrubbing: how soon the moment bar is drawn, how smoothly it and the story follow a real pointer, in Chromium."""

import asyncio
from collections.abc import Iterator

from playwright.async_api import Browser, async_playwright

from benchmarks.ground import Ground, NotHere
from benchmarks.scrubbing import bar, dragging, served, story
from tests.parts import browser


def tables(ground: Ground) -> Iterator[str]:
    """The bar's first drawing, the frames of drags beside an empty page's, and the whole road beside a plain page."""
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
    for name, (told, across) in story.STORIES.items():
        drags[name] = dragging.Drag(await story.page(chromium, told), across, story.came_along)
    drags["empty page"] = dragging.Drag(await dragging.empty(chromium), bar.ACROSS, None)
    frames = await dragging.beside(drags, chromium, ground.times(8))
    for drag in drags.values():
        await drag.page.close()
    return [drawing, frames, *await served.beside(chromium, ground)]
