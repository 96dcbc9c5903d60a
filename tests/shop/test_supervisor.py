"""The supervisor: what dies is started anew, what is killed on purpose stays dead until it is restored."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.commands.shop import shop as command
from seed.broker import free_port
from seed.shop.platform.supervisor import Program, Supervisor, runs_in
from tests.shop.services import until


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Supervisor]:
    server = ("http.server", str(free_port()), "--bind", "127.0.0.1")
    with Supervisor(tmp_path, [Program("payments-1", "payments", server, {})], lambda _: None) as supervisor:
        yield supervisor


def pid(supervisor: Supervisor) -> int | None:
    try:
        return supervisor.pid("payments-1")
    except KeyError:
        return None


def test_what_dies_is_started_anew(running: Supervisor) -> None:
    before = running.pid("payments-1")
    os.kill(before, signal.SIGKILL)
    until(lambda: pid(running) not in {None, before}, seconds=10)


def test_what_is_killed_on_purpose_stays_dead_until_restored(running: Supervisor, tmp_path: Path) -> None:
    def said(*words: str) -> str:
        answer = CliRunner().invoke(command, ["--folder", str(tmp_path), *words])
        assert answer.exit_code == 0, answer.output
        return answer.output

    assert "payments: kill" in said("kill", "payment")
    until(lambda: pid(running) is None, seconds=10)
    for _ in range(10):
        running.look()
    assert pid(running) is None
    said("restore", "payment")
    until(lambda: pid(running), seconds=10)


def test_trouble_needs_a_running_shop_and_a_service(tmp_path: Path) -> None:
    assert not runs_in(tmp_path)
    answer = CliRunner().invoke(command, ["--folder", str(tmp_path), "kill", "payment"])
    assert answer.exit_code == 1
    assert "make shop" in answer.output


def test_a_service_that_is_none_is_refused(running: Supervisor, tmp_path: Path) -> None:
    answer = CliRunner().invoke(command, ["--folder", str(tmp_path), "slow", "nothing"])
    assert answer.exit_code == 2
    assert "names no service" in answer.output
