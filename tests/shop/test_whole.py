"""The whole shop by its command, as Compose runs it: beside a broker that is there, until SIGTERM."""

import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from seed.broker import free_port
from seed.shop.platform.supervisor import runs_in
from tests.parts.kafka import Kafka

pytestmark = pytest.mark.real("kafka")


def test_it_answers_and_ends_in_order(kafka: Kafka, tmp_path: Path) -> None:
    gateway, folder = free_port(), tmp_path / "shop"
    options = [f"--kafka={kafka.servers}", f"--database=sqlite:///{tmp_path}", f"--folder={folder}"]
    command = [sys.executable, "-m", "seed.shop.platform", *options, f"--gateway={gateway}"]
    with subprocess.Popen(command) as process:
        try:
            assert _orders(gateway)
            assert runs_in(folder)
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert not runs_in(folder)


def _orders(gateway: int) -> bool:
    """Whether the customers find what they may buy, in the end."""
    until = time.monotonic() + 90
    while time.monotonic() < until:
        with suppress(httpx.HTTPError):
            answer = httpx.get(f"http://127.0.0.1:{gateway}/products", timeout=5)
            if answer.status_code == httpx.codes.OK and answer.json():
                return True
        time.sleep(0.2)
    return False
