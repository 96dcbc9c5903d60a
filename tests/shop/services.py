"""The living shop for tests: its services as threads of this process or as processes, on the real broker."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import httpx

from seed.broker import free_port
from seed.shop.__main__ import SERVICES
from seed.shop.bus import make_topics
from seed.shop.database import create_databases
from seed.shop.host import Host
from seed.shop.settings import Settings
from tests.parts.kafka import Kafka

DATABASES = {"order-views": "orders"}
"""The services that look at another's database: the two sides of the order service."""

CHOREOGRAPHED = ("cards", "users", "products", "orders", "order-views", "payments", "shipping", "notifications")
SERVICES_OF = {"choreographed": CHOREOGRAPHED, "orchestrated": (*CHOREOGRAPHED, "coordinator")}

CLIENT = httpx.Client()
"""One for the run: making one reads all certificates of the system."""


def until(true: Callable[[], Any], seconds: float = 30.0, *, every: float = 0.05) -> Any:
    """What the question gives as soon as that is anything; fails when it never does."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = true()
        if found:
            return found
        time.sleep(every)
    raise AssertionError(f"not true within {seconds} s")


class Shop:
    """Services by name. `place` is where their databases are made, as `create_databases` wants it."""

    def __init__(self, kafka: Kafka, place: str, **settings: Any) -> None:
        self.prefix = kafka.name("shop") + "-"
        make_topics(kafka.servers, prefix=self.prefix)
        self.urls = create_databases(place, [self._database(name) for name in SERVICES])
        common = {"kafka": kafka.servers, "prefix": self.prefix, "secret": "s", "patience": 1.0, "pace": 0.1}
        self._settings: dict[str, Any] = {**common, "cards": f"http://127.0.0.1:{free_port()}", **settings}
        self.services: dict[str, Any] = {}
        self.hosts: dict[str, Host] = {}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.ports: dict[str, int] = {}

    def settings(self, name: str) -> Settings:
        port = int(self._settings["cards"].rpartition(":")[2]) if name == "cards" else 0
        url = self.urls[self._database(name)]
        return Settings(name=name, database_url=url, **{**self._settings, "port": port})

    def start(self, *names: str) -> None:
        """Run these services in threads of this process."""
        for name in names:
            host = Host(self.settings(name))
            self.services[name] = SERVICES[name](host)
            host.start()
            self.hosts[name], self.ports[name] = host, host.port

    def launch(self, *names: str, module: str = "seed.shop") -> None:
        """Run these services as processes, and wait until they answer."""
        for name in names:
            self._spawn(name, module)
        for name in names:
            until(partial(self.answers, name), 60)

    def _spawn(self, name: str, module: str) -> None:
        """A name such as `payments#2` is another instance of that service."""
        service, _, instance = name.partition("#")
        settings = self.settings(service)
        port = self.ports.get(name) or settings.port or free_port()
        settings = replace(settings, port=port, instance=instance or "1")
        command = [sys.executable, "-m", module, service]
        self.processes[name] = subprocess.Popen(command, env=os.environ | settings.environment)
        self.ports[name] = settings.port

    def answers(self, name: str) -> bool:
        try:
            return CLIENT.get(f"http://127.0.0.1:{self.ports[name]}/health", timeout=1).status_code == 200
        except httpx.HTTPError:
            return False

    def kill(self, name: str) -> None:
        """End a process as a power cut would."""
        process = self.processes.pop(name)
        process.kill()
        process.wait()

    def end(self, name: str) -> None:
        """End a process in good order."""
        process = self.processes.pop(name)
        process.terminate()
        assert process.wait(20) == 0

    def halt(self, name: str) -> None:
        """End a service of this process in good order."""
        self.hosts.pop(name).stop()

    def stop(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            assert process.wait(20) == 0
        for host in reversed(self.hosts.values()):
            host.stop()

    def get(self, name: str, path: str) -> Any:
        answer = CLIENT.get(f"http://127.0.0.1:{self.ports[name]}{path}", timeout=10)
        return answer.json() if answer.status_code == 200 else None

    def post(self, name: str, path: str, said: Mapping[str, Any] | None = None, **headers: str) -> httpx.Response:
        return CLIENT.post(f"http://127.0.0.1:{self.ports[name]}{path}", json=said or {}, headers=headers, timeout=10)

    def offer(self, sku: str = "mug", price: float = 12.5, stock: int = 10) -> None:
        """Put something on sale, and wait until the order service knows of it."""
        assert self.post("products", "/products", {"sku": sku, "name": sku, "price": price}).status_code == 201
        if stock:
            assert self.post("products", f"/products/{sku}/stock", {"quantity": stock}).status_code == 200

    def order(self, **said: Any) -> str:
        """Order something, as soon as the order service knows the product; the order's id."""
        said = {"customer_id": "c1", "items": [{"sku": "mug", "quantity": 1}], **said}
        answer = until(lambda: (found := self.post("orders", "/create_order", said)).status_code == 201 and found)
        return str(answer.json()["order_id"])

    def status(self, order: str) -> str | None:
        found = self.get("order-views", f"/orders/{order}")
        return found["status"] if found else None

    @staticmethod
    def _database(name: str) -> str:
        return DATABASES.get(name, name)
