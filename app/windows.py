"""A key's story over HTTP beside the pages, for the browser to scrub by: its index, and windows of its steps.

Both are answered from the story as the page has it. What is known being the same, the index holds for any time.
"""

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any
from zlib import crc32

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app import context, queries
from app.answering import anywhere, guarded, kept, numbers
from app.key_story import LATE, PARKED, KeyStory, WholeStory
from app.links import Place

MOST_STEPS = 5_000
"""The longest window, in steps."""

HEAVIEST = 2_000_000
"""What a window's changes may weigh, in characters; one step may be heavier."""


def index(story: KeyStory, _: Request) -> bytes:
    """The story from end to end: when each step happened, which are late, refused, parked."""
    known = story.known
    told = {"key": story.key, "projection": story.projection, "total": known, "note": story.note, "tag": story.tag}
    return msgspec.json.encode(told | story.whole.remembered(("index", known), lambda: _index(story.whole, known)))


def _index(whole: WholeStory, known: int) -> dict[str, Any]:
    times, flags = whole.occurred[:known], whole.flags[:known]
    return {
        "times": [*times[:1], *(after - before for before, after in pairwise(times))],
        "late": [step for step, flag in enumerate(flags) if flag & LATE],
        "failed": sorted(step for step in whole.errors if step < known),
        "parked": next((step for step, flag in enumerate(flags) if flag & PARKED), None),
    }


def steps(story: KeyStory, request: Request) -> bytes:
    """Some steps of the story, from `first` on, `count` at most: the state that they begin with, and what each changed.

    Raises ValueError for what are no such numbers.
    """
    first, count = numbers(request, "first", "count")
    if not (first >= 0 and 0 < count <= MOST_STEPS):
        raise ValueError(request.url.query)
    return msgspec.json.encode(_window(story, first, count))


def _window(story: KeyStory, first: int, count: int) -> dict[str, Any]:
    whole, told = story.whole, {"tag": story.tag, "first": first, "total": story.known}
    if first >= story.known:
        return {**told, "paths": [], "held": False, "leaves": [], "setters": {}, "steps": []}
    found = whole.deltas.window(first, min(count, story.known - first), HEAVIEST)
    setters = sorted({setter for _, _, setter in found.leaves})
    return {
        **told,
        "paths": found.paths,
        "held": found.held,
        "leaves": found.leaves,
        "setters": {str(step): _setter(whole, step) for step in setters},
        "steps": [(*_step(whole, step), changed) for step, changed in enumerate(found.steps, first)],
    }


def _setter(whole: WholeStory, step: int) -> tuple[int, int, str, int]:
    return whole.position[step], whole.version[step], whole.types[step], whole.occurred[step]


def _step(whole: WholeStory, step: int) -> tuple[Any, ...]:
    return (
        whole.position[step],
        whole.version[step],
        whole.streams[step],
        whole.types[step],
        whole.occurred[step],
        whole.recorded[step],
        whole.commit[step],
        whole.flags[step],
        whole.errors.get(step),
        whole.deltas.held[step],
    )


def _answered(tell: Callable[[KeyStory, Request], bytes], request: Request) -> Response:
    """An answer that holds as long as the story stays as it is. 404 where nothing knows the key."""
    place = Place.read(request.query_params)
    if "known" in place.unread():
        raise ValueError(place.known)
    at = queries.standing(context.VIEWER, Place(known=place.known))
    story = queries.story(context.VIEWER, at, place.k, place.p) if place.k else None
    if story is None:
        return JSONResponse({"error": "Nothing knows this key."}, status_code=404)
    tag = f"{story.tag}.{crc32(story.note.encode()):x}"
    return kept(request, tag, lambda: Response(tell(story, request), media_type="application/json"))


def own() -> list[Route]:
    """The routes."""
    told = {"story": index, "steps": steps}
    return [route for name, tell in told.items() for route in anywhere(name, guarded(partial(_answered, tell)))]
