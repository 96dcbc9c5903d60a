"""The server without a browser: what goes out with every answer, who may ask, and where it listens."""

import base64
import json
import os
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from eventstore import EventStore
from seed.broker import free_port
from tests import given
from tests.browser.served import dashboard

PATHS = (
    "/",
    "/events",
    "/order",
    "/health",
    "/healthz",
    "/readyz",
    "/chrono/readyz",
    "/_stcore/health",
    "/no/such/path",
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a dashboard over a store with one event."""
    path = tmp_path_factory.mktemp("server") / "shop.db"
    with EventStore.open(f"sqlite:///{path}") as store:
        store.append([given.event()])
    with dashboard(path) as address:
        yield int(address.rpartition(":")[2])


def test_no_page_around_it_may_lead_it(served: int) -> None:
    _, _, body = ask(served, "/_stcore/host-config")
    assert json.loads(body)["allowedOrigins"] == []


def ask(port: int, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and the beginning of the answer, over a plain socket that sends what it is told to."""
    wanted = {"Host": f"127.0.0.1:{port}", "Connection": "close", "Content-Length": "0"}
    wanted |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in wanted.items())]
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            part = connection.recv(65_536)
            assert part, answer
            answer += part
        head, _, body = answer.partition(b"\r\n\r\n")
        if "upgrade" not in {name.lower() for name in wanted}:
            while part := connection.recv(65_536):
                body += part
    status, *fields = head.decode("latin-1").split("\r\n")
    found = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
    return int(status.split()[1]), found, body


def handshake(port: int, **headers: str) -> int:
    """What the websocket's handshake is answered with; 101 is an open door."""
    key = base64.b64encode(os.urandom(16)).decode()
    return ask(
        port,
        "/_stcore/stream",
        Connection="Upgrade",
        Upgrade="websocket",
        Sec_WebSocket_Key=key,
        Sec_WebSocket_Version="13",
        Sec_WebSocket_Protocol="streamlit",
        **headers,
    )[0]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_security_headers(path: str, served: int) -> None:
    _, headers, _ = ask(served, path)
    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self' blob:;")
    assert "unsafe-eval" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_health_and_readiness(served: int) -> None:
    assert json.loads(ask(served, "/healthz")[2]) == {"status": "ok"}
    assert json.loads(ask(served, "/readyz")[2]) == {"status": "ok", "position": 1}


def test_not_ready_without_a_store_and_says_nothing_of_its_address(tmp_path: Path) -> None:
    with dashboard(tmp_path / "none.db") as address:
        status, _, body = ask(int(address.rpartition(":")[2]), "/readyz")
    assert (status, json.loads(body)) == (503, {"status": "unavailable", "error": "NoStore"})
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/chrono/readyz"])
def test_own_routes_only_read(path: str, method: str, served: int) -> None:
    for origin in (
        "null",
        "http://evil.example",
        f"http://127.0.0.1:{served}",
        "http://localhost:9999",
        "https://x",
        "",
    ):
        assert ask(served, path, method, Origin=origin)[0] == 405


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8501", "127.0.0.1.evil.example", "localhost.evil.example"]
)
def test_other_names_for_this_machine_are_refused(host: str, served: int) -> None:
    for path in PATHS:
        assert ask(served, path, Host=host)[0] == 400
    assert handshake(served, Host=host) != 101


def test_the_refusal_carries_the_headers_too(served: int) -> None:
    assert "content-security-policy" in ask(served, "/", Host="evil.example")[1]


@pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost:9999", "http://127.0.0.1:1", "null://x"])
def test_pages_of_others_open_no_websocket(origin: str, served: int) -> None:
    assert handshake(served, Origin=origin) == 403


def test_our_own_page_opens_its_websocket(served: int) -> None:
    assert handshake(served, Origin=f"http://127.0.0.1:{served}") == 101
    assert handshake(served, Origin=f"http://localhost:{served}", Host=f"localhost:{served}") == 101


@pytest.mark.parametrize(
    "path", ["/static/../../../../etc/passwd", "/static/%2e%2e/%2e%2e/main.py", "/%00", "//etc/passwd", "/app/main.py"]
)
def test_no_path_leads_to_a_file_of_ours(path: str, served: int) -> None:
    _, _, body = ask(served, path)
    assert b"root:" not in body
    assert b"import streamlit" not in body


def test_it_listens_on_loopback_only(served: int) -> None:
    table = Path("/proc/net/tcp")
    if not table.exists():
        pytest.skip("only Linux has /proc/net/tcp")
    rows = [line.split() for line in table.read_text().splitlines()[1:]]
    listening = [row[1].split(":")[0] for row in rows if row[3] == "0A" and int(row[1].split(":")[1], 16) == served]
    assert listening == [struct.pack("<I", 0x7F000001).hex().upper()]


def refused(*options: str, cwd: Path) -> str:
    """What the command says as it refuses to serve."""
    command = [sys.executable, "-m", "app", "dashboard", *options]
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=60, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "shop.example"])
def test_other_addresses_than_loopback_need_a_word(host: str, tmp_path: Path) -> None:
    said = refused("--host", host, "--port", str(free_port()), cwd=tmp_path)
    assert f"{host} can be reached from other machines" in said
    assert "--insecure" in said


def test_a_taken_port_is_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"Port {port} on 127.0.0.1 is taken." in refused("--port", str(port), cwd=tmp_path)


def test_a_password_in_the_address_is_in_no_sentence(tmp_path: Path) -> None:
    with dashboard(tmp_path / "x.db", "--database", "postgresql+psycopg://u:canary-7f3a@127.0.0.1:1/x") as address:
        answer = ask(int(address.rpartition(":")[2]), "/readyz")
    assert answer[0] == 503
    assert b"canary-7f3a" not in answer[2] + (tmp_path / "log").read_bytes()
