"""Small functions, small files, documented names: the limits that keep a file readable in one go."""

import ast
import statistics
from pathlib import Path

from tests.architecture.source import Function, body_length, classes, code_lines, files, functions, length, name, tree

BODY_MEDIAN, BODY_P95, BODY_MAX = 5, 20, 40
FILE_MAX, CLASS_MAX = 350, 200


def bodies() -> dict[str, int]:
    return {
        f"{name(file)}:{one.lineno} {one.name}": body_length(file, one) for file in files() for one in functions(file)
    }


def test_function_bodies_are_short() -> None:
    lengths = sorted(bodies().values())
    assert statistics.median(lengths) <= BODY_MEDIAN
    assert lengths[int(0.95 * (len(lengths) - 1))] <= BODY_P95


def test_no_function_body_is_long() -> None:
    assert {where: lines for where, lines in bodies().items() if lines > BODY_MAX} == {}


def test_no_file_is_long() -> None:
    assert {name(file): len(code_lines(file)) for file in files() if len(code_lines(file)) > FILE_MAX} == {}


def test_no_class_is_long() -> None:
    sizes = {
        (name(file), one.name): length(file, one.lineno, one.end_lineno) for file in files() for one in classes(file)
    }
    assert {where: lines for where, lines in sizes.items() if lines > CLASS_MAX} == {}


def test_every_public_name_says_what_it_means() -> None:
    silent = [f"{name(file)}:{node.lineno} {node.name}" for file in files() for node in public(file) if not told(node)]
    assert silent == []


def public(file: Path) -> list[Function | ast.ClassDef]:
    """The module's public functions and classes, and the public methods of those."""
    top = [node for node in tree(file).body if isinstance(node, Function | ast.ClassDef)]
    inner = [node for one in top if isinstance(one, ast.ClassDef) and one.name[0] != "_" for node in one.body]
    return [node for node in [*top, *inner] if isinstance(node, Function | ast.ClassDef) and node.name[0] != "_"]


def told(node: Function | ast.ClassDef) -> bool:
    return ast.get_docstring(node) is not None or "override" in {getattr(one, "id", "") for one in node.decorator_list}
