"""The server's own HTTP routes and what goes out with every answer: security headers, trusted hosts."""

from dataclasses import asdict
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import queries
from app.answering import Answer, anywhere, guarded, kept, numbers
from app.answers import Curve, Viewer
from app.queries import source
from app.queries.bar import MOST_BARS
from eventstore import EventStoreError

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")

# 'self' for workers and blob: for the browser parts; the one inline line of Streamlit's page is refused, harmlessly
CSP = (
    "default-src 'none'; script-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; media-src 'self' blob:; "
    "frame-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
)
HEADERS = [
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
_NAMES = {name for name, _ in HEADERS}


class SecurityHeaders:
    """Puts the headers on every HTTP answer. Plain ASGI: it never holds back a stream or a websocket."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and its answer with the headers."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [header for header in message.get("headers", []) if header[0].lower() not in _NAMES]
                message = {**message, "headers": [*kept, *HEADERS]}
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


class OwnPages:
    """Opens websockets only to our own pages: `Origin` tells whose page asks, and other local ports are others.

    A proxy that gives itself another name than the browser used must have that name among the allowed hosts.
    """

    def __init__(self, app: ASGIApp, allowed_hosts: tuple[str, ...]) -> None:
        self.app, self.names = app, {name for name in allowed_hosts if name not in LOOPBACK}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the handshake of a foreign page, pass on everything else."""
        if scope["type"] == "websocket" and not self._ours(Headers(scope=scope)):
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self.app(scope, receive, send)

    def _ours(self, headers: Headers) -> bool:
        asking = urlsplit(headers.get("origin", ""))
        return not asking.netloc or asking.netloc == headers.get("host") or asking.hostname in self.names


def healthz(_: Request) -> Response:
    """The server answers."""
    return JSONResponse({"status": "ok"})


def readyz(_: Request) -> Response:
    """The server answers and can read the store: its last position. 503 and the reason where it cannot."""
    try:
        return JSONResponse({"status": "ok", "position": source.store().head().position})
    except EventStoreError as error:
        return JSONResponse({"status": "unavailable", "error": type(error).__name__}, status_code=503)


def bar(request: Request) -> Response:
    """Counts for the moment bar: `since`, `before` (microseconds), `buckets`. Nothing of any payload is in them."""
    since, before, buckets = numbers(request, "since", "before", "buckets")
    if not (0 < before - since <= _LONGEST and 0 < buckets <= MOST_BARS):
        raise ValueError(request.url.query)
    return JSONResponse(_columns(queries.bars(_ANYONE, since, before, buckets)))


def near(request: Request) -> Response:
    """The events beside `at`, of those `known`, of stream `k` where one is named. Without `at`: commits."""
    (known,) = numbers(request, "known")
    if "at" not in request.query_params:
        return JSONResponse(asdict(queries.commits(_ANYONE, known)))
    (at,) = numbers(request, "at")
    return JSONResponse(asdict(queries.near(_ANYONE, at, known, request.query_params.get("k", ""))))


_ANYONE = Viewer()
_LONGEST = 20_000 * 366 * 86_400_000_000  # microseconds: no clock and no bar has more


def _columns(curve: Curve) -> dict[str, object]:
    """A row of counts for each category, one for each bucket: short, and ready to paint."""
    found = {(count.value, count.bucket): count.events for count in curve.counts}
    values = sorted({count.value for count in curve.counts})
    buckets = range(curve.since, curve.before, curve.bucket)
    counts = [[found.get((value, bucket), 0) for bucket in buckets] for value in values]
    return {"since": curve.since, "before": curve.before, "bucket": curve.bucket, "values": values, "counts": counts}


def _kept(ask: Answer) -> Answer:
    """An answer that holds as long as the log has not grown."""
    return guarded(lambda request: kept(request, str(source.store().head().position), lambda: ask(request)))


def own() -> list[Route]:
    """The routes."""
    pages = {"healthz": healthz, "readyz": readyz, "bar": _kept(bar), "near": _kept(near)}
    return [route for name, answer in pages.items() for route in anywhere(name, answer)]


def middleware(allowed_hosts: tuple[str, ...]) -> list[Middleware]:
    """Headers outermost, so that refusals carry them too; then only hosts that are ours (DNS rebinding)."""
    return [
        Middleware(SecurityHeaders),
        Middleware(TrustedHostMiddleware, allowed_hosts=list(allowed_hosts), www_redirect=False),
        Middleware(OwnPages, allowed_hosts=allowed_hosts),
    ]
