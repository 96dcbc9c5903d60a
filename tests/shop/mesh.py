"""Small services for tests of what stands between services: threads of this process, with a registry and a broker."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Self

import httpx
import msgspec
from kafka import KafkaConsumer

from seed.broker import free_port
from seed.shop.bus import make_topics
from seed.shop.host import Host
from seed.shop.platform.calls import Asked, Calls
from seed.shop.platform.discovery import register
from seed.shop.platform.registry import Registry
from seed.shop.platform.troubles import Troubled
from seed.shop.settings import Settings
from seed.shop.trace import current
from tests.parts.kafka import Kafka

Build = Callable[[Host], object]


class Mesh:
    """A registry, and services that find each other by it, up to the end of the block. `settings` hold for all."""

    def __init__(self, kafka: Kafka, **settings: Any) -> None:
        self.servers, self.prefix = kafka.servers, kafka.name("mesh") + "-"
        make_topics(self.servers, prefix=self.prefix)
        self.registry_at = f"http://127.0.0.1:{free_port()}"
        common = {"kafka": self.servers, "prefix": self.prefix, "registry": self.registry_at, "secret": "s"}
        self.common: dict[str, Any] = {**common, **settings}
        self.hosts: list[Host] = []

    def __enter__(self) -> Self:
        self.registry()
        return self

    def __exit__(self, *_: object) -> None:
        for host in reversed(self.hosts):
            host.stop()

    def registry(self) -> Host:
        port = int(self.registry_at.rpartition(":")[2])
        return self.run("registry", Registry, port=port, registry="")

    def settings(self, name: str, instance: str = "1", **settings: Any) -> Settings:
        return Settings(name=name, instance=instance, **{**self.common, **settings})

    def run(self, name: str, build: Build, instance: str = "1", **settings: Any) -> Host:
        host = Host(self.settings(name, instance, **settings))
        if host.settings.troubles:
            Troubled(host)
        build(host)
        register(host)
        host.start()
        self.hosts.append(host)
        return host

    def caller(self, **settings: Any) -> Calls:
        """Calls of a program that itself answers nothing."""
        made: list[Calls] = []
        self.run("caller", lambda host: made.append(Calls(host)), registry=self.registry_at, **settings)
        return made[0]

    def end(self, host: Host) -> None:
        self.hosts.remove(host)
        host.stop()

    def told(self) -> list[dict[str, Any]]:
        """The platform's events up to now."""
        return read(self.servers, self.prefix + "platform")

    def names(self) -> list[str]:
        return [one["event"] for one in self.told()]


def read(servers: str, topic: str) -> list[dict[str, Any]]:
    """What the topic holds up to now."""
    consumer = KafkaConsumer(topic, bootstrap_servers=servers, auto_offset_reset="earliest", group_id=None)
    try:
        found: list[dict[str, Any]] = []
        while records := consumer.poll(timeout_ms=1_000):
            found += [msgspec.json.decode(one.value) for part in records.values() for one in part]
        return found
    finally:
        consumer.close()


class Echo:
    """Says which instance it is; sleeps first, as long as it is told to."""

    def __init__(self, host: Host) -> None:
        self.name, self.delay = host.settings.instance, 0.0
        host.route("GET", "/who", self.who)
        host.route("POST", "/who", self.who)

    def who(self) -> Any:
        time.sleep(self.delay)
        return {"instance": self.name, "flow": current().correlation_id}


class Launched:
    """A program in a process of its own, which can be killed and started again; it ends with the block."""

    def __init__(self, settings: Settings, *arguments: str) -> None:
        self.address = f"http://127.0.0.1:{settings.port}"
        self._command, self._environment = [sys.executable, "-m", *arguments], os.environ | settings.environment
        self.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, env=self._environment, stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        self._process.wait()

    def answers(self, path: str = "/metrics") -> bool:
        try:
            return httpx.get(self.address + path, timeout=1).status_code == 200
        except httpx.HTTPError:
            return False


def launched_echo(mesh: Mesh, instance: str) -> Launched:
    """An echo that can be killed."""
    return Launched(mesh.settings("echo", instance, port=free_port()), "tests.shop.echo")


def launched_sidecar(mesh: Mesh, log: Path, beside: str) -> Launched:
    """A sidecar beside a service of this process, whose log is a file that the test writes."""
    here = {"log": str(log), "beside": beside, "port": free_port(), "registry": ""}
    return Launched(mesh.settings("sidecar", "echo/1", **here), "seed.shop", "sidecar")


def who(calls: Calls, method: str = "GET") -> str:
    return instance_of(calls.to("echo").send(Asked(method, "/who")))


def instance_of(answer: httpx.Response) -> str:
    return str(msgspec.json.decode(answer.content)["instance"])


def at_once(work: Iterable[Callable[[], object]]) -> None:
    """Run all of them, each in a thread, until all are done."""
    threads = [threading.Thread(target=one) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
