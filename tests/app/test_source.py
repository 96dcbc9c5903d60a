"""What no line of the dashboard may do, looked up in its source."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import app

FOLDER = Path(app.__file__).parent
SOURCES = sorted(FOLDER.rglob("*.py"))
BANNED_KEYWORDS = {"unsafe_allow_html", "unsafe_allow_javascript"}
BANNED_CALLS = {"iframe", "markdown", "write", "latex", "table", "toast", "metric", "badge"}
LABELLED = {"caption", "title", "header", "subheader", "info", "error", "warning", "success", "html", "tabs", "button"}


def calls(source: str) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))


def of_streamlit(call: ast.Call) -> str:
    """The name of the Streamlit element that is called; empty for anything else."""
    function = call.func
    mine = isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "st"
    return function.attr if mine and isinstance(function, ast.Attribute) else ""


def wrongs(source: str) -> list[str]:
    """Elements that would interpret what they are given."""
    found = []
    for call in calls(source):
        name = of_streamlit(call)
        found += [keyword.arg for keyword in call.keywords if keyword.arg in BANNED_KEYWORDS]
        if name in BANNED_CALLS:
            found.append(name)
        if name in LABELLED and any(isinstance(argument, ast.JoinedStr) for argument in call.args):
            found.append(f"{name} with a composed text")
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_nothing_interprets_a_payload(path: Path) -> None:
    assert wrongs(path.read_text()) == []


@pytest.mark.parametrize(
    "source",
    ["st.markdown(x, unsafe_allow_html=True)", "st.write(x)", "st.iframe(x)", 'st.info(f"{x}")', "st.metric(a, b)"],
)
def test_the_check_finds_what_it_looks_for(source: str) -> None:
    assert wrongs(source)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("components/*/*.js")), ids=lambda path: path.name)
def test_browser_parts_set_text_only(path: Path) -> None:
    source = path.read_text()
    for banned in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
        assert banned not in source


@pytest.mark.parametrize("path", sorted(FOLDER.glob("views/*.py")), ids=lambda path: path.name)
def test_a_page_is_thin(path: Path) -> None:
    lines = [line for line in path.read_text().splitlines() if line.strip()]
    assert len(lines) <= 45
    imported = {alias.name for node in ast.walk(ast.parse(path.read_text())) for alias in getattr(node, "names", [])}
    modules = {node.module for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)}
    assert not {name for name in imported | modules if str(name).startswith(("eventstore", "sqlalchemy"))}


def test_every_question_takes_the_viewer_first() -> None:
    for name in ("events", "health", "overview", "orders", "moments"):
        tree = ast.parse((FOLDER / "queries" / f"{name}.py").read_text())
        asked = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
        public = {node.name for node in asked} & set(__import__("app.queries", fromlist=["x"]).__all__)
        for node in asked:
            if node.name in public:
                assert node.args.args[0].arg == "viewer", node.name
