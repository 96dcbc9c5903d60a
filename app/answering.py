"""What the server's own HTTP routes share: where they stand, numbers of an address, errors, what a browser keeps."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from eventstore import EventStoreError

Answer = Callable[[Request], Response]

_MOST = 2**53


def anywhere(name: str, answer: Answer) -> list[Route]:
    """The route, also below any path: Streamlit's base path is not prefixed to it."""
    return [Route(f"{below}/{name}", answer, methods=["GET"]) for below in ("", "/{_:path}")]


def numbers(request: Request, *names: str) -> list[int]:
    """Whole numbers of the query. Raises ValueError where one is missing, or is more than a browser can say exactly."""
    found = [int(request.query_params.get(name, "")) for name in names]
    if any(abs(number) > _MOST for number in found):
        raise ValueError(request.url.query)
    return found


def guarded(ask: Answer) -> Answer:
    """400 for numbers that cannot be read, 503 where the store does not answer."""

    def answer(request: Request) -> Response:
        try:
            return ask(request)
        except ValueError:
            return JSONResponse({"error": "The numbers of this address cannot be read."}, status_code=400)
        except EventStoreError as error:
            return JSONResponse({"error": type(error).__name__}, status_code=503)

    return answer


def kept(request: Request, tag: str, tell: Callable[[], Response]) -> Response:
    """An answer that holds as long as its tag: a browser that has it is told so in a line."""
    headers = {"etag": f'"{tag}"', "cache-control": "private, no-cache"}
    if request.headers.get("if-none-match", "").removeprefix("W/") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    found = tell()
    found.headers.update(headers)
    return found
