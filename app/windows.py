"""A key's story over HTTP beside the pages, for the browser to scrub by: its index, and windows of its steps.

Both are answered from the story as the page has it. What is known being the same, the index holds for any time.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any
from zlib import crc32

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app import context, queries
from app.key_story import LATE, PARKED, KeyStory, WholeStory
from app.links import Place
from eventstore import EventStoreError

MOST_STEPS = 5_000
"""The longest window, in steps."""

HEAVIEST = 2_000_000
"""What a window's changes may weigh, in characters; one step may be heavier."""

_MOST = 2**53


def index(story: KeyStory, _: Request) -> bytes:
    """The story from end to end: when each step happened, which are late, refused, parked."""
    note = story.note
    return story.whole.remembered(("index", note), lambda: msgspec.json.encode(_index(story.whole, note)))


def _index(whole: WholeStory, note: str) -> dict[str, Any]:
    return {
        "key": whole.key,
        "projection": whole.projection,
        "total": len(whole),
        "note": note,
        "tag": whole.tag,
        "times": [*whole.occurred[:1], *(after - before for before, after in pairwise(whole.occurred))],
        "late": [step for step, flags in enumerate(whole.flags) if flags & LATE],
        "failed": sorted(whole.errors),
        "parked": next((step for step, flags in enumerate(whole.flags) if flags & PARKED), None),
    }


def steps(story: KeyStory, request: Request) -> bytes:
    """Some steps of the story, from `first` on, `count` at most: the state that they begin with, and what each changed.

    Raises ValueError for what are no such numbers.
    """
    first, count = (int(request.query_params.get(name, "")) for name in ("first", "count"))
    if not (0 <= first <= _MOST and 0 < count <= MOST_STEPS):
        raise ValueError(request.url.query)
    return msgspec.json.encode(_window(story.whole, first, count))


def _window(whole: WholeStory, first: int, count: int) -> dict[str, Any]:
    told = {"tag": whole.tag, "first": first, "total": len(whole)}
    if first >= len(whole):
        return {**told, "paths": [], "held": False, "leaves": [], "setters": {}, "steps": []}
    found = whole.deltas.window(first, count, HEAVIEST)
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


def answered(tell: Callable[[KeyStory, Request], bytes]) -> Callable[[Request], Response]:
    """An answer that holds as long as the story stays as it is: a browser that has it is told so in a line.

    404 where nothing knows the key, 400 for numbers that are none, 503 where the store does not answer.
    """

    def answer(request: Request) -> Response:
        try:
            return _answered(tell, request)
        except ValueError:
            return JSONResponse({"error": "The numbers of this address cannot be read."}, status_code=400)
        except EventStoreError as error:
            return JSONResponse({"error": type(error).__name__}, status_code=503)

    return answer


def _answered(tell: Callable[[KeyStory, Request], bytes], request: Request) -> Response:
    place = Place.read(request.query_params)
    if "known" in place.unread():
        raise ValueError(place.known)
    at = queries.standing(context.VIEWER, Place(known=place.known))
    story = queries.story(context.VIEWER, at, place.k, place.p) if place.k else None
    if story is None:
        return JSONResponse({"error": "Nothing knows this key."}, status_code=404)
    headers = {"etag": f'"{story.whole.tag}.{crc32(story.note.encode()):x}"', "cache-control": "private, no-cache"}
    if request.headers.get("if-none-match", "").removeprefix("W/") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    return Response(tell(story, request), media_type="application/json", headers=headers)


def own() -> Iterator[Route]:
    """The routes, each below any path as well, since Streamlit's base path is not prefixed to them."""
    for name, tell in {"story": index, "steps": steps}.items():
        for below in ("", "/{_:path}"):
            yield Route(f"{below}/{name}", answered(tell), methods=["GET"])
