"""Files to take along, over HTTP beside the pages: a GET answers what the page at the same address shows."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app import context, queries
from app.answering import anywhere
from app.links import Place
from eventstore import EventStoreError

TAKE = "reproduce"
"""The route's name; its parameters are those of the page, and `as`: `py`, `jsonl` or `json`."""


def reproduce(request: Request) -> Response:
    """The story of the address as a file. 404 where there is nothing to take, 503 where the store does not answer."""
    place, form = Place.read(request.query_params), request.query_params.get("as", "")
    try:
        at = queries.standing(context.VIEWER, place)
        found = queries.taken(context.VIEWER, at, place.k, place.p, form)
    except EventStoreError as error:
        return JSONResponse({"status": "unavailable", "error": type(error).__name__}, status_code=503)
    if found is None:
        return JSONResponse({"status": "nothing to take", "as": ["py", "jsonl", "json"]}, status_code=404)
    headers = {"content-disposition": f'attachment; filename="{found.name}"', "cache-control": "no-store"}
    return Response(found.text, media_type=found.media, headers=headers)


def own() -> list[Route]:
    """The route."""
    return anywhere(TAKE, reproduce)
