"""What `make` says where it cannot make the environment: one sentence that names what to install."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
AS_OLD = """
import runpy, sys
sys.version_info, sys.version = (3, 9, 18), "3.9.18"
runpy.run_path(sys.argv[1], run_name="__main__")
"""
WITHOUT_VENV = """
import importlib.util, runpy, sys
found = importlib.util.find_spec
importlib.util.find_spec = lambda name: None if name == "ensurepip" else found(name)
runpy.run_path(sys.argv[1], run_name="__main__")
"""


def make(folder: Path, *python: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the script in a folder of its own."""
    (folder / "scripts").mkdir()
    for file in ("scripts/environment.py", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / file, folder / file)
    command = [sys.executable, *python, str(folder / "scripts/environment.py")]
    return subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=False, timeout=120
    )


def test_an_old_python_is_named(tmp_path: Path) -> None:
    done = make(tmp_path, "-c", AS_OLD)
    assert done.returncode == 1
    assert done.stderr == (
        "Chronoscope needs Python 3.11 or newer; this is 3.9.18. Install one and name it: make demo PYTHON=python3.12\n"
    )
    assert not (tmp_path / ".venv").exists()


def test_a_python_without_venv_is_told_what_is_missing(tmp_path: Path) -> None:
    done = make(tmp_path, "-c", WITHOUT_VENV)
    assert done.returncode == 1
    assert done.stderr.endswith("Install the missing part: apt-get install python3-venv\n")
    assert done.stderr.count("\n") == 1


def test_without_a_network_the_last_line_says_so(tmp_path: Path) -> None:
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_FIND_LINKS": "", "PIP_RETRIES": "0"}
    done = make(tmp_path, **nowhere, PIP_NO_CACHE_DIR="1", PIP_CONFIG_FILE=os.devnull)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("The packages could not be installed")
    assert "Traceback" not in done.stderr
    assert not (tmp_path / ".venv/ready").exists()


def test_the_lock_gives_uv_with_its_hashes() -> None:
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        from environment import locked  # type: ignore[import-not-found]
    finally:
        sys.path.pop(0)
    first, *hashes = locked("uv").splitlines()
    assert first.startswith("uv==")
    assert len(hashes) > 5
    assert all(line.strip().startswith("--hash=sha256:") for line in hashes)
