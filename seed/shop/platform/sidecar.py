"""The sidecar: a process beside each service, for what every service needs and none should have to know.

It ships the lines that the service prints to the topic `logs`, asks whether it is well, counts its requests for
Prometheus, and gives requests a trace. It stands before the service as its address; when it is dead, callers go to
the service itself, which notices nothing.
"""

from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import msgspec
from flask import Response, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from eventstore import clock
from seed.shop.host import Host
from seed.shop.messages import Message, encode
from seed.shop.platform.calls import NOWHERE
from seed.shop.platform.signals import Signals
from seed.shop.platform.tail import Batch, Tail
from seed.shop.trace import HEADER, Trace, headers

TOPIC = "logs"
PROBE = 1.0
"""How often it asks whether the service is well, and how long it waits for the answer, in seconds."""
MISSES = 2
"""After so many bad answers in a row the service counts as unhealthy."""
METHODS = ("GET", "POST", "PUT", "DELETE")
HOP = {"connection", "content-length", "host", "keep-alive", "transfer-encoding", "date", "server", HEADER}
"""Headers that concern one connection alone, and the trace, of which each hop has a span of its own."""


class Sidecar:
    """Beside the instance that the host's own instance is named after: `payments/2`."""

    def __init__(self, host: Host) -> None:
        self._host, self._signals, self._metrics = host, Signals(host), Metrics()
        self._service, _, self._instance = host.settings.instance.partition("/")
        self._tail = Tail(Path(host.settings.log))
        self._client = httpx.Client(base_url=host.settings.beside, timeout=30.0)
        self._healthy: bool | None = None
        self._misses = 0
        host.every(0.2, "log", self.ship)
        host.every(PROBE, "probe", self.probe)
        host.at_end(self._client.close)
        host.app.add_url_rule("/metrics", "metrics", self._metrics.shown)
        for rule in ("/", "/<path:path>"):
            host.app.add_url_rule(rule, rule, self.forward, methods=METHODS)

    def ship(self) -> None:
        """Send the new lines to the topic. A line may come twice, under the same id."""
        while True:
            batch = self._tail.read()
            self._host.bus.publish(list(self._messages(batch)))
            if batch.lost_after is not None:
                self._tell("Log Lost", after_line=batch.lost_after)
            self._tail.done(batch)
            self._metrics.shipped(len(batch.lines), batch.behind)
            if not batch.lines:
                break

    def probe(self) -> None:
        """Ask the service whether it is well, and tell when that changes."""
        reason = self._illness()
        self._misses = self._misses + 1 if reason else 0
        healthy = not reason if self._misses in {0, MISSES} else self._healthy
        if healthy is not self._healthy:
            self._tell("Service Healthy" if healthy else "Service Unhealthy", reason=reason or None)
            self._healthy = healthy
        self._metrics.healthy.set(bool(healthy))

    def forward(self, path: str = "") -> Response:
        """The service's own answer. 502: nothing reached it; 504: it took the request, but did not answer."""
        del path  # the request knows it, with its query
        began = clock.elapsed()
        answer = self._forwarded()
        self._metrics.answered(request.method, answer.status_code, clock.elapsed() - began)
        return answer

    def _forwarded(self) -> Response:
        said = {name: value for name, value in request.headers.items() if name.lower() not in HOP}
        try:
            found = self._client.request(
                request.method,
                request.full_path.rstrip("?"),
                content=request.get_data(),
                headers={**said, **headers()},
            )
        except NOWHERE as error:
            return Response(type(error).__name__, HTTPStatus.BAD_GATEWAY)
        except httpx.HTTPError as error:
            return Response(type(error).__name__, HTTPStatus.GATEWAY_TIMEOUT)
        kept = {name: value for name, value in found.headers.items() if name.lower() not in HOP - {HEADER}}
        return Response(found.content, found.status_code, kept)

    def _illness(self) -> str:
        """What is wrong with the service; empty: nothing."""
        try:
            answer = self._client.get("/health", timeout=PROBE)
        except httpx.HTTPError as error:
            return type(error).__name__
        return "" if answer.status_code == HTTPStatus.OK else answer.text[:500]

    def _messages(self, batch: Batch) -> Iterable[Message]:
        for number, line in enumerate(batch.lines, batch.first):
            name = f"{self._service}/{self._instance}/{batch.place.cuts}/{number}"
            said = {"service": self._service, "instance": self._instance, **_said(line), "line": number, "id": name}
            yield Message(TOPIC, "", self._service, said, name, Trace(""), encode(said))

    def _tell(self, event: str, **data: Any) -> None:
        key = f"{self._service}/{self._instance}"
        self._signals.tell(event, key, self._service, instance=self._instance, **data)


class Metrics:
    """What Prometheus may read of one service."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        known = self._registry
        self._requests = Counter("shop_requests", "Requests by outcome.", ["method", "status"], registry=known)
        self._seconds = Histogram("shop_request_seconds", "How long requests took.", registry=known)
        self._lines = Counter("shop_log_lines", "Log lines that were shipped.", registry=known)
        self._behind = Gauge("shop_log_behind_bytes", "What of the log is still to be shipped.", registry=known)
        self.healthy = Gauge("shop_healthy", "1 while the service is well.", registry=known)

    def answered(self, method: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self._requests.labels(method, str(status)).inc()
        self._seconds.observe(seconds)

    def shipped(self, lines: int, behind: int) -> None:
        """So many lines went out, so many bytes wait."""
        self._lines.inc(lines)
        self._behind.set(behind)

    def shown(self) -> Response:
        """All of it, as Prometheus reads it."""
        return Response(generate_latest(self._registry), content_type=CONTENT_TYPE_LATEST)


def _said(line: bytes) -> dict[str, Any]:
    """What the line says: a JSON object as it is, any other text as a warning, for only a crash prints so."""
    try:
        return msgspec.json.decode(line, type=dict[str, Any])
    except msgspec.MsgspecError:
        return {"level": "warning", "message": line.decode(errors="replace")}
