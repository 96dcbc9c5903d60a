"""Make .venv: exactly the packages of requirements.lock, each checked by its hash, and this checkout on top.

Run by `make` with whatever `python3` is, so this file must be readable by Python 3.6 and need nothing installed.
"""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
OLDEST = (3, 11)
OLD = "Chronoscope needs Python 3.11 or newer; this is {}. Install one and name it: make demo PYTHON=python3.12"
NO_VENV = "This Python cannot make environments. Install the missing part: apt-get install python3-venv"
NO_PACKAGES = (
    "The packages could not be installed; the reason stands above. Without a network, connect to one; behind a "
    "mirror, set PIP_INDEX_URL and UV_INDEX_URL. Then run make again."
)


def main() -> None:
    """Make the environment; on trouble say in one sentence what to install, and end with 1."""
    if sys.version_info < OLDEST:
        sys.exit(OLD.format(sys.version.split()[0]))
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        sys.exit(NO_VENV)
    print("Making the environment in .venv (once; a minute or two) ...", flush=True)
    if not works() and subprocess.call([sys.executable, "-m", "venv", "--clear", str(VENV)]) != 0:
        sys.exit(NO_VENV)
    install()
    (VENV / "ready").touch()


def works() -> bool:
    """Whether there is an environment of this very Python: then only its packages need to change."""
    tell = "import sys, pip; print(sys.version)"
    try:
        told = subprocess.check_output([str(VENV / "bin" / "python"), "-c", tell], stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return False
    return told.decode().strip() == sys.version


def install() -> None:
    """Install uv as the lock names it, then all the rest with it."""
    wanted = VENV / "uv.lock"
    wanted.write_text(locked("uv"))
    python, uv = str(VENV / "bin" / "python"), str(VENV / "bin" / "uv")
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "-q"]
    run([*pip, "--require-hashes", "--no-deps", "-r", str(wanted)])
    run([uv, "pip", "sync", "-q", "--python", python, "--require-hashes", str(ROOT / "requirements.lock")])
    # setuptools came with the lock, so nothing else is fetched to build this checkout
    run([uv, "pip", "install", "-q", "--python", python, "--no-deps", "--no-build-isolation", "-e", str(ROOT)])


def locked(package: str) -> str:
    """The lines of requirements.lock that name this package and its hashes."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    found = re.search(rf"^{re.escape(package)}==.*(?:\n    .*)*", text, re.MULTILINE)
    if found is None:
        sys.exit(f"requirements.lock does not name {package}: run make lock where an environment exists")
    return found.group(0) + "\n"


def run(command: "list[str]") -> None:
    """Run one installer; where it fails, end with the sentence that says what to do."""
    if subprocess.call(command) != 0:
        sys.exit(NO_PACKAGES)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("Interrupted; run make again to go on.")
