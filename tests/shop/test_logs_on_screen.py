"""From a service's log file onto the screen: real sidecar, broker, ingester and dashboard, and a real browser."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from eventstore import EventStore
from tests.browser.pages import Window, fresh
from tests.browser.served import dashboard
from tests.parts.kafka import Kafka
from tests.shop.mesh import Mesh, launched_sidecar
from tests.shop.services import until

pytestmark = [pytest.mark.real("kafka"), pytest.mark.real("chromium")]

GOAL = 2.0
"""Seconds from the file to the screen."""
LINES = 10
SILENCE = 3.0

SETTINGS = """
database_url = "{database}"
projections = []
[topics.{topic}]
category = "log"
type = []
default_type = "Log Written"
id = ["service"]
event_id = ["id"]
time = ["time"]
correlation_id = ["correlation_id"]
"""


@contextmanager
def ingesting(store: Path, mesh: Mesh) -> Iterator[None]:
    """An ingester of the mesh's log topic, in a process of its own."""
    EventStore.open(f"sqlite:///{store}").close()
    topic, settings = mesh.prefix + "logs", store.with_suffix(".toml")
    settings.write_text(SETTINGS.format(database=f"sqlite:///{store}", topic=topic))
    command = [sys.executable, "-m", "app", "ingest", "--topics", topic, "--servers", mesh.servers]
    process = subprocess.Popen(command, env=os.environ | {"CHRONOSCOPE_SETTINGS": str(settings)})
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


class Service:
    """What a service is to its sidecar: a file that it writes lines to."""

    def __init__(self, log: Path) -> None:
        self._log = log

    def says(self, message: str) -> float:
        """Write a line; when that was."""
        with self._log.open("a") as opened:
            opened.write(json.dumps({"level": "info", "message": message}) + "\n")
        return time.monotonic()


def on_screen(window: Window, message: str) -> bool:
    return window.page.get_by_text(message, exact=True).count() > 0


def seconds(window: Window, service: Service, message: str) -> float:
    """How long the line takes from the file to the screen."""
    began = service.says(message)
    window.until_so(lambda: on_screen(window, message), message)
    return time.monotonic() - began


def test_a_line_is_on_screen_within_two_seconds_and_without_its_sidecar_it_is_not(
    kafka: Kafka, chromium: Browser, tmp_path: Path
) -> None:
    mesh, store, log = Mesh(kafka), tmp_path / "store.db", tmp_path / "echo.log"
    service = Service(log)
    with launched_sidecar(mesh, log, "http://127.0.0.1:9") as sidecar:
        until(sidecar.answers, 60)
        with ingesting(store, mesh), dashboard(store) as address, fresh(chromium, address) as window:
            window.open("/logs")
            seconds(window, service, "the way is open")
            took = [seconds(window, service, f"measured {number}") for number in range(LINES)]
            print("seconds from file to screen:", ", ".join(f"{one:.2f}" for one in took))  # noqa: T201 - the figures
            assert max(took) < GOAL, took

            sidecar.kill()
            service.says("nobody ships this")
            window.page.wait_for_timeout(SILENCE * 1_000)
            assert not on_screen(window, "nobody ships this")
            sidecar.start()
            window.until_so(lambda: on_screen(window, "nobody ships this"), "the line that waited")
