"""An error is either named where it is caught or reaches the outermost edge."""

import ast
import builtins
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import PRODUCT, ROOT, files_with, imports, place, python_files, text, tree

EVERYTHING = {"Exception", "BaseException"}
# What nobody foresaw has to become an answer somewhere, and be logged there.
EDGES = {
    "entrypoints/http/request_middleware.py",
    "adapters/providers/plugin_guard.py",
    # Whatever a client of other people raises is what its cell shows.
    "tests/clients/judging.py",
    "tests/clients/served.py",
}

RAISES = re.compile(r"^(?P<indent> *)Raises:\n(?P<errors>(?:(?P=indent) {4}.*\n|\n)+)", re.MULTILINE)
CLASS = re.compile(r"^ *class (\w+)", re.MULTILINE)
BROAD_WORDS = re.compile(r"\b(Base)?Exception\b|\bexcept\s*\\?\s*:")


def _names(node: ast.expr | None) -> set[str]:
    if node is None:
        return {"BaseException"}
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def _swallows(handler: ast.ExceptHandler) -> bool:
    # Cleaning up and passing the error on is no catching: only the bare `raise` at the end keeps the whole error.
    passes_on = isinstance(handler.body[-1], ast.Raise) and handler.body[-1].exc is None
    caught = _names(handler.type) & EVERYTHING
    return bool(caught) and not (passes_on and caught == {"BaseException"} and handler.type is not None)


def _broad(module: ast.Module) -> list[ast.AST]:
    found: list[ast.AST] = []
    for node in ast.walk(module):
        if isinstance(node, ast.ExceptHandler) and _swallows(node):
            found.append(node)
        elif isinstance(node, ast.Call) and "suppress" in _called(node):
            found.extend(node for argument in node.args if _names(argument) & EVERYTHING)
    return found


def _called(call: ast.Call) -> set[str]:
    function = call.func
    return {function.attr} if isinstance(function, ast.Attribute) else _names(function)


def test_no_error_is_caught_unnamed() -> None:
    files = [path for path in files_with(BROAD_WORDS) if place(path) not in EDGES]
    found = [place(path, node) for path in files for node in _broad(tree(path))]
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("edge", sorted(EDGES))
def test_an_edge_catches_everything_once(edge: str) -> None:
    assert len(_broad(tree(ROOT / edge))) == 1


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("try: f()\nexcept: pass", 1),
        ("try: f()\nexcept: raise", 1),
        ("try: f()\nexcept Exception: raise", 1),
        ("try: f()\nexcept (KeyError, BaseException) as error: log(error)", 1),
        ("with contextlib.suppress(Exception): f()", 1),
        ("with suppress(KeyError): f()", 0),
        ("try: f()\nexcept BaseException:\n    undo()\n    raise", 0),
        ("try: f()\nexcept KeyError: pass", 0),
    ],
)
def test_a_broad_handler_would_be_noticed(code: str, found: int) -> None:
    assert len(_broad(ast.parse(code))) == found
    assert BROAD_WORDS.search(code) or not found


def _raised_in_docstrings(path: Path) -> Iterator[tuple[str, str]]:
    """Return what docstrings of the file say is raised, each with its place."""
    written = text(path)
    for section in RAISES.finditer(written):
        line = written.count("\n", 0, section.start()) + 1
        for name in re.findall(rf"^{section['indent']} {{4}}([A-Z][\w.]+):", section["errors"], re.MULTILINE):
            yield name.rpartition(".")[2], f"{path.name}:{line}"


def _undefined_in_docstrings(files: Iterable[Path]) -> set[str]:
    """Return what docstrings say is raised, and no file of these defines or imports."""
    files = list(files)
    raised = {name: where for path in files for name, where in _raised_in_docstrings(path)}
    defined = set(dir(builtins)).union(*(CLASS.findall(text(path)) for path in files))
    # What is neither a class of these files nor built in is rare enough to look at every import that may bring it.
    for name in raised.keys() - defined:
        naming = (path for path in files if re.search(rf"\b{name}\b", text(path)))
        if any(brought.rpartition(".")[2] == name for path in naming for brought, _ in imports(tree(path))):
            defined.add(name)
    return {f"{where} {name}" for name, where in raised.items() if name not in defined}


def test_docstrings_name_errors_that_exist() -> None:
    assert _undefined_in_docstrings(python_files(*PRODUCT)) == set()


def test_an_error_that_does_not_exist_is_found(tmp_path: Path) -> None:
    path = tmp_path / "wrong.py"
    path.write_text('def f() -> None:\n    """Do it.\n\n    Raises:\n        NoSuchError: it went.\n    """\n', "utf-8")
    assert _undefined_in_docstrings([path]) == {"wrong.py:4 NoSuchError"}
