"""The registry: which instances of services there are, and where. Each says that it lives, or is forgotten.

It keeps nothing on disk: one that starts anew is told everything by the next heartbeats.
"""

import threading
from typing import Any, NamedTuple

import msgspec

from eventstore import clock
from seed.shop.host import Host, body
from seed.shop.platform.signals import Signals

HEARTBEAT = 1.0
"""How often an instance says that it lives, in seconds."""
TERM = 3.0
"""For so many seconds an instance counts as alive after it said so."""
LOOK = 0.25
"""How often it looks whose time is over, in seconds."""
SLEPT = 1.0
"""A look so many seconds after the last one: the registry stood still, and that time counts against nobody."""


class Instance(msgspec.Struct, frozen=True):
    """One instance of a service. `address` is where to reach it: its sidecar's, if it has one; `direct` is its own."""

    service: str
    instance: str
    address: str
    direct: str

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where to try it: at its own address where the sidecar is dead."""
        return (self.address,) if self.address == self.direct else (self.address, self.direct)


class View(msgspec.Struct):
    """All instances by service. A registry that started a moment ago is not `settled`: it may not know all yet."""

    settled: bool
    instances: dict[str, list[Instance]]


class _Entry(NamedTuple):
    instance: Instance
    until: float


class Registry:
    """Knows the instances that said within the last seconds that they live."""

    def __init__(self, host: Host) -> None:
        self._signals, self._born = Signals(host), clock.elapsed()
        self._looked = self._born
        self._lock = threading.Lock()
        self._entries: dict[tuple[str, str], _Entry] = {}
        host.quiet.add("/instances")
        host.route("POST", "/instances", self.register)
        host.route("GET", "/instances", self.instances)
        host.route("DELETE", "/instances/<service>/<instance>", self.leave)
        host.every(LOOK, "expiry", self.expire)

    def register(self) -> Any:
        """An instance says that it lives, and where."""
        said = body(Instance)
        with self._lock:
            before = self._entries.get((said.service, said.instance))
            self._entries[said.service, said.instance] = _Entry(said, clock.elapsed() + TERM)
            if before is None or before.instance != said:
                self._tell("Instance Registered", said)
        return {"term": TERM}

    def leave(self, service: str, instance: str) -> Any:
        """An instance ends in good order."""
        with self._lock:
            left = self._entries.pop((service, instance), None)
            if left is not None:
                self._tell("Instance Left", left.instance)
        return {"left": left is not None}

    def instances(self) -> Any:
        """All instances that live."""
        found: dict[str, list[Instance]] = {}
        with self._lock:
            for entry in self._entries.values():
                found.setdefault(entry.instance.service, []).append(entry.instance)
        return View(clock.elapsed() > self._born + TERM, found)

    def expire(self) -> None:
        """Forget those that said nothing for too long, while they could have been heard."""
        now = clock.elapsed()
        with self._lock:
            lost = now - self._looked - LOOK
            if lost > SLEPT:
                self._entries = {key: one._replace(until=one.until + lost) for key, one in self._entries.items()}
            self._looked = now
            for key, entry in list(self._entries.items()):
                if entry.until < now:
                    del self._entries[key]
                    self._tell("Instance Expired", entry.instance)

    def _tell(self, event: str, about: Instance) -> None:
        more = {"instance": about.instance, "address": about.address, "direct": about.direct}
        self._signals.tell(event, f"{about.service}/{about.instance}", about.service, **more)
