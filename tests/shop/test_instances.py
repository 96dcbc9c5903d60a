"""Instances come and go under load: a new one gets its share, a killed one costs no request."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import cycle
from threading import Event, Thread, current_thread
from types import SimpleNamespace

import pytest

from eventstore import clock
from seed.shop.errors import Unreachable
from seed.shop.platform import registry
from seed.shop.platform.calls import KEY, Asked, Calls
from tests.parts.kafka import Kafka
from tests.shop.mesh import Echo, Mesh, instance_of, launched_echo, who
from tests.shop.services import until

pytestmark = pytest.mark.real("kafka")

Ask = Callable[[], str]
"""One request; the instance that answered."""

FAILED = "failed"


@pytest.fixture
def mesh(kafka: Kafka) -> Iterator[Mesh]:
    with Mesh(kafka, breaker=0) as made:
        yield made


class Load:
    """Callers who ask one request after another as long as the block runs; `answers` has what they got, in order."""

    def __init__(self, *asks: Ask) -> None:
        self.answers: list[str] = []
        self._enough = Event()
        self._callers = [Thread(target=self._run, args=(ask,)) for ask in asks]

    def __enter__(self) -> "Load":
        for caller in self._callers:
            caller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        for caller in self._callers:
            caller.join()

    def last(self, count: int) -> Counter[str]:
        """Who gave the last answers."""
        return Counter(self.answers[-count:])

    def _run(self, ask: Ask) -> None:
        while not self._enough.wait(0.01):
            try:
                self.answers.append(ask())
            except Unreachable:
                self.answers.append(FAILED)


def by_discovery(calls: Calls) -> Ask:
    return lambda: who(calls)


def by_list(calls: Calls, *addresses: str) -> Ask:
    """The control: the addresses of the instances that there were once, in turn."""
    turns = cycle(calls.at(f"echo at {address}", address) for address in addresses)
    return lambda: instance_of(next(turns).send(Asked("GET", "/who")))


def test_a_third_instance_gets_its_share_within_five_seconds_and_no_caller_is_restarted(mesh: Mesh) -> None:
    """The control is a caller with a fixed list of addresses: it never sends the third one any."""
    addresses = [f"http://127.0.0.1:{mesh.run('echo', Echo, name).port}" for name in ("1", "2")]
    calls = mesh.caller()
    until(lambda: answers(by_discovery(calls)))
    with Load(by_discovery(calls), by_discovery(calls)) as load, Load(by_list(calls, *addresses)) as fixed:
        until(lambda: set(load.last(30)) == {"1", "2"})
        mesh.run("echo", Echo, "3")
        until(lambda: load.last(30)["3"] >= 8, seconds=5)
        before = len(fixed.answers)
        until(lambda: len(fixed.answers) >= before + 30)
    assert set(load.answers) == {"1", "2", "3"}
    assert set(fixed.answers) == {"1", "2"}


def test_killing_one_of_two_instances_under_load_loses_no_request(mesh: Mesh) -> None:
    """The control is a caller with both addresses, but no way around the one that does not answer."""
    with launched_echo(mesh, "1") as first, launched_echo(mesh, "2") as second:
        calls = mesh.caller()
        until(lambda: answers(by_discovery(calls)))
        fixed_list = by_list(calls, first.address, second.address)
        with Load(by_discovery(calls), keyed(calls)) as load, Load(fixed_list) as fixed:
            until(lambda: {"1", "2"} <= set(load.answers) and {"1", "2"} <= set(fixed.answers))
            first.kill()
            killed_at = len(load.answers)
            until(lambda: len(load.answers) >= killed_at + 60)
            until(lambda: FAILED in fixed.answers)
    assert set(load.answers) == {"1", "2"}
    assert set(load.answers[-30:]) == {"2"}


def keyed(calls: Calls) -> Ask:
    """Requests that change something, and may be sent twice because they have a key."""

    def ask() -> str:
        asked = Asked("POST", "/who", headers={KEY: str(time.monotonic())})
        return instance_of(calls.to("echo").send(asked))

    return ask


def answers(ask: Ask) -> bool:
    try:
        ask()
    except Unreachable:
        return False
    return True


def test_a_registry_that_stood_still_forgets_nobody_that_it_could_not_hear(
    mesh: Mesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An instance that is killed is forgotten all the same, once it was not heard for the time that it had left."""
    calls, ahead, looks = mesh.caller(), [0.0], Counter[str]()
    mesh.run("echo", Echo)

    def elapsed() -> float:
        looks[current_thread().name] += 1
        return clock.elapsed() + ahead[0]

    with launched_echo(mesh, "2") as dying:
        until(lambda: answers(by_discovery(calls)) and {who(calls) for _ in range(4)} == {"1", "2"})
        monkeypatch.setattr(registry, "clock", SimpleNamespace(elapsed=elapsed))
        for _ in range(3):
            ahead[0] += 60
            seen = looks["registry expiry"]
            until(lambda seen=seen: looks["registry expiry"] > seen + 1)  # type: ignore[misc]
        assert "Instance Expired" not in mesh.names()
        dying.kill()
        ahead[0] += 60
        until(lambda: "Instance Expired" in mesh.names())
    until(lambda: {who(calls) for _ in range(4)} == {"1"})
