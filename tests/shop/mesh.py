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
    """A registry, and services that find each other by it. `settings` hold for all of them."""

    def __init__(self, kafka: Kafka, **settings: Any) -> None:
        self.servers, self.prefix = kafka.servers, kafka.name("mesh") + "-"
        make_topics(self.servers, prefix=self.prefix)
        self.registry_at = f"http://127.0.0.1:{free_port()}"
        common = {"kafka": self.servers, "prefix": self.prefix, "registry": self.registry_at, "secret": "s"}
        self.common: dict[str, Any] = {**common, **settings}
        self.hosts: list[Host] = []

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

    def stop(self) -> None:
        for host in reversed(self.hosts):
            host.stop()

    def told(self) -> list[dict[str, Any]]:
        """The platform's events up to now."""
        return read(self.servers, self.prefix + "platform")

    def names(self) -> list[str]:
        return [one["event"] for one in self.told()]


class Beside:
    """A sidecar process beside a service of this process, whose log is a file that the test writes."""

    def __init__(self, mesh: Mesh, log: Path, beside: str) -> None:
        self.port = free_port()
        here = {"log": str(log), "beside": beside, "port": self.port, "registry": ""}
        self._settings = mesh.settings("sidecar", "echo/1", **here)
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "seed.shop", "sidecar"]
        environment = os.environ | self._settings.environment
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def answers(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/metrics", timeout=1).status_code == 200
        except httpx.HTTPError:
            return False


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
    """An echo in a process of its own, which can be killed."""

    def __init__(self, mesh: Mesh, instance: str) -> None:
        settings = mesh.settings("echo", instance, port=free_port())
        self.address = f"http://127.0.0.1:{settings.port}"
        command = [sys.executable, "-m", "tests.shop.echo"]
        self._process = subprocess.Popen(command, env=os.environ | settings.environment, stdout=subprocess.DEVNULL)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        self._process.wait()


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
