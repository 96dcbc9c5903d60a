"""The API gateway: the one way in for customers. It knows who asks, how much they ask, and which service answers.

What several services know of an order it puts together, and says what is missing where one does not answer.
"""

import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from http import HTTPStatus
from typing import Any, NamedTuple

import httpx
import msgspec
from flask import Response, request
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from seed.shop.errors import NotAuthenticated, NotFound, ShopError, TooManyRequests, Unreachable
from seed.shop.host import Host
from seed.shop.messages import encode
from seed.shop.platform.calls import KEY, Asked, Calls
from seed.shop.tokens import customer_of
from seed.shop.trace import HEADER, headers


class Route(NamedTuple):
    """Requests that one service answers, at the same path."""

    method: str
    rule: str
    service: str


OPEN = (
    Route("POST", "/register", "users"),
    Route("POST", "/authenticate", "users"),
    Route("GET", "/products", "products"),
    Route("GET", "/products/<sku>", "products"),
)
"""What anybody may ask."""

PARTS = {"payment": ("payments", "/payments/{order}"), "shipment": ("shipping", "/shipments/{order}")}
"""What of an order the other services know, and how each is asked."""


class Gateway:
    """Authenticates, limits, routes, puts together."""

    def __init__(self, host: Host) -> None:
        self._calls, self._secret = Calls(host), host.settings.secret
        self._limit, self._limiter = parse(host.settings.rate), MovingWindowRateLimiter(MemoryStorage())
        self._pool = ThreadPoolExecutor(host.settings.threads, "parts")
        host.at_end(self._pool.shutdown)
        host.app.before_request(self._admit)
        host.app.after_request(_traced)
        for route in OPEN:
            host.app.add_url_rule(route.rule, str(route), self._forwarding(route), methods=[route.method])
        host.app.add_url_rule("/orders", "order", self.order, methods=["POST"])
        host.route("GET", "/orders/<order_id>", self.shown)
        host.route("GET", "/orders/<order_id>/full", self.full)

    def order(self) -> Response:
        """Order something, for whoever asks. A request without a key gets one, so that it may be sent twice."""
        said = msgspec.json.decode(request.get_data(), type=dict[str, Any])
        content = encode({**said, "customer_id": self._customer()})
        key = request.headers.get(KEY) or secrets.token_hex(16)
        return _passed(self._calls.to("orders").send(Asked("POST", "/create_order", content, {KEY: key})))

    def shown(self, order_id: str) -> Any:
        """An order of whoever asks. Raises NotFound for another's."""
        return self._own(order_id)

    def full(self, order_id: str) -> Any:
        """An order with its payment, shipment and customer; under `missing`, what nobody could say, and why."""
        order = self._own(order_id)
        asked = {name: (service, path.format(order=order_id)) for name, (service, path) in PARTS.items()}
        asked["user"] = ("users", f"/users/{order['customer_id']}")
        parts = {name: self._in_trace(self._part, *one) for name, one in asked.items()}
        found = {name: part.result() for name, part in parts.items()}
        missing = {name: str(part) for name, part in found.items() if isinstance(part, ShopError)}
        there = {name: part for name, part in found.items() if name not in missing}
        return {"order": order, **there, "missing": missing}

    def _in_trace(self, ask: Callable[[str, str], Any], service: str, path: str) -> "Future[Any]":
        """Ask beside the others, as a part of the same trace."""
        context = copy_context()
        return self._pool.submit(lambda: context.run(ask, service, path))

    def _own(self, order_id: str) -> Any:
        customer, order = self._customer(), self._part("order-views", f"/orders/{order_id}")
        if isinstance(order, Unreachable):
            raise order
        if order is None or order["customer_id"] != customer:
            raise NotFound("order", order_id)
        return order

    def _part(self, service: str, path: str) -> Any:
        """What a service answers; None for what there is not (yet), the error where it does not answer."""
        try:
            answer = self._calls.to(service).send(Asked("GET", path))
        except Unreachable as error:
            return error
        return None if answer.status_code == HTTPStatus.NOT_FOUND else msgspec.json.decode(answer.content)

    def _forwarding(self, route: Route) -> Callable[..., Response]:
        def forward(**_: str) -> Response:
            asked = Asked(route.method, request.full_path.rstrip("?"), request.get_data())
            return _passed(self._calls.to(route.service).send(asked))

        return forward

    def _admit(self) -> None:
        """Count the request, for the customer or for the address of whoever has no token. Raises TooManyRequests."""
        try:
            who = self._customer()
        except NotAuthenticated:
            who = f"address {request.remote_addr}"
        if request.path != "/health" and not self._limiter.hit(self._limit, who):
            raise TooManyRequests(str(self._limit))

    def _customer(self) -> str:
        """Whoever asks. Raises NotAuthenticated."""
        kind, _, said = request.headers.get("Authorization", "").partition(" ")
        if kind != "Bearer":
            raise NotAuthenticated("The request has no token")
        return customer_of(self._secret, said)


def _passed(answer: httpx.Response) -> Response:
    return Response(answer.content, answer.status_code, mimetype=answer.headers.get("Content-Type"))


def _traced(response: Response) -> Response:
    """Say in the answer which trace it belongs to: the time machine finds its whole story by that."""
    said: Mapping[str, str] = headers()
    response.headers[HEADER] = said[HEADER]
    return response
