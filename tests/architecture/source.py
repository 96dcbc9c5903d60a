"""The product's source as the architecture tests read it: files, trees, lines that hold code."""

import ast
import io
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("app", "eventstore", "seed")

Function = ast.FunctionDef | ast.AsyncFunctionDef
NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}


def files(*folders: str) -> list[Path]:
    """The Python files of the product, or of these folders."""
    return sorted(file for folder in folders or PACKAGES for file in (ROOT / folder).rglob("*.py"))


def name(file: Path) -> str:
    """As a reader would write it."""
    return file.relative_to(ROOT).as_posix()


@cache
def tree(file: Path) -> ast.Module:
    """The file's syntax tree."""
    return ast.parse(file.read_text(encoding="utf-8"))


def functions(file: Path) -> Iterator[Function]:
    """Every function and method of the file."""
    return (node for node in ast.walk(tree(file)) if isinstance(node, Function))


def classes(file: Path) -> Iterator[ast.ClassDef]:
    """Every class of the file."""
    return (node for node in ast.walk(tree(file)) if isinstance(node, ast.ClassDef))


@cache
def code_lines(file: Path) -> frozenset[int]:
    """The numbers of the lines that hold code: no blanks, comments or docstrings."""
    reader = io.StringIO(file.read_text(encoding="utf-8")).readline
    tokens = [token for token in tokenize.generate_tokens(reader) if token.type not in NO_CODE]
    lines = {line for token in tokens for line in range(token.start[0], token.end[0] + 1)}
    for node in (tree(file), *classes(file), *functions(file)):
        if ast.get_docstring(node, clean=False) is not None:
            lines -= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    return frozenset(lines)


def length(file: Path, first: int, last: int | None) -> int:
    """How many of these lines hold code."""
    return sum(line in code_lines(file) for line in range(first, (last or first) + 1))


def body_length(file: Path, function: Function) -> int:
    """The function's lines of code, without its signature and docstring."""
    return length(file, function.body[0].lineno, function.end_lineno)


def imports(file: Path) -> Iterator[tuple[int, str, str | None]]:
    """Line, module, and the name taken from it (None for `import module`)."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, node.module or "", alias.name) for alias in node.names)
