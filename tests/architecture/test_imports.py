import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.sources import PRODUCT, PYTHON, ROOT, files_with, imports, place, python_files, text, tree

MOCKS = ("unittest.mock", "mock", "pytest_mock")
MOCK = re.compile("mock")
IMPORT = re.compile(r"^\s*(?:import|from)\s+(\w+)", re.MULTILINE)


def _is_within(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def _mocks(module: ast.Module) -> list[int]:
    return [getattr(node, "lineno", 0) for name, node in imports(module) if _is_within(name, MOCKS)]


def _foreign(folder: str, *allowed: str) -> Iterator[str]:
    for path in python_files(folder):
        for name, node in imports(tree(path)):
            if name.partition(".")[0] not in sys.stdlib_module_names and not _is_within(name, allowed):
                yield f"{place(path, node)} imports {name}"


def _declared(*extras: str) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]
    return {canonicalize_name(Requirement(line).name) for line in lines}


def _has_own_environment(path: Path) -> bool:
    return path.with_name("requirements.in").exists()


@cache
def _distributions() -> Mapping[str, list[str]]:
    """Return whose each module is that can be imported; finding out reads the lists of everything installed."""
    return packages_distributions()


def _undeclared(folders: tuple[str, ...], declared: set[str]) -> Iterator[str]:
    for path in python_files(*folders):
        if _has_own_environment(path):
            continue
        # A line of a text may look like an import: only a file with something undeclared is read more closely.
        undeclared = {
            top
            for top in set(IMPORT.findall(text(path))) - sys.stdlib_module_names - set(PYTHON)
            if declared.isdisjoint(canonicalize_name(owner) for owner in _distributions().get(top, ()))
        }
        if undeclared:
            for name, node in imports(tree(path)):
                if name.partition(".")[0] in undeclared:
                    yield f"{place(path, node)} imports {name}"


def test_the_contracts_in_pyproject_are_kept() -> None:
    # As a process of its own, because the linter's start turns off every logger that is there already.
    linter = Path(sys.executable).with_name("lint-imports")
    command = [str(linter), "--no-cache", "--no-logo"]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert "0 broken" in checked.stdout, checked.stdout + checked.stderr


def test_the_domain_imports_the_standard_library_and_the_event_library_alone() -> None:
    found = list(_foreign("domain", "domain", "eventsourcing.domain"))
    assert found == [], "\n".join(found)


def test_the_application_imports_the_standard_library_and_the_domain_alone() -> None:
    found = list(_foreign("application", "domain", "application"))
    assert found == [], "\n".join(found)


def test_a_foreign_import_would_be_noticed() -> None:
    assert list(_foreign("tests/architecture", "tests", "pytest")) != []


def test_what_the_product_imports_is_a_dependency_of_its_own() -> None:
    # Of the extras one alone is imported by name, and a contract says where.
    found = list(_undeclared(PRODUCT, _declared("otel")))
    assert found == [], "\n".join(found)


def test_what_the_tests_and_benchmarks_import_is_a_dependency_of_development() -> None:
    found = list(_undeclared(("tests", "benchmarks"), _declared("dev")))
    assert found == [], "\n".join(found)


def test_an_undeclared_import_would_be_noticed() -> None:
    found = list(_undeclared(("tests/architecture",), _declared("dev") - {"packaging"}))
    assert any(line.startswith("tests/architecture/test_imports.py") and "packaging" in line for line in found), found


def test_a_client_in_an_environment_of_its_own_imports_what_is_required_there() -> None:
    found = []
    for path in filter(_has_own_environment, python_files("tests")):
        lines = path.with_name("requirements.in").read_text(encoding="utf-8").splitlines()
        required = {Requirement(line).name.removesuffix("-slim") for line in lines}
        tops = {name.partition(".")[0] for name, _ in imports(tree(path))} - sys.stdlib_module_names - {"tests"}
        found.append({canonicalize_name(top) for top in tops} - required)
    assert found == [set(), set()]


def test_nothing_is_mocked() -> None:
    found = [place(path) for path in files_with(MOCK) if _mocks(tree(path))]
    assert found == [], "\n".join(found)


@pytest.mark.parametrize(
    "code", ["import unittest.mock", "from unittest import mock", "from unittest.mock import patch", "import mock as m"]
)
def test_a_mock_would_be_noticed(code: str) -> None:
    assert _mocks(ast.parse(code)) == [1]
