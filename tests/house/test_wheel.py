"""The wheel holds all that runs, needs only what it declares, and serves its pages from anywhere."""

import os
import shutil
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

import pytest
from playwright.sync_api import Browser

from eventstore import EventStore
from seed.broker import free_port
from tests import given

ROOT = Path(__file__).parents[2]
PACKAGES = ("app", "eventstore", "seed")
UV = Path(sys.executable).parent / "uv"
START_SECONDS = 120


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy: an earlier build's leftovers would come along."""
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, source)
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(built), str(source))
    return next(built.glob("chronoscope-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel and what it declares, at the lock's versions; none of the tools of development."""
    environment = tmp_path_factory.mktemp("installed") / "venv"
    run(str(UV), "venv", "--quiet", "--python", sys.executable, str(environment))
    constraints = str(ROOT / "requirements.lock")
    install = [str(UV), "pip", "install", "--quiet", "--python", str(environment), "--constraints", constraints]
    run(*install, str(wheel))
    return environment / "bin"


def run(*command: str) -> str:
    """What the command prints; its complaint where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    files = (file for package in PACKAGES for file in (ROOT / package).rglob("*") if file.is_file())
    wanted = {file.relative_to(ROOT).as_posix() for file in files if "__pycache__" not in file.parts}
    assert wanted - set(zipfile.ZipFile(wheel).namelist()) == set()


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    tops = {member.split("/")[0] for member in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


def test_the_command_starts_without_the_tools_of_development(installed: Path) -> None:
    packages = run(str(UV), "pip", "list", "--quiet", "--python", str(installed.parent)).lower()
    assert "pytest" not in packages
    assert "dashboard" in run(str(installed / "chronoscope"), "--help")
    assert "0.1.0" in run(str(installed / "chronoscope"), "--version")


@contextmanager
def dashboard(installed: Path, store: Path) -> Iterator[str]:
    """The installed dashboard on the store, started in a folder that is not the checkout, with a home that is none."""
    port = free_port()
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("CHRONOSCOPE", "PYTHON"))}
    environment |= {"CHRONOSCOPE_DATABASE_URL": f"sqlite:///{store}", "HOME": "/nonexistent"}
    command = [str(installed / "chronoscope"), "dashboard", "--port", str(port)]
    with (store.parent / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd="/", env=environment, stdout=log, stderr=log)
    try:
        wait_until_ready(f"http://127.0.0.1:{port}/healthz", process, store.parent / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_until_ready(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except URLError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"the dashboard did not come up:\n{log.read_text()}")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A store with one order."""
    file = tmp_path / "shop.db"
    with EventStore.open(f"sqlite:///{file}") as store:
        store.append([given.event("order-7781", "Order Created", {"order_id": "7781", "total": 10})])
    return file


def test_the_installed_dashboard_answers(installed: Path, shop: Path) -> None:
    with dashboard(installed, shop) as address, urllib.request.urlopen(f"{address}/", timeout=30) as page:
        assert page.status == 200
        assert b"<title>" in page.read()


@pytest.mark.real("chromium")
def test_the_installed_dashboard_shows_an_event(installed: Path, shop: Path, chromium: Browser) -> None:
    with dashboard(installed, shop) as address:
        page = chromium.new_page()
        page.goto(f"{address}/events")
        page.get_by_text("order-7781").first.wait_for(timeout=60_000)
        page.close()
