"""Customers: a crowd that registers, orders, and looks what became of it, through the gateway as any customer would.

Somebody behind the counter fills the shelves.
"""

import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec

from seed.course import Course
from seed.customers import Customer, buyer, customer
from seed.dice import Dice
from seed.goods import CATALOGUE, Product, basket
from seed.shop.errors import Unreachable
from seed.shop.host import Host
from seed.shop.messages import encode
from seed.shop.platform.calls import KEY, Asked, Calls
from seed.shop.trace import begun, following

PASSWORD = "correct horse battery staple"  # noqa: S105 - of people whom there are not
CARDS = ("ok",) * 90 + ("declined",) * 5 + ("slow",) * 4 + ("unreachable",)
LOW, DELIVERY = 10, 60
"""With fewer free ones than `LOW` so many come in."""


class Customers:
    """Orders so many times a minute."""

    def __init__(self, host: Host) -> None:
        calls = Calls(host)
        self._gateway, self._products = calls.to("gateway"), calls.to("products")
        # other customers with each run: those of the last one are registered already
        self._course, self._orders = Course(secrets.randbelow(1 << 31), 0), 0
        self._tokens: dict[int, str] = {}
        self._last: tuple[str, Mapping[str, str]] | None = None
        host.every(5.0, "shelves", self.fill)
        host.every(60 / host.settings.orders_a_minute, "customers", self.come)

    def fill(self) -> None:
        """Put on sale what is not, and have delivered what runs out."""
        free = {one["sku"]: one["on_hand"] - one["reserved"] for one in self._products.get("/products")}
        for product in CATALOGUE:
            if product.sku not in free:
                self._products.post("/products", _offer(product))
            if free.get(product.sku, 0) < LOW:
                self._products.post(f"/products/{product.sku}/stock", {"quantity": DELIVERY})

    def come(self) -> None:
        """The next customer orders, and looks at the order before."""
        number, self._orders = buyer(self._course, self._orders), self._orders + 1
        with following(begun("")):
            who = customer(self._course, number)
            token = self._tokens.get(number) or self._logged_in(who)
            self._tokens[number] = token
            before, headers = self._last, {"Authorization": f"Bearer {token}"}
            self._last = self._order(who, headers), headers
        if before is not None:
            self._gateway.send(Asked("GET", f"/orders/{before[0]}/full", headers=before[1]))

    def _order(self, who: Customer, headers: Mapping[str, str]) -> str:
        dice = Dice(secrets.token_hex(8))
        items = [{"sku": line.product.sku, "quantity": line.quantity} for line in basket(dice, 0)]
        said = {"items": items, "card": dice.one_of(CARDS), "ship_to": who.address}
        asked = Asked("POST", "/orders", encode(said), {**headers, KEY: secrets.token_hex(16)})
        return str(self._taken(asked)["order_id"])

    def _logged_in(self, who: Customer) -> str:
        said = {"email": who.email, "password": PASSWORD, "first_name": who.first_name, "last_name": who.last_name}
        registration = encode({**said, "city": who.city, "country": who.country})
        self._gateway.send(Asked("POST", "/register", registration))  # or is registered, and then logs in as well
        asked = Asked("POST", "/authenticate", encode({"email": who.email, "password": PASSWORD}))
        return str(self._taken(asked)["token"])

    def _taken(self, asked: Asked) -> Any:
        answer = self._gateway.send(asked)
        if answer.status_code >= HTTPStatus.BAD_REQUEST:
            raise Unreachable("gateway", f"status {answer.status_code}: {answer.text}")
        return msgspec.json.decode(answer.content)


def _offer(product: Product) -> dict[str, Any]:
    return {"sku": product.sku, "name": product.name, "price": product.price}
