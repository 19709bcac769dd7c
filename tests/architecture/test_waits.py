"""No test and no benchmark waits for ever: what does not come is said, by whoever waited for it.

What is awaited in a test has the test's own deadline (`tests/deadline.py`), whose traceback shows the place.
"""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.sources import files_with, place, tree

RUNNING = {"run", "call", "check_call", "check_output"}
# With an argument or more they are something else, or have their deadline.
ENDLESS = {"communicate", "wait", "join", "get", "readline", "acquire"}
WAITS = re.compile(rf"\bsubprocess\b|\.\s*({'|'.join(ENDLESS)})\s*\(\s*\)")


def _waits(module: ast.Module) -> Iterator[ast.Call]:
    nodes = list(ast.walk(module))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    elsewhere = {id(node.value) for node in nodes if isinstance(node, ast.Await)}
    # What is handed to asyncio.wait_for and asyncio.create_task is awaited elsewhere.
    elsewhere |= {id(argument) for node in calls if _is_of_asyncio(node.func) for argument in node.args}
    for node in calls:
        if id(node) in elsewhere:
            continue
        match node.func:
            case ast.Attribute(value=ast.Name(id="subprocess"), attr=name) if name in RUNNING:
                if "timeout" not in {keyword.arg for keyword in node.keywords}:
                    yield node
            # A process of a test that waits for the test: its pipe is closed with the test's end.
            case ast.Attribute(value=ast.Attribute(attr="stdin"), attr="readline"):
                continue
            case ast.Attribute(value=holder, attr=name) if name in ENDLESS and not node.args and not node.keywords:
                # A context variable holds a value, and does not wait for one.
                if not (name == "get" and ast.unparse(holder).isupper()):
                    yield node


def _is_of_asyncio(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "asyncio"
    )


def test_every_wait_has_a_deadline() -> None:
    found = [
        f"{place(path, node)}: {ast.unparse(node)}"
        for path in files_with(WAITS, "tests", "benchmarks")
        for node in _waits(tree(path))
    ]
    assert found == [], "\n".join(found)


@pytest.mark.parametrize(
    ("code", "endless"),
    [
        ("process.wait()", True),
        ("process.wait(10)", False),
        ("subprocess.run(command)", True),
        ("subprocess.run(command, timeout=5)", False),
        ("thread.join()", True),
        ("', '.join(names)", False),
        ("queue.get()", True),
        ("process.stdout.readline()", True),
        ("sys.stdin.readline()", False),
        ("asyncio.wait_for(event.wait(), 5)", False),
        ("async def test(): await event.wait()", False),
        ("async def test(): event.wait()", True),
    ],
)
def test_a_wait_without_one_would_be_noticed(code: str, endless: bool) -> None:
    assert bool(list(_waits(ast.parse(code)))) is endless
    assert WAITS.search(code) or not endless
