"""The whole shop by its command, as Compose runs it: beside a broker that is there, until SIGTERM."""

import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from seed.broker import free_port
from seed.shop.platform.supervisor import runs_in
from tests.parts.kafka import Kafka
from tests.shop.services import until

pytestmark = pytest.mark.real("kafka")


def test_it_answers_and_ends_in_order(kafka: Kafka, tmp_path: Path) -> None:
    gateway, folder = free_port(), tmp_path / "shop"
    options = [f"--kafka={kafka.servers}", f"--database=sqlite:///{tmp_path}", f"--folder={folder}"]
    command = [sys.executable, "-m", "seed.shop.platform", *options, f"--gateway={gateway}"]
    with subprocess.Popen(command) as process:
        try:
            assert _sells(gateway)
            assert runs_in(folder)
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert not runs_in(folder)


def _sells(gateway: int) -> bool:
    """Whether there is something to buy at the gateway, in the end."""

    def answered() -> bool:
        with suppress(httpx.HTTPError):
            answer = httpx.get(f"http://127.0.0.1:{gateway}/products", timeout=5)
            return answer.status_code == httpx.codes.OK and bool(answer.json())
        return False

    return bool(until(answered, seconds=90))
