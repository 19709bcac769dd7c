"""Files and functions stay short enough to be read at a glance."""

from __future__ import annotations

import ast

import pytest

from tests.architecture.sources import place, python_files, tree

LONGEST_FILE = 250
LONGEST_FUNCTION = 40


def _long_functions(module: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [
        node
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno + 1 > LONGEST_FUNCTION
    ]


def test_no_file_is_too_long() -> None:
    lengths = {place(path): len(path.read_text(encoding="utf-8").splitlines()) for path in python_files()}
    found = [f"{name}: {length} lines" for name, length in lengths.items() if length > LONGEST_FILE]
    assert found == [], "\n".join(found)


def test_no_function_is_too_long() -> None:
    found = [place(path, node) for path in python_files() for node in _long_functions(tree(path))]
    assert found == [], "\n".join(found)


@pytest.mark.parametrize(("lines", "found"), [(LONGEST_FUNCTION, 0), (LONGEST_FUNCTION + 1, 1)])
def test_a_function_counts_from_its_def_to_its_last_line(lines: int, found: int) -> None:
    code = "@decorated\nasync def f():\n" + "    pass\n" * (lines - 1)
    assert len(_long_functions(ast.parse(code))) == found
