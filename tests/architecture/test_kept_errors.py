"""Whoever waits for a task that others may hold gives it no name of its own, or deletes that at the end.

The error that it raises refers to the frame of whoever waited, and the frame's name to the task that keeps the error:
all that was under way there, a request and its body, would be kept until a full collection of garbage.
"""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.sources import PRODUCT, files_with, place, tree

SHARING = {"shield", "wrap_future"}
SHARES = re.compile(rf"\basyncio\.({'|'.join(SHARING)})\(")


def _kept(module: ast.Module) -> Iterator[ast.Await]:
    for function in ast.walk(module):
        if not isinstance(function, ast.AsyncFunctionDef):
            continue
        nodes = list(ast.walk(function))
        let_go = {
            target.id
            for node in nodes
            if isinstance(node, ast.Try)
            for last in node.finalbody
            if isinstance(last, ast.Delete)
            for target in last.targets
            if isinstance(target, ast.Name)
        }
        for node in nodes:
            match node:
                case ast.Await(value=ast.Call(func=ast.Attribute(attr=name), args=[ast.Name(id=held), *_])):
                    if name in SHARING and held not in let_go:
                        yield node


def test_nobody_keeps_what_has_failed() -> None:
    found = [
        f"{place(path, node)}: {ast.unparse(node)}"
        for path in files_with(SHARES, *PRODUCT)
        for node in _kept(tree(path))
    ]
    assert found == [], "\n".join(found)


@pytest.mark.parametrize(
    ("code", "keeps"),
    [
        ("return await asyncio.shield(task)", True),
        ("try:\n  return await asyncio.shield(task)\n finally:\n  del task", False),
        ("try:\n  return await asyncio.shield(task)\n finally:\n  del other", True),
        ("await asyncio.wrap_future(work)", True),
        ("await asyncio.shield(held.task)", False),
        ("await asyncio.wrap_future(threads.submit(work))", False),
    ],
)
def test_what_is_kept_is_found(code: str, *, keeps: bool) -> None:
    assert bool(list(_kept(ast.parse(f"async def wait():\n {code}")))) is keeps
