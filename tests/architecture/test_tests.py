"""Every test can fail, and every test runs."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.sources import files_with, place, python_files, text, tree

LEFT_OUT = {"importorskip", "skip", "skipif", "xfail"}
LEAVES_OUT = re.compile("|".join(LEFT_OUT))
# The one place where a test is skipped: a program is missing on the machine, which in CI is a failure.
EXTERNAL_TOOLS = "tests/external_tools.py"


ASSERTS = re.compile(r"^ +assert \S", re.MULTILINE)


def _tests() -> list[Path]:
    return [path for path in python_files("tests") if path.name.startswith("test_")]


def _can_fail(node: ast.AST) -> bool:
    match node:
        case ast.Assert():
            return True
        case ast.Attribute(value=ast.Name(id="pytest"), attr="raises" | "fail" | "warns"):
            return True
        # The contract suites, and the event library's own test cases for recorders, bring their assertions with them.
        case ast.ClassDef(bases=bases):
            return any(ast.unparse(base).endswith(("Contract", "TestCase")) for base in bases)
    return False


def _left_out(module: ast.Module) -> list[ast.Attribute]:
    return [
        node
        for node in ast.walk(module)
        if isinstance(node, ast.Attribute)
        and node.attr in LEFT_OUT
        and ast.unparse(node.value) in {"pytest", "pytest.mark", "unittest"}
    ]


def test_there_are_tests() -> None:
    assert _tests() != []


def test_every_test_file_asserts_something() -> None:
    # Nearly every file has a line that begins so; only the others need be read more closely.
    files = [path for path in _tests() if not ASSERTS.search(text(path))]
    toothless = [place(path) for path in files if not any(_can_fail(node) for node in ast.walk(tree(path)))]
    assert toothless == [], "\n".join(toothless)


def test_no_test_is_left_out() -> None:
    files = [path for path in files_with(LEAVES_OUT, "tests") if place(path) != EXTERNAL_TOOLS]
    found = [place(path, node) for path in files for node in _left_out(tree(path))]
    assert found == [], "\n".join(found)


@pytest.mark.parametrize(
    ("code", "teeth"),
    [
        ("def test_it(): assert f()", True),
        ("def test_it():\n    with pytest.raises(KeyError): f()", True),
        ("class TestIt(AggregateRecorderTestCase): pass", True),
        ("class TestFakeVault(VaultContract): pass", True),
        ("class TestIt(Base): pass", False),
        ("def test_it(): f()", False),
    ],
)
def test_a_test_without_an_assertion_would_be_noticed(code: str, teeth: bool) -> None:
    assert any(_can_fail(node) for node in ast.walk(ast.parse(code))) is teeth


def test_a_skipped_test_would_be_noticed() -> None:
    assert len(_left_out(ast.parse("@pytest.mark.skipif(WINDOWS)\ndef test_it(): pytest.skip()"))) == 2
