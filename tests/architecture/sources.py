"""What the architecture tests look at: the project's own files."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("domain", "application", "adapters", "entrypoints", "migrations", "modelbook", "sandbox")
PYTHON = (*PRODUCT, "benchmarks", "tests")

_BUILT = {"build", "dist", "htmlcov"}
_OWN_HIDDEN = {".ci", ".editorconfig", ".gitignore", ".oxlintrc.json"}


def project_files() -> list[Path]:
    """Return every file of the project; none that was built, installed or recorded."""
    return sorted(_walk(ROOT))


@cache
def python_files(*folders: str) -> list[Path]:
    """Return the Python files below these folders of the project, or of all of its folders."""
    return sorted(path for folder in folders or PYTHON for path in (ROOT / folder).rglob("*.py"))


def files_with(words: re.Pattern[str], *folders: str) -> list[Path]:
    """Return those of the Python files in which the words are: most need not be read more closely than that."""
    return [path for path in python_files(*folders) if words.search(text(path))]


@cache
def text(path: Path) -> str:
    """Return what stands in the file."""
    return path.read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    """Return the file's syntax tree."""
    return ast.parse(text(path), filename=str(path))


def place(path: Path, node: ast.AST | None = None) -> str:
    """Name a place the way editors and terminals link it: file:line."""
    name = path.relative_to(ROOT).as_posix()
    return name if node is None else f"{name}:{getattr(node, 'lineno', 1)}"


@cache
def imports(module: ast.AST) -> list[tuple[str, ast.AST]]:
    """Return the full name of everything imported anywhere in the tree, with where it is imported."""
    found: list[tuple[str, ast.AST]] = []
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            found += ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found += ((f"{node.module}.{alias.name}", node) for alias in node.names)
    return found


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if (path.name.startswith(".") and path.name not in _OWN_HIDDEN) or path.name == "__pycache__":
            continue
        if path.is_file():
            yield path
        elif path.is_dir() and path.suffix != ".egg-info" and not (folder == ROOT and path.name in _BUILT):
            yield from _walk(path)
