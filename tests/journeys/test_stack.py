"""`make demo` and `make kafka`, a small shop: the pieces come up, the store fills, Ctrl-C ends all of them."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from seed.broker import free_port

STACK = Path(__file__).parents[2] / "scripts/stack.py"
SMALL = ("--", "--orders", "40", "--days", "7", "--random-seed", "3")
SECONDS = 120


@contextmanager
def stack(kind: str, folder: Path, port: int) -> "Iterator[subprocess.Popen[bytes]]":
    """The running stack. It is ended as Ctrl-C ends it, and must then leave nothing behind."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("CHRONOSCOPE_")}
    command = [sys.executable, str(STACK), kind, "--port", str(port), *SMALL]
    with (folder / "log").open("wb") as log, in_the_foreground():
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        end(process)


@contextmanager
def in_the_foreground() -> Iterator[None]:
    """Let processes hear Ctrl-C also where the tests run in a shell's background: they would inherit its deafness."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def end(process: "subprocess.Popen[bytes]") -> None:
    """Wait until it has ended; one that does not is ended with all its pieces, and that is a failure."""
    try:
        process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        process.terminate()
        process.wait(timeout=60)
        raise


def position(port: int) -> int:
    """How far the store has come, as the dashboard tells; 0 where it does not answer yet."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return int(json.load(answer)["position"])
    except OSError:
        return 0


def wait_for_events(port: int, wanted: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until and process.poll() is None:
        if position(port) >= wanted:
            return
        time.sleep(0.2)
    pytest.fail(f"the store is at {position(port)}, not at {wanted}:\n{log.read_text()[-4000:]}")


def processes_in(folder: Path) -> list[int]:
    """The processes whose working directory is in the folder, where the system tells."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink().is_relative_to(folder):
                found.append(int(process.name))
        except OSError:
            continue
    return found


def goes_on(kind: str, folder: Path) -> None:
    """Run it twice on the same folder; the second run keeps what the first one stored."""
    reached = 0
    for wanted in (200, 1):
        port = free_port()
        with stack(kind, folder, port) as process:
            wait_for_events(port, max(wanted, reached), process, folder / "log")
            reached = position(port)
        assert process.returncode == 0, (folder / "log").read_text()[-4000:]
        assert processes_in(folder) == []


def test_the_demo_fills_a_store_ends_cleanly_and_goes_on(tmp_path: Path) -> None:
    goes_on("demo", tmp_path)


@pytest.mark.real("kafka")
def test_events_come_through_the_broker_all_ends_cleanly_and_goes_on(tmp_path: Path) -> None:
    goes_on("kafka", tmp_path)


def test_a_taken_port_is_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, str(STACK), "demo", "--port", str(port)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert done.stderr.startswith(f"Port {port} is taken")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / ".demo").exists()
