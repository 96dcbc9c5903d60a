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
from urllib.error import URLError

from tests.parts.ports import free_port

ROOT = Path(__file__).parents[2]
START_SECONDS = 60


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
        except (URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"{url} did not answer: {log.read_text()}")


@contextmanager
def proxy(target: str, below: str) -> Iterator[str]:
    """A reverse proxy that passes on what is asked below a path, and answers 404 to all else."""
    port = int(target.rpartition(":")[2].partition("/")[0])
    loop, listening = asyncio.new_event_loop(), free_port()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.split(b" ", 2)[1].startswith(below.encode()):
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            writer.close()
            return
        if b"upgrade: websocket" not in head.lower():  # one request a connection, so that each path is looked at
            head = head.replace(b"Connection: keep-alive", b"Connection: close")
        behind_reader, behind = await asyncio.open_connection("127.0.0.1", port)
        behind.write(head)
        await asyncio.gather(_pass(reader, behind), _pass(behind_reader, writer))

    async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while part := await reader.read(65_536):
                writer.write(part)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = loop.run_until_complete(asyncio.start_server(serve, "127.0.0.1", listening))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening}{below}"
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
