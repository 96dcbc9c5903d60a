"""The functional core needs the standard library and nothing else; views are thin."""

import sys

import pytest

from tests.architecture.source import ROOT, code_lines, files, imports, name, tree

PURE = ("eventstore/core", "eventstore/projections", "eventstore/envelopes", "eventstore/imports")
# modules by which a pure function would reach the world
IMPURE = {"asyncio", "http", "pathlib", "random", "shutil", "socket", "sqlite3", "subprocess", "time", "urllib.request"}
VIEW_LINES = 40


@pytest.mark.parametrize("folder", PURE)
def test_pure_folders_import_the_standard_library_alone(folder: str) -> None:
    strangers = [
        f"{name(file)}:{line} {module}"
        for file in files(folder)
        for line, module, _ in imports(file)
        if module.split(".")[0] not in {*sys.stdlib_module_names, "eventstore"} or module in IMPURE
    ]
    assert strangers == []


@pytest.mark.parametrize("folder", PURE)
def test_pure_folders_hold_files(folder: str) -> None:
    assert [file for file in files(folder) if tree(file).body]


def test_no_module_in_app_is_named_as_one_of_the_standard_library() -> None:
    """`streamlit run` puts app/ first on the path."""
    clashes = [name(file) for file in (ROOT / "app").glob("*.py") if file.stem in sys.stdlib_module_names]
    assert clashes == []


def test_views_are_thin() -> None:
    thick = {name(file): len(code_lines(file)) for file in files("app/views") if len(code_lines(file)) > VIEW_LINES}
    assert thick == {}
