"""Calls from one program to another: found, bounded, guarded, with the trace, never longer than the caller's patience.

`Calls(host).to("payments").get("/payments/7")` asks one of the instances of a service.
"""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

import httpx
import msgspec

from eventstore import clock
from seed.shop.errors import BreakerOpen, BulkheadFull, NobodyThere, Unreachable
from seed.shop.host import Host
from seed.shop.messages import encode
from seed.shop.platform.breaker import Breaker, State
from seed.shop.platform.bulkhead import Bulkhead
from seed.shop.platform.discovery import Discovery
from seed.shop.platform.registry import Instance
from seed.shop.platform.signals import Signals
from seed.shop.platform.tally import Tally
from seed.shop.trace import headers

KEY = "Idempotency-Key"
"""The header of a request that the callee takes once, however often it comes."""

NEWS = {State.OPEN: "Breaker Opened", State.HALF_OPEN: "Breaker Half Opened", State.CLOSED: "Breaker Closed"}

NOWHERE = (httpx.ConnectError, httpx.ConnectTimeout)
"""Errors after which it is certain that nothing was sent."""


class Calls:
    """A program's calls to all others. Other programs are services, or stand at an address."""

    def __init__(self, host: Host) -> None:
        self._host, self._signals, self._discovery = host, Signals(host), Discovery(host)
        self._client = httpx.Client(transport=host.transport())
        self._callers: dict[str, Caller] = {}
        host.every(host.settings.told_every, "summary", self.tell)
        host.at_end(self._client.close)

    def to(self, service: str) -> "Caller":
        """The way to a service, by discovery."""
        return self._caller(service, lambda: self._discovery.instances(service))

    def at(self, program: str, address: str) -> "Caller":
        """The way to a program that is always there, and in no registry."""
        only = (Instance(program, "1", address, address),)
        return self._caller(program, lambda: only)

    def tell(self) -> None:
        """Tell how the calls since the last time went."""
        for caller in list(self._callers.values()):
            caller.tell()

    def _caller(self, callee: str, find: "Find") -> "Caller":
        if callee not in self._callers:
            way = _Way(callee, self._client, find, self._discovery.rest, self._host.settings.patience)
            self._callers[callee] = Caller(self._host, callee, way, self._signals)
        return self._callers[callee]


class Caller:
    """Calls one callee, through a bulkhead and a breaker, and counts. May be shared by threads."""

    def __init__(self, host: Host, callee: str, way: "_Way", signals: Signals) -> None:
        settings = host.settings
        self._callee, self._way, self._signals = callee, way, signals
        self._me, self._name = settings.name, f"{settings.name}/{settings.instance} to {callee}"
        self._bulkhead = Bulkhead(callee, settings.bulkhead)
        self._breaker = Breaker(callee, settings.breaker, self._changed)
        self._tally = Tally()

    def get(self, path: str) -> Any:
        """The answer, as a value. Raises Unreachable where none comes in time, or the callee refuses."""
        return self._value(self.send(Asked("GET", path)))

    def post(self, path: str, said: Any) -> Any:
        """Likewise, with something said."""
        return self._value(self.send(Asked("POST", path, encode(said))))

    def send(self, asked: "Asked") -> httpx.Response:
        """The answer as it is. Raises Unreachable where none comes in time, or the callee says that it failed."""
        began = clock.elapsed()
        try:
            instances = self._way.found()
            with self._bulkhead.room(), self._breaker.guarding():
                answer = self._way.ask(asked, instances)
        except (BreakerOpen, BulkheadFull) as error:
            if self._tally.refused() and isinstance(error, BulkheadFull):
                self._tell("Bulkhead Full", reason=error.reason)
            raise
        except Unreachable:
            self._tally.called(clock.elapsed() - began, failed=True)
            raise
        self._tally.called(clock.elapsed() - began)
        return answer

    def tell(self) -> None:
        """Tell how the calls since the last time went, if there were any."""
        said = self._tally.taken()
        if said:
            self._tell("Call Summary", breaker=self._breaker.state, **said)

    def _value(self, answer: httpx.Response) -> Any:
        if answer.status_code >= HTTPStatus.BAD_REQUEST:
            raise Unreachable(self._callee, f"status {answer.status_code}")
        return msgspec.json.decode(answer.content)

    def _changed(self, state: State, failures: int) -> None:
        self._tell(NEWS[state], failures=failures)

    def _tell(self, event: str, **data: Any) -> None:
        self._signals.tell(event, self._name, self._callee, caller=self._me, callee=self._callee, **data)


class Asked(NamedTuple):
    """A request to whichever instance answers it."""

    method: str
    path: str
    content: bytes = b""
    headers: Mapping[str, str] = {}

    @property
    def repeatable(self) -> bool:
        """Whether it does no harm that two instances get it: it reads, or has a key by which it is taken once."""
        return self.method == "GET" or KEY in self.headers


Find = Callable[[], Sequence[Instance]]


class _Way(NamedTuple):
    """Tries the instances of a callee one after another, as far as that is safe."""

    callee: str
    client: httpx.Client
    find: Find
    rest: Callable[[Instance], None]
    patience: float

    def found(self) -> Sequence[Instance]:
        """The instances, in the order in which to try them. Raises NobodyThere."""
        instances = self.find()
        if not instances:
            raise NobodyThere(self.callee)
        return instances

    def ask(self, asked: Asked, instances: Sequence[Instance]) -> httpx.Response:
        """The first answer of them. Raises Unreachable."""
        until, failure = clock.elapsed() + self.patience, Unreachable(self.callee, "no time is left")
        for others, one in zip(reversed(range(len(instances))), instances, strict=True):
            # one that hangs must leave the others their time, where they may be asked
            now = clock.elapsed()
            share = 2 if others and asked.repeatable else 1
            try:
                return self._try(one, asked, now + (until - now) / share)
            except Unreachable as error:
                failure = error
                self.rest(one)
                if not (asked.repeatable or isinstance(error, _NotDelivered)):
                    break
        raise failure

    def _try(self, one: Instance, asked: Asked, until: float) -> httpx.Response:
        reason = "it has no address"
        for address in one.addresses:
            try:
                answer = self._request(address, asked, until - clock.elapsed())
            except NOWHERE as error:
                reason = type(error).__name__
            except (httpx.NetworkError, httpx.ProtocolError) as error:
                # it broke off: the sidecar died perhaps, and the instance itself may answer
                if not asked.repeatable:
                    raise Unreachable(self.callee, type(error).__name__) from error
                reason = type(error).__name__
            except httpx.HTTPError as error:
                raise Unreachable(self.callee, type(error).__name__) from error
            else:
                if answer.status_code != HTTPStatus.BAD_GATEWAY:
                    return self._sound(answer)
                reason = "its sidecar does not reach it"
        raise _NotDelivered(self.callee, reason)

    def _request(self, address: str, asked: Asked, seconds: float) -> httpx.Response:
        if seconds <= 0:
            raise httpx.ConnectTimeout("no time is left")
        said = {**headers(), **asked.headers}
        return self.client.request(
            asked.method, address + asked.path, content=asked.content, headers=said, timeout=seconds
        )

    def _sound(self, answer: httpx.Response) -> httpx.Response:
        if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Unreachable(self.callee, f"status {answer.status_code}")
        return answer


class _NotDelivered(Unreachable):
    """The request surely reached nobody, and may go to another instance."""
