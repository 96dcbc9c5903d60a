"""Calls between services: found by the registry, shared among instances, guarded; each beside the same without it."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from seed.shop.errors import BulkheadFull, NobodyThere, Unreachable
from seed.shop.platform.calls import Asked, Calls
from seed.shop.platform.troubles import Trouble, Troubles
from tests.parts.kafka import Kafka
from tests.shop.mesh import Echo, Mesh, at_once, who
from tests.shop.services import until

pytestmark = pytest.mark.real("kafka")


@pytest.fixture
def make(kafka: Kafka) -> Iterator[Callable[..., Mesh]]:
    with ExitStack() as meshes:
        yield lambda **settings: meshes.enter_context(Mesh(kafka, **settings))


def shares(calls: Calls, times: int = 60) -> Counter[str]:
    return Counter(who(calls) for _ in range(times))


def test_an_instance_that_ends_costs_no_call_and_a_dead_registry_none_either(make: Callable[..., Mesh]) -> None:
    mesh = make()
    first, _ = (mesh.run("echo", Echo, name) for name in ("1", "2"))
    calls = mesh.caller()
    until(lambda: _tried(calls) and shares(calls) == {"1": 30, "2": 30})
    registry = mesh.hosts[0]
    mesh.end(registry)
    mesh.end(first)
    assert shares(calls) == {"2": 60}
    mesh.hosts.insert(0, mesh.registry())
    mesh.hosts.pop()
    time.sleep(1.5)
    assert shares(calls) == {"2": 60}


def test_who_says_nothing_for_too_long_is_forgotten_and_that_is_told(make: Callable[..., Mesh], tmp_path: Path) -> None:
    mesh = make()
    calls = mesh.caller()
    mesh.run("echo", Echo, troubles=str(tmp_path))
    until(lambda: _tried(calls))
    Troubles(tmp_path).begin("echo", Trouble.PARTITION)
    until(lambda: _forgotten(calls), seconds=8)
    until(lambda: "Instance Expired" in mesh.names())


def test_who_ends_in_good_order_has_left_also_when_the_registry_ends_next(make: Callable[..., Mesh]) -> None:
    mesh = make()
    echo = mesh.run("echo", Echo)
    until(lambda: "Instance Registered" in mesh.names())
    mesh.end(echo)
    mesh.end(mesh.hosts[0])
    assert mesh.names()[-1] == "Instance Left"


def test_who_is_cut_off_calls_nobody_until_the_network_is_mended(make: Callable[..., Mesh], tmp_path: Path) -> None:
    mesh = make(patience=0.5)
    mesh.run("echo", Echo)
    cut, free = mesh.caller(troubles=str(tmp_path)), mesh.caller()
    until(lambda: _tried(cut) and _tried(free))
    Troubles(tmp_path).begin("caller", Trouble.PARTITION)
    until(lambda: not _tried(cut))
    took = [_seconds(cut) for _ in range(3)]
    assert max(took) < 1.5  # patient no longer than with a callee that hangs
    assert _tried(free)
    Troubles(tmp_path).end()
    until(lambda: _tried(cut), seconds=8)


@pytest.mark.parametrize(("breaker", "fast"), [(3, True), (0, False)], ids=["with a breaker", "without"])
def test_a_slow_service_is_left_alone(make: Callable[..., Mesh], breaker: int, fast: bool) -> None:
    """Without the breaker every answer takes the whole patience, with it all but a few take none of it."""
    mesh = make(breaker=breaker, patience=0.2)
    slow = _echo(mesh)
    calls = mesh.caller()
    until(lambda: _tried(calls))
    slow.delay = 0.5
    took = [_seconds(calls) for _ in range(10)]
    late = sum(one > 0.15 for one in took)
    assert late == (3 if fast else 10)
    if fast:
        assert "Breaker Opened" in mesh.names()


def test_a_breaker_closes_again_when_its_callee_is_well(make: Callable[..., Mesh]) -> None:
    mesh = make(breaker=1, patience=0.2)
    slow = _echo(mesh)
    calls = mesh.caller()
    until(lambda: _tried(calls))
    slow.delay = 0.5
    _seconds(calls)
    slow.delay = 0.0
    until(lambda: _tried(calls), seconds=8)
    wanted = ["Breaker Opened", "Breaker Half Opened", "Breaker Closed"]
    until(lambda: [name for name in mesh.names() if name.startswith("Breaker")] == wanted)


@pytest.mark.parametrize(("bulkhead", "starved"), [(2, False), (0, True)], ids=["with a bulkhead", "without"])
def test_a_slow_notification_starves_no_payment(make: Callable[..., Mesh], bulkhead: int, starved: bool) -> None:
    """Six threads serve both ways. Without the bulkhead those who wait for notifications take all of them."""
    mesh = make(bulkhead=bulkhead, breaker=0, patience=1.0)
    slow = _echo(mesh, "notifications")
    slow.delay = 0.8
    _echo(mesh, "payments")
    front = mesh.run("front", _Front, threads=6)
    calls = mesh.caller(breaker=0, bulkhead=0, patience=5.0)
    there = calls.at("front", f"http://127.0.0.1:{front.port}")
    until(lambda: _quietly(lambda: there.send(Asked("GET", "/payments"))))

    took: list[float] = []

    def pay() -> None:
        time.sleep(0.2)
        began = time.monotonic()
        there.send(Asked("GET", "/payments"))
        took.append(time.monotonic() - began)

    def notify() -> None:
        _quietly(lambda: there.send(Asked("GET", "/notifications")))

    at_once([*[notify] * 12, pay])
    assert (took[0] > 0.4) is starved
    if not starved:
        assert "Bulkhead Full" in mesh.names()


def test_calls_are_summed_up(make: Callable[..., Mesh]) -> None:
    mesh = make(told_every=0.5)
    _echo(mesh)
    calls = mesh.caller()
    until(lambda: _tried(calls))
    for _ in range(20):
        who(calls)

    def counted() -> int:
        return sum(one["data"]["calls"] for one in mesh.told() if one["event"] == "Call Summary")

    until(lambda: counted() >= 21)


class _Front:
    """Passes calls on to two services."""

    def __init__(self, host: object) -> None:
        calls = Calls(host)  # type: ignore[arg-type]
        for name in ("payments", "notifications"):
            host.route("GET", f"/{name}", lambda name=name: calls.to(name).get("/who"))  # type: ignore[attr-defined]


def _echo(mesh: Mesh, name: str = "echo") -> Echo:
    made: list[Echo] = []
    mesh.run(name, lambda host: made.append(Echo(host)))
    return made[0]


def _tried(calls: Calls) -> bool:
    return _quietly(lambda: who(calls))


def _forgotten(calls: Calls) -> bool:
    try:
        who(calls)
    except NobodyThere:
        return True
    except Unreachable:
        return False
    return False


def _quietly(call: Callable[[], object]) -> bool:
    with suppress(Unreachable, BulkheadFull):
        call()
        return True
    return False


def _seconds(calls: Calls) -> float:
    began = time.monotonic()
    _tried(calls)
    return time.monotonic() - began
