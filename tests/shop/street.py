"""The running shop, as somebody before its door sees it."""

import secrets
from typing import Any

import httpx

from seed.shop.platform.supervisor import Supervisor


class Street:
    """The running shop, as somebody before its door sees it."""

    def __init__(self, supervisor: Supervisor, gateway: int, registry: str, prefix: str) -> None:
        self.supervisor, self.prefix, self._registry = supervisor, prefix, registry
        self.gateway = httpx.Client(base_url=f"http://127.0.0.1:{gateway}", timeout=20)

    def there(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = httpx.get(f"{self._registry}/instances", timeout=1).json()["instances"]
        except httpx.HTTPError:
            return {}
        return found

    def offer(self, sku: str, stock: int) -> None:
        products = self.there()["products"][0]["address"]
        httpx.post(f"{products}/products", json={"sku": sku, "name": sku, "price": 10}).raise_for_status()
        httpx.post(f"{products}/products/{sku}/stock", json={"quantity": stock}).raise_for_status()

    def customer(self) -> dict[str, str]:
        """The headers of somebody who has just registered and logged in."""
        who = {"email": f"{secrets.token_hex(4)}@example.org", "password": "secret"}
        assert self.gateway.post("/register", json={**who, "first_name": "Anna"}).status_code == 201
        token = self.gateway.post("/authenticate", json=who).json()["token"]
        return {"Authorization": f"Bearer {token}"}

    def order(self, headers: dict[str, str], sku: str, country: str = "DE") -> httpx.Response:
        said = {"items": [{"sku": sku, "quantity": 1}], "ship_to": {"country": country}}
        return self.gateway.post("/orders", json=said, headers=headers)

    def full(self, headers: dict[str, str], order: str) -> dict[str, Any]:
        answer = self.gateway.get(f"/orders/{order}/full", headers=headers)
        return answer.json() if answer.status_code == 200 else {}

    def status(self, headers: dict[str, str], order: str) -> str:
        return str(self.full(headers, order).get("order", {}).get("status"))
