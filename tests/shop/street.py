"""The shop as `make shop` runs it, all processes under their supervisor, for somebody before its door."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from click.testing import CliRunner

from app.commands.shop import shop as command
from seed.broker import free_port
from seed.shop.bus import make_topics
from seed.shop.platform.fleet import fleet
from seed.shop.platform.supervisor import Program, Supervisor
from seed.shop.settings import Settings
from tests.parts.kafka import Kafka
from tests.shop.services import until

PRICE = 10


class Street:
    """The running shop. `accepted` are the orders that it took, as the customers who gave them know."""

    def __init__(self, supervisor: Supervisor, programs: Mapping[str, Program], folder: Path) -> None:
        self.supervisor, self._programs, self._folder = supervisor, programs, folder
        self.prefix = self.settings("gateway-1").prefix
        self.gateway = httpx.Client(base_url=f"http://127.0.0.1:{self.settings('gateway-1').port}", timeout=20)
        self.accepted: list[str] = []

    def settings(self, name: str) -> Settings:
        """What a program was told, `payments-1`."""
        return Settings.load(self._programs[name].environment)

    def there(self) -> dict[str, Any]:
        """The instances that the registry knows, by service."""
        port = self.settings("registry-1").port
        try:
            found: dict[str, Any] = httpx.get(f"http://127.0.0.1:{port}/instances", timeout=1).json()["instances"]
        except httpx.HTTPError:
            return {}
        return found

    def get(self, service: str, path: str) -> Any:
        """What a service itself answers."""
        return httpx.get(self.there()[service][0]["direct"] + path, timeout=10).json()

    def ledger(self) -> Any:
        """What the card provider took and gave back."""
        return httpx.get(f"{self.settings('payments-1').cards}/ledger", timeout=10).json()

    def trouble(self, *words: str) -> None:
        """Make trouble, or restore, by the command that a person uses."""
        answer = CliRunner().invoke(command, ["--folder", str(self._folder), *words])
        assert answer.exit_code == 0, answer.output

    def offer(self, sku: str, stock: int) -> None:
        products = self.there()["products"][0]["address"]
        httpx.post(f"{products}/products", json={"sku": sku, "name": sku, "price": PRICE}).raise_for_status()
        httpx.post(f"{products}/products/{sku}/stock", json={"quantity": stock}).raise_for_status()

    def customer(self) -> dict[str, str]:
        """The headers of somebody who has just registered and logged in."""
        who = {"email": f"{secrets.token_hex(4)}@example.org", "password": "secret"}
        until(lambda: self.gateway.post("/register", json={**who, "first_name": "Anna"}).status_code in {201, 409})
        token: httpx.Response = until(lambda: (got := self.gateway.post("/authenticate", json=who)).is_success and got)
        return {"Authorization": f"Bearer {token.json()['token']}"}

    def order(self, headers: dict[str, str], sku: str = "mug", country: str = "DE") -> httpx.Response:
        said = {"items": [{"sku": sku, "quantity": 1}], "ship_to": {"country": country}}
        answer = self.gateway.post("/orders", json=said, headers=headers)
        if answer.status_code == 201:
            self.accepted.append(answer.json()["order_id"])
        return answer

    def ordered(self, headers: dict[str, str], sku: str = "mug") -> httpx.Response:
        """Ask with one key until the order is taken: the order service hears of a new product a moment later."""
        keyed = {**headers, "Idempotency-Key": secrets.token_hex(8)}
        answer: httpx.Response = until(lambda: (got := self.order(keyed, sku)).status_code == 201 and got, seconds=60)
        return answer

    def full(self, headers: dict[str, str], order: str) -> dict[str, Any]:
        answer = self.gateway.get(f"/orders/{order}/full", headers=headers)
        return answer.json() if answer.status_code == 200 else {}

    def status(self, headers: dict[str, str], order: str) -> str:
        return str(self.full(headers, order).get("order", {}).get("status"))


@contextmanager
def opened(
    kafka: Kafka, folder: Path, instances: Mapping[str, int], *, sidecars: bool = True, **told: Any
) -> Iterator[Street]:
    """A street with a thousand mugs on sale, and no customers but the test's."""
    prefix = kafka.name("street") + "-"
    make_topics(kafka.servers, prefix=prefix)
    settings = Settings(name="", kafka=kafka.servers, prefix=prefix, pace=0.2, rate="999/second", **told)
    made = fleet(folder, f"sqlite:///{folder}/databases", settings, gateway=free_port(), instances=instances)
    programs = [one for one in made if not one.name.startswith("customers")]
    if not sidecars:
        programs = [_alone(one) for one in programs if not one.name.endswith("sidecar")]
    with Supervisor(folder, programs, lambda _: None) as supervisor:
        street = Street(supervisor, {one.name: one for one in programs}, folder)
        registered = {one.service for one in programs} - {"", "registry", "cards"}
        until(lambda: registered <= set(street.there()), seconds=120)
        until(lambda: all(len(street.there()[name]) == count for name, count in instances.items()), seconds=60)
        street.offer("mug", 1_000)
        yield street
        street.gateway.close()


def _alone(program: Program) -> Program:
    return program._replace(environment={**program.environment, "SHOP_SIDECAR": ""})
