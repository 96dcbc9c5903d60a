"""What the source may not say: SQL that loses rows, a dialect's name, second words, broad catches, loose ends."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, files, functions, name, tree

SQL = [
    # meaning, pattern, where it is allowed
    ("rows replaced in silence", r"\bINSERT\s+OR\s+REPLACE\b|^\s*REPLACE\s+INTO\b", ()),
    # a row that a compare-and-set in the same transaction then takes or leaves: nothing can be lost there
    (
        "rows left out in silence",
        r"\bOR\s+IGNORE\b|ON\s+CONFLICT(\s*\([^)]*\))?\s+DO\s+NOTHING",
        ("eventstore/checkpoints.py", "eventstore/ingest/offsets.py"),
    ),
]
REFUSED = [
    ("a test of the dialect's name", r"\bdialect\.name\b|\.dialect\s*==", ("eventstore/databases/",)),
    ("another word for a stream's thing", r"\baggregate_id\b", ("eventstore/envelopes/",)),
    ("another word for version or position", r"\b(sequence_number|seq_no|seqno|global_position)\b", ()),
    ("an open end", r"\b(TODO|FIXME|XXX|HACK)\b", ()),
    # reliability X1, X2, X10: they read markup out of payloads, load what it names, or export it as it is
    (
        "a part of Streamlit that interprets or exports text",
        r"\bunsafe_allow_|\bcomponents\.v1\b|\bst\.(markdown|write|metric|table|dataframe|data_editor|caption|toast|"
        r"iframe|download_button|error|warning|info|success)\b",
        (),
    ),
    ("an ignored type without a code", r"#\s*type:\s*ignore(?!\[)", ()),
    ("a folder of a developer's machine", r"/(?:(?:work|root)/|home/\w)", ()),
    ("an address of a registry", r"https?://[^\s\"']*(pypi|pythonhosted|maven|npmjs)", ()),
]
NO_NOUN = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "service", "base"}


@pytest.mark.parametrize(("pattern", "allowed"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_the_source_does_not_say(pattern: str, allowed: tuple[str, ...]) -> None:
    found = [
        f"{name(file)}:{number} {line.strip()}"
        for file in [*files(), *files("scripts")]
        if not name(file).startswith(allowed or ("-",))
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(pattern, line)
    ]
    assert found == []


def test_browser_parts_set_text_and_never_markup() -> None:
    markup = re.compile(r"\b(inner|outer)HTML\b|insertAdjacentHTML|document\.write|\beval\(|new Function|javascript:")
    scripts = sorted((ROOT / "app").rglob("*.js"))
    assert scripts
    assert [name(script) for script in scripts if markup.search(script.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(("pattern", "allowed"), [row[1:] for row in SQL], ids=[row[0] for row in SQL])
def test_no_statement_says(pattern: str, allowed: tuple[str, ...]) -> None:
    found = [
        f"{name(file)}:{text.lineno} {text.value!r}"
        for file in files()
        if name(file) not in allowed
        for text in texts(file)
        if re.search(pattern, str(text.value), re.IGNORECASE)
    ]
    assert found == []


def texts(file: Path) -> list[ast.Constant]:
    """The strings of the file that are not docstrings."""
    told = {id(node.value) for node in ast.walk(tree(file)) if isinstance(node, ast.Expr)}
    constants = [node for node in ast.walk(tree(file)) if isinstance(node, ast.Constant) and id(node) not in told]
    return [constant for constant in constants if isinstance(constant.value, str)]


@pytest.mark.parametrize(
    "sql",
    ["INSERT OR REPLACE INTO events", "replace into events", "insert or  ignore into events", "ON CONFLICT DO NOTHING"],
)
def test_the_patterns_find_what_they_should(sql: str) -> None:
    assert any(re.search(pattern, sql, re.IGNORECASE) for _, pattern, _ in SQL)


def test_the_database_file_is_opened_by_sqlite_alone() -> None:
    """Closing any other handle of a SQLite file drops the process's locks: acknowledged commits were lost that way."""
    allowed = {"eventstore/settings.py", "eventstore/anchors.py"}
    opened = [
        f"{name(file)}:{call.lineno}"
        for file in files("eventstore")
        if name(file) not in allowed
        for call in ast.walk(tree(file))
        if isinstance(call, ast.Call) and _opens(call.func)
    ]
    assert opened == []


def _opens(function: ast.expr) -> bool:
    if isinstance(function, ast.Name):
        return function.id == "open"
    if not isinstance(function, ast.Attribute):
        return False
    of_os = isinstance(function.value, ast.Name) and function.value.id in {"os", "io", "shutil"}
    opening = {"read_text", "read_bytes", "write_text", "write_bytes"}
    return function.attr in opening or (of_os and function.attr in {"open", "copy", "copyfile", "copy2", "move"})


def test_broad_catches_are_few_and_each_has_its_reason() -> None:
    broad = [(file, line) for file in files() for line in broad_catches(file)]
    assert [f"{name(file)}:{line}" for file, line in broad if not _has_reason(file, line)] == []
    assert len(broad) <= 6, broad


def broad_catches(file: Path) -> list[int]:
    """The lines of those that swallow what they catch; one that cleans up and lets the error go on is none."""
    handlers = [node for node in ast.walk(tree(file)) if isinstance(node, ast.ExceptHandler)]
    return [one.lineno for one in handlers if _catches_all(one) and not _lets_go_on(one)]


def _catches_all(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or getattr(handler.type, "id", "") in {"Exception", "BaseException"}


def _lets_go_on(handler: ast.ExceptHandler) -> bool:
    return isinstance(handler.body[-1], ast.Raise) and handler.body[-1].exc is None


def _has_reason(file: Path, number: int) -> bool:
    before, line, after = file.read_text(encoding="utf-8").splitlines()[number - 2 : number + 1]
    beside = line.partition("# noqa: BLE001")[2]
    return len(beside) > 10 or before.strip().startswith("#") or after.strip().startswith("#")


def test_modules_are_named_by_a_noun() -> None:
    assert [name(file) for file in files() if file.stem in NO_NOUN] == []


def test_nothing_is_asserted_in_the_product() -> None:
    """`python -O` removes asserts: they cannot validate."""
    asserts = [
        f"{name(file)}:{node.lineno}"
        for file in files()
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Assert)
    ]
    assert asserts == []


def test_no_function_takes_what_it_does_not_name() -> None:
    """`**kwargs` handed on hides the interface; a builder in tests may."""
    hidden = [
        f"{name(file)}:{function.lineno}"
        for file in files("eventstore")
        for function in functions(file)
        if function.args.kwarg and function.args.kwarg.arg in {"kwargs", "options"}
    ]
    assert hidden == []


def test_no_committed_text_names_a_developers_folder() -> None:
    here = [text for text in ROOT.glob("*.*") if text.name != ".git"]  # a file where the checkout is a worktree
    texts = [*here, *(ROOT / "docs").rglob("*.md"), ROOT / "Makefile", ROOT / ".ci/run"]
    folders = re.compile(r"/(?:work|root)/[\w.]")
    assert [name(text) for text in texts if text.is_file() and folders.search(text.read_text(errors="ignore"))] == []
