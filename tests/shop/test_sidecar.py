"""The sidecar: ships every line of the log, or names what is lost, and may die without costing a request."""

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seed.broker import free_port
from seed.shop.errors import Unreachable
from seed.shop.platform.calls import Calls
from seed.shop.platform.sidecar import Sidecar
from seed.shop.platform.tail import Tail
from tests.parts.kafka import Kafka
from tests.shop.mesh import Echo, Mesh, launched_sidecar, read, who
from tests.shop.services import until


def drained(tail: Tail) -> list[bytes]:
    """All that is there, each batch done."""
    found: list[bytes] = []
    while (batch := tail.read()).lines:
        found += batch.lines
        tail.done(batch)
    return found


def test_only_whole_lines_are_read_and_a_new_reader_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_bytes(b"one\ntwo\nthr")
    assert drained(Tail(log)) == [b"one", b"two"]
    with log.open("ab") as opened:
        opened.write(b"ee\n")
    batch = Tail(log).read()
    assert (batch.lines, batch.first, batch.lost_after) == ([b"three"], 3, None)


def test_a_reader_that_knows_no_place_loses_what_came_while_it_was_dead(tmp_path: Path) -> None:
    """The control begins at the end, as `tail -f` does."""
    log = tmp_path / "a.log"
    log.write_bytes(b"one\n")
    assert drained(Tail(log)) == [b"one"]
    with log.open("ab", buffering=0) as service, log.open("rb") as naive:
        service.write(b"two\n")
        naive.seek(0, os.SEEK_END)
        service.write(b"three\n")
        assert naive.readlines() == [b"three\n"]
    assert drained(Tail(log)) == [b"two", b"three"]


def test_lines_that_are_not_done_come_again_under_the_same_numbers(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_bytes(b"one\ntwo\n")
    assert Tail(log).read() == Tail(log).read()


@pytest.mark.parametrize("after", [b"", b"x\n", b"another, and longer than all that was there before\n" * 9])
def test_a_file_that_was_cut_is_a_loss_that_is_named(tmp_path: Path, after: bytes) -> None:
    log = tmp_path / "a.log"
    log.write_bytes(b"one\ntwo\n")
    tail = Tail(log)
    drained(tail)
    log.write_bytes(after)
    batch = tail.read()
    assert batch.lost_after == 2
    assert batch.lines == after.splitlines()
    assert batch.first == 1


@settings(max_examples=30)
@given(st.lists(st.lists(st.binary(max_size=20).map(lambda some: some.replace(b"\n", b"").replace(b"\r", b"")))))
def test_no_line_is_missed_however_it_is_written(
    tmp_path_factory: pytest.TempPathFactory, parts: list[list[bytes]]
) -> None:
    log = tmp_path_factory.mktemp("tail") / "a.log"
    found: list[bytes] = []
    for part in parts:
        with log.open("ab") as opened:
            opened.writelines(line + b"\n" for line in part)
        found += drained(Tail(log))
    assert found == [line for part in parts for line in part]


@pytest.fixture
def mesh(kafka: Kafka) -> Iterator[Mesh]:
    with Mesh(kafka) as made:
        yield made


def lines(mesh: Mesh) -> list[dict[str, object]]:
    return read(mesh.servers, mesh.prefix + "logs")


@pytest.mark.real("kafka")
def test_a_killed_sidecar_costs_no_request_and_loses_no_line(mesh: Mesh, tmp_path: Path) -> None:
    log = tmp_path / "echo.log"
    port = free_port()
    with launched_sidecar(mesh, log, f"http://127.0.0.1:{port}") as sidecar:
        mesh.run("echo", Echo, port=port, sidecar=sidecar.address)
        calls = mesh.caller()
        until(sidecar.answers)
        until(lambda: _answered(calls))
        with log.open("a", buffering=1) as opened:
            for number in range(300):
                opened.write(json.dumps({"level": "info", "message": f"line {number}"}) + "\n")
                assert who(calls) == "1"
                if number == 100:
                    sidecar.kill()
                if number == 200:
                    sidecar.start()
        until(sidecar.answers)
        found = until(lambda: len(read := {str(one["id"]): one for one in lines(mesh)}) == 300 and read)
        assert [one["message"] for one in sorted(found.values(), key=_number)] == [f"line {n}" for n in range(300)]
        assert b"shop_log_lines_total" in httpx.get(f"{sidecar.address}/metrics").content
        assert "Service Healthy" in mesh.names()


@pytest.mark.real("kafka")
def test_without_the_fall_back_a_killed_sidecar_costs_requests(mesh: Mesh, tmp_path: Path) -> None:
    """The control: a caller that knows the sidecar's address alone."""
    port = free_port()
    with launched_sidecar(mesh, tmp_path / "echo.log", f"http://127.0.0.1:{port}") as sidecar:
        mesh.run("echo", Echo, port=port)
        until(sidecar.answers)
        alone = mesh.caller(breaker=0).at("echo", sidecar.address)
        assert alone.get("/who")["instance"] == "1"
        sidecar.kill()
        until(lambda: not sidecar.answers())  # and the connection that was kept is known to be dead
        with pytest.raises(Unreachable, match="ConnectError"):
            alone.get("/who")


@pytest.mark.real("kafka")
def test_a_service_that_falls_ill_is_told_of_and_a_cut_log_is_named(mesh: Mesh, tmp_path: Path) -> None:
    log = tmp_path / "echo.log"
    log.write_text('{"message": "one"}\nTraceback\n')
    echo = mesh.run("echo", Echo)
    mesh.run("sidecar", Sidecar, "echo/1", log=str(log), beside=f"http://127.0.0.1:{echo.port}", registry="")
    until(lambda: len(lines(mesh)) == 2)
    log.write_text("")
    mesh.end(echo)
    until(lambda: {"Log Lost", "Service Unhealthy"} <= set(mesh.names()))
    assert Counter(one.get("level") for one in lines(mesh)) == {None: 1, "warning": 1}
    assert next(one for one in mesh.told() if one["event"] == "Log Lost")["data"]["after_line"] == 2


@pytest.mark.real("kafka")
def test_a_request_keeps_its_trace_or_gets_one(mesh: Mesh, tmp_path: Path) -> None:
    echo = mesh.run("echo", Echo)
    here = f"http://127.0.0.1:{echo.port}"
    sidecar = mesh.run("sidecar", Sidecar, "echo/1", log=str(tmp_path / "none.log"), beside=here, registry="")
    before = f"http://127.0.0.1:{sidecar.port}/who"
    traced = httpx.get(before, headers={"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"})
    assert traced.json()["flow"] == "ab" * 16
    assert len(httpx.get(before).json()["flow"]) == 32
    mesh.end(echo)
    assert httpx.get(before).status_code == 502


def _answered(calls: Calls) -> bool:
    try:
        return who(calls) == "1"
    except Unreachable:
        return False


def _number(line: dict[str, object]) -> int:
    return int(str(line["line"]))
