"""The scripts of the pages are linted by oxlint, and TypeScript checks them as they are."""

import shutil
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, place, project_files
from tests.npm import Packages, installed

CONFIGURATION = ("jsconfig.json", ".oxlintrc.json")


@pytest.fixture(scope="module")
def packages() -> Packages:
    return installed()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a folder that has the configuration of both, and as its only page one script."""
    for name in CONFIGURATION:
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "entrypoints" / "page").mkdir(parents=True)
    return tmp_path


def lint(packages: Packages, folder: Path) -> str:
    linted = packages.run(folder, "oxlint", "--config", ".oxlintrc.json", "--deny-warnings", "entrypoints")
    return "" if linted.returncode == 0 else linted.stdout + linted.stderr


def check(packages: Packages, folder: Path, *arguments: str) -> list[str]:
    return packages.check_types(folder, "--project", "jsconfig.json", *arguments).splitlines()


def test_oxlint_finds_nothing(packages: Packages) -> None:
    assert lint(packages, ROOT) == ""


def test_typescript_checks_all_scripts_of_pages_and_finds_nothing(packages: Packages) -> None:
    printed = check(packages, ROOT, "--listFiles")
    checked = [line for line in printed if Path(line).is_file()]
    assert [line for line in printed if line not in checked] == []
    scripts = {place(path) for path in project_files() if path.suffix == ".js" and "vendor" not in path.parts}
    assert len(scripts) > 50
    assert {name for name in scripts if str(ROOT / name) not in checked} == set()


MISTAKES = {
    "export const two = one + 1;": "TS2304",
    "const add = (one, two) => one + two;\nexport const sum = add(1, 2, 3);": "TS2554",
    'import { two } from "./other.js";\nexport const three = two;': "TS2307",
    "export const width = document.body.widht;": "TS2339",
}


def test_a_mistake_would_be_found(packages: Packages, project: Path) -> None:
    for number, script in enumerate(MISTAKES):
        (project / "entrypoints" / "page" / f"page{number}.js").write_text(f"{script}\n")
    found = check(packages, project)
    for number, error in enumerate(MISTAKES.values()):
        assert [line for line in found if f"page{number}.js" in line and error in line], found


@pytest.mark.parametrize("script", ["let one = 1;\nexport { one };", "export const isOne = (one) => one == 1;"])
def test_a_bad_habit_would_be_found(packages: Packages, project: Path, script: str) -> None:
    (project / "entrypoints" / "page" / "page.js").write_text(f"{script}\n")
    assert "page.js" in lint(packages, project)
