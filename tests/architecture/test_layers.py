"""Who may import whom: import-linter's contracts hold, and would be missed if they were broken."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import eventstore
from tests.architecture.source import PACKAGES, ROOT, files, imports, name

BROKEN = [
    ("a stray module", "eventstore/utils.py", "", "library"),
    ("the library knows the dashboard", "eventstore/reading.py", "import app.links", "packages"),
    ("the library knows the seed", "eventstore/core/event.py", "import seed.world", "packages"),
    ("the library knows Streamlit", "eventstore/store.py", "import streamlit", "no pictures in the library"),
    ("the core knows the store", "eventstore/core/replay.py", "import eventstore.store", "library"),
    ("a view asks the library", "app/views/events.py", "import eventstore.store", "thin views"),
    ("a picture knows Streamlit", "app/charts.py", "import streamlit", "pure pictures"),
    ("a question knows its page", "app/queries/events.py", "import app.views.events", "dashboard"),
    ("a ring", "seed/dice.py", "import seed.course", "no rings"),
    ("read models know each other", "eventstore/projections/orders.py",
     "import eventstore.projections.automatic", "read models are strangers"),
]  # fmt: skip


def lint(folder: Path) -> "subprocess.CompletedProcess[str]":
    # the folder itself first, before the installed checkout
    command = "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    return subprocess.run([sys.executable, "-c", command], cwd=folder, capture_output=True, text=True, check=False)


def test_the_contracts_hold() -> None:
    run = lint(ROOT)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages in a folder of their own, to be broken."""
    folder = tmp_path_factory.mktemp("copy")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.mark.parametrize(("file", "line", "contract"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_broken_contract_is_found(copy: Path, file: str, line: str, contract: str) -> None:
    path = copy / file
    before = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text((before or "") + f"\n{line}\n", encoding="utf-8")
    try:
        run = lint(copy)
    finally:
        path.unlink() if before is None else path.write_text(before, encoding="utf-8")
    assert run.returncode == 1, run.stdout + run.stderr
    assert f"{contract} BROKEN" in run.stdout


# Modules that outsiders may name as well as the public names: each is a small vocabulary of its own.
PUBLIC_MODULES = {"eventstore.clock", "eventstore.curves", "eventstore.errors", "eventstore.histories"}
# Entry points read settings; the command and the seed hand records to ingest; the Health page asks how ingest goes.
BESIDE_THE_DOOR = {
    "app/commands/": ("eventstore.settings", "eventstore.ingest"),
    "app/queries/source.py": ("eventstore.settings",),
    "app/queries/health.py": ("eventstore.ingest.health", "eventstore.ingest.dead_letters", "eventstore.seals"),
    "app/serve.py": ("eventstore.settings",),
    "seed/": ("eventstore.settings", "eventstore.ingest"),
}


def test_outsiders_come_in_by_the_door() -> None:
    outside = [
        f"{name(file)}:{line} {module}.{taken or ''}"
        for file in files("app", "seed")
        for line, module, taken in imports(file)
        if module.split(".")[0] == "eventstore" and not _may(name(file), module, taken)
    ]
    assert outside == []


def _may(file: str, module: str, taken: str | None) -> bool:
    if module == "eventstore" and (taken in eventstore.__all__ or f"eventstore.{taken}" in PUBLIC_MODULES):
        return True
    beside = [door for place, doors in BESIDE_THE_DOOR.items() if file.startswith(place) for door in doors]
    return module in PUBLIC_MODULES or any(f"{module}.{taken}.".startswith(f"{door}.") for door in beside)
