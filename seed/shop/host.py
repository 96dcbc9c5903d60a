"""What every service runs in: HTTP with JSON, the bus, threads that start and stop cleanly, logs with the trace."""

import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, TypeVar

import httpx
import msgspec
from flask import Flask, Response, request
from sqlalchemy import Connection, Engine, MetaData
from waitress import create_server, wasyncore
from werkzeug.exceptions import HTTPException

from eventstore import clock, format_time
from seed.shop import inbox, lease, outbox
from seed.shop.bus import Bus
from seed.shop.database import connect
from seed.shop.errors import ShopError
from seed.shop.messages import Message, Thing, encode
from seed.shop.outbox import Outbox
from seed.shop.settings import Settings
from seed.shop.trace import begun, following, running

PAUSE = 0.5
"""How long a background step waits after it failed, in seconds."""

T = TypeVar("T")
View = Callable[..., Any]


class Host:
    """One instance of a service: give it routes and handlers, then `start` it. Paths in `quiet` are not logged.

    Its messages go by its `bus`, its calls to other programs by a `transport` that it makes.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings, self.name = settings, settings.name
        self.app = Flask(settings.name)
        self.bus = Bus(settings.kafka, settings.name, settings.instance, prefix=settings.prefix)
        self.transport: Callable[[], httpx.BaseTransport] = httpx.HTTPTransport
        self.failures: dict[str, str] = {}
        self.quiet = {"/health"}
        self._steps: list[tuple[str, float, Callable[[], object]]] = []
        self._threads: list[threading.Thread] = []
        self._ends: list[Callable[[], None]] = []
        self._stopping = threading.Event()
        self._sockets: dict[int, Any] = {}
        self._answer = self.app.wsgi_app
        self.app.wsgi_app = self._traced  # type: ignore[method-assign,assignment]
        self.app.after_request(self._log_request)
        self.route("GET", "/health", self.health)
        self.app.register_error_handler(ShopError, lambda error: _refused(error.status, error))
        self.app.register_error_handler(msgspec.MsgspecError, lambda error: _refused(400, error))
        self.app.register_error_handler(HTTPException, lambda error: _refused(error.code or 500, error))

    def route(self, method: str, rule: str, view: View) -> None:
        """Answer such requests with what the view returns: a value, or a value and a status."""
        self.app.add_url_rule(rule, f"{method} {rule}", _answering(view), methods=[method])

    def every(self, seconds: float, name: str, step: Callable[[], object]) -> None:
        """Repeat the step in a thread of its own. What it raises is logged, and it is tried again."""
        self._steps.append((name, seconds, step))

    def at_end(self, end: Callable[[], None]) -> None:
        """Call it when everything has stopped."""
        self._ends.append(end)

    def log(self, level: str, text: str, **more: Any) -> None:
        """Write one line to standard output, with the trace that it belongs to."""
        line = {"time": format_time(clock.now()), "service": self.name, "instance": self.settings.instance}
        line |= {"level": level, "message": text, **more}
        trace = running()
        if trace is not None:
            line["correlation_id"] = trace.correlation_id
        sys.stdout.write(encode(line).decode() + "\n")
        sys.stdout.flush()

    def health(self) -> tuple[Mapping[str, Any], int]:
        """Whether all background steps did what they should the last time."""
        well = not self.failures
        return {"service": self.name, "healthy": well, "failures": self.failures}, 200 if well else 503

    @property
    def port(self) -> int:
        """Where it answers, once it was started."""
        return int(self._server.effective_port)

    def start(self) -> None:
        """Answer requests, and begin the background steps."""
        self._server = create_server(
            self.app,
            map=self._sockets,
            host=self.settings.host,
            port=self.settings.port,
            threads=self.settings.threads,
        )
        if self.bus.listens:
            self.every(0, "consumer", self.bus.consume)
        self._run("server", self._server.run)
        for name, seconds, step in self._steps:
            self._run(name, self._repeat, name, seconds, step)
        self.log("info", "started", port=self.port)

    def stop(self) -> None:
        """Finish what runs, and end; nothing that was answered is lost."""
        self._stopping.set()
        self._server.task_dispatcher.shutdown()
        self._server.trigger.pull_trigger(lambda: wasyncore.close_all(self._sockets))
        for thread in self._threads:
            thread.join()
        for end in self._ends:
            end()
        self.bus.close()
        self.log("info", "stopped")

    def run(self) -> None:
        """Start, wait for SIGTERM or Ctrl-C, stop."""
        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, lambda *_: self._stopping.set())
        self.start()
        self._stopping.wait()
        self.stop()

    def _run(self, name: str, target: Callable[..., object], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, name=f"{self.name} {name}", daemon=True)
        thread.start()
        self._threads.append(thread)

    def _repeat(self, name: str, seconds: float, step: Callable[[], object]) -> None:
        while not self._stopping.is_set():
            try:
                step()
                self.failures.pop(name, None)
                self._stopping.wait(seconds)
            except Exception as error:  # noqa: BLE001 - told in the log and by /health; the next try may go well
                self.failures[name] = f"{type(error).__name__}: {error}"
                self.log("error", f"{name} failed, and is tried again", error=self.failures[name])
                self._stopping.wait(max(seconds, PAUSE))

    def _traced(self, environment: dict[str, Any], start_response: Any) -> Any:
        """The application, run as a part of the trace that the request names."""
        with following(begun(environment.get("HTTP_TRACEPARENT", ""))):
            environment["shop.begins"] = clock.elapsed()
            return self._answer(environment, start_response)

    def _log_request(self, response: Response) -> Response:
        if request.path not in self.quiet:
            took = round((clock.elapsed() - request.environ["shop.begins"]) * 1_000)
            level = "info" if response.status_code < 500 else "error"
            self.log(level, f"{request.method} {request.path}", status=response.status_code, duration_ms=took)
        return response


class Desk:
    """A service's own database with its outbox and inbox, in its host."""

    def __init__(self, host: Host, tables: MetaData) -> None:
        self._host = host
        self.engine: Engine = connect(host.settings.database_url, outbox.TABLES, inbox.TABLES, lease.TABLES, tables)
        self.outbox = Outbox(self.engine, host.name)
        host.every(0.1, "relay", lambda: self.outbox.relay(host.bus, host.settings.instance, clock.now()))
        host.at_end(self.engine.dispose)

    def on(self, event: str, handler: Callable[[Connection, Message], None]) -> None:
        """Handle every message of that name, with effects in this database exactly once."""
        self._host.bus.on(event, inbox.once(self.engine, handler))

    def tell(
        self,
        connection: Connection,
        topic: str,
        event: str,
        key: str,
        data: Mapping[str, Any],
        about: Sequence[Thing] = (),
    ) -> None:
        """Tell it with the commit of this transaction."""
        self.outbox.put(connection, topic, event, key, data, clock.now(), about=about)
        self._host.log("info", event, key=key)


def body(shape: type[T]) -> T:
    """The request's JSON as this shape. Raises msgspec.ValidationError, which names what is wrong."""
    return msgspec.json.decode(request.get_data(), type=shape)


def answered(value: Any, status: int) -> Response:
    """The value as JSON."""
    return Response(encode(value), status, mimetype="application/json")


def _answering(view: View) -> Callable[..., Response]:
    @wraps(view)
    def answer(**parts: str) -> Response:
        found = view(**parts)
        return answered(*found) if isinstance(found, tuple) else answered(found, 200)

    return answer


def _refused(status: int, error: Exception) -> Response:
    return answered({"error": type(error).__name__, "message": str(error)}, status)
