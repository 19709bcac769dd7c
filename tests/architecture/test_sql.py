"""Statements are constants; values travel as parameters."""

import ast
import re

import pytest

from tests.architecture.sources import files_with, place, tree

RUNNERS = {"copy", "execute", "executemany", "executescript", "fetch", "fetchrow", "fetchval", "stream"}
RUNS = re.compile(rf"\.\s*({'|'.join(RUNNERS)})\s*\(")


def _is_built(statement: ast.expr) -> bool:
    match statement:
        case ast.JoinedStr(values=values):
            return any(isinstance(value, ast.FormattedValue) for value in values)
        case ast.BinOp(op=ast.Add() | ast.Mod()):
            return True
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str()), attr="format" | "join" | "replace")):
            return True
        case ast.Call(func=ast.Attribute(value=inner, attr="encode")):
            return _is_built(inner)
    return False


def _built_statements(module: ast.Module) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(module)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in RUNNERS
        and any(_is_built(argument) for argument in node.args[:1])
    ]


def test_no_statement_is_put_together_from_values() -> None:
    found = [place(path, call) for path in files_with(RUNS) for call in _built_statements(tree(path))]
    assert found == [], "\n".join(found)


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('cursor.execute(f"SELECT {name}")', 1),
        ('cursor.execute("SELECT %s" % name)', 1),
        ('cursor.execute("SELECT " + name)', 1),
        ('cursor.execute("SELECT {}".format(name))', 1),
        ('cursor.execute(f"SELECT {name}".encode())', 1),
        ('cursor.execute("SELECT %s", (name,))', 0),
        ("cursor.execute(STATEMENT, [name])", 0),
    ],
)
def test_a_statement_with_a_value_in_it_would_be_noticed(code: str, found: int) -> None:
    assert len(_built_statements(ast.parse(code))) == found
    assert RUNS.search(code)
