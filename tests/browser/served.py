"""A running dashboard in a process of its own, and a small reverse proxy before it."""

import asyncio
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from seed.broker import free_port

ROOT = Path(__file__).parents[2]
START_SECONDS = 120


@contextmanager
def dashboard(store: Path, *options: str, base_path: str = "") -> Iterator[str]:
    """Serve the store with the command; its address without a last slash."""
    port = free_port()
    command = [sys.executable, "-m", "app", "dashboard", "--port", str(port), "--database", f"sqlite:///{store}"]
    extra = ["--base-path", base_path] if base_path else []
    with started([*command, *extra, *options], store.parent, f"http://127.0.0.1:{port}/healthz"):
        yield f"http://127.0.0.1:{port}{base_path}"


@contextmanager
def streamlit_run(store: Path) -> Iterator[str]:
    """Serve the store as Streamlit itself does."""
    port = free_port()
    (store.parent / "chronoscope.toml").write_text(f'database_url = "sqlite:///{store}"\n')
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app" / "main.py"), "--server.port", str(port)]
    with started(command, store.parent, f"http://127.0.0.1:{port}/healthz"):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def started(command: list[str], folder: Path, ready: str) -> Iterator[None]:
    """The process, once it answers; ended at the end of the block."""
    with (folder / "log").open("w+b") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        try:
            _wait(ready, process, folder / "log")
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"{url} did not answer: {log.read_text()}")


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while part := await reader.read(65_536):
            writer.write(part)
            await writer.drain()
    except ConnectionError:
        pass  # either side may go first
    finally:
        writer.close()


class Proxy:
    """A reverse proxy that passes on what is asked below a path, and answers 404 to all else."""

    def __init__(self, port: int, below: str) -> None:
        self.target, self.below, self.port = port, below.encode(), free_port()
        self._stop: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._started = threading.Event()

    def run(self) -> None:
        """Serve until `stop`; in a thread of its own, since Playwright's loop has this one."""
        asyncio.run(self._run())

    def stop(self) -> None:
        """End it."""
        assert self._loop is not None
        assert self._stop is not None
        self._loop.call_soon_threadsafe(self._stop.set)

    def wait(self) -> None:
        """Until it listens."""
        assert self._started.wait(10)

    async def _run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self._started.set()
        await self._stop.wait()
        server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            writer.close()
            return
        if not head.split(b" ", 2)[1].startswith(self.below):
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            writer.close()
            return
        if b"upgrade: websocket" not in head.lower():  # one request a connection, so that each path is looked at
            head = head.replace(b"Connection: keep-alive", b"Connection: close")
        behind_reader, behind = await asyncio.open_connection("127.0.0.1", self.target)
        behind.write(head)
        await asyncio.gather(_pass(reader, behind), _pass(behind_reader, writer))


@contextmanager
def proxy(target: str, below: str) -> Iterator[str]:
    """A running proxy before the dashboard at `target`; its address."""
    before = Proxy(int(target.rpartition(":")[2].partition("/")[0]), below)
    thread = threading.Thread(target=before.run, daemon=True)
    thread.start()
    before.wait()
    try:
        yield f"http://127.0.0.1:{before.port}{below}"
    finally:
        before.stop()
        thread.join(timeout=10)
