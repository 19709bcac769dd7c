"""What is imported is Modelbook's own, whatever else is installed and wherever it is started."""

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urljoin
from uuid import UUID

import pytest
from aiohttp import ClientSession

from modelbook import __version__
from modelbook.own_packages import PACKAGES
from tests.architecture.sources import PRODUCT, ROOT
from tests.e2e.api_client import PROVIDERS, Api
from tests.e2e.processes import COMMAND, Finished, environment, folder, serving_from
from tests.run_folder import made_once

PATIENCE_SECONDS = 120
OTHER = """\
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "other-domain"
version = "1.0"
[tool.setuptools]
packages = ["domain"]
"""
SCRIPT = re.compile(r'src="([^"]+)"')
# Whoever imports it can be seen to have done so.
STRANGE = "raise SystemExit('imported from the wrong place')\n"


def started(command: Sequence[str | Path], cwd: Path, **variables: str) -> Finished:
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment({}) | variables,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    return Finished(done.returncode, done.stdout, done.stderr)


def install(python: Path, project: Path, *options: str) -> None:
    """Build the project's wheel and install it, without what it depends on."""
    wheels = project.parent / "wheels"
    uv: list[str | Path] = [Path(sys.executable).with_name("uv"), "--offline", "--quiet"]
    build = [*uv, "build", "--wheel", "--no-build-isolation", "--python", sys.executable, "--out-dir", wheels]
    built = started([*build, project], project.parent)
    assert built.exit_code == 0, built.errors
    done = started(
        [*uv, "pip", "install", "--no-deps", *options, "--python", python, *wheels.glob("*.whl")],
        project.parent,
    )
    assert done.exit_code == 0, done.errors


@pytest.fixture(scope="module")
def python() -> Path:
    """Give the interpreter of an environment in which the wheel is installed, and what it depends on can be found."""
    return made_once("somewhere else", _make_environment) / "env" / "bin" / "python"


def _make_environment(place: Path) -> None:
    project = place / "modelbook"
    project.mkdir(parents=True)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, project)
    for name in PRODUCT:
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place / "env"], check=True, timeout=PATIENCE_SECONDS)
    python = place / "env" / "bin" / "python"
    install(python, project, "--compile-bytecode")
    # What is editable here is found by a .pth file beside these packages, and those of another folder are not read.
    (packages,) = (place / "env").glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text("\n".join(_site_packages()))


@pytest.fixture
def strange(tmp_path: Path) -> Path:
    """Give a folder with packages of the same names."""
    for name in PACKAGES:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(STRANGE)
    return tmp_path


def test_all_packages_are_looked_at() -> None:
    assert {*PACKAGES, "modelbook"} == set(PRODUCT)


def test_the_version_is_the_one_that_was_installed(python: Path, tmp_path: Path) -> None:
    code = "from importlib.metadata import version; print(version('modelbook'))"
    assert started([python, "-c", code], tmp_path).out.strip() == __version__


def test_the_license_and_the_marks_of_typed_packages_are_installed(python: Path, tmp_path: Path) -> None:
    code = """from importlib.metadata import distribution
installed = distribution("modelbook")
print(installed.metadata["License-Expression"], *installed.metadata.get_all("License-File"))
print(*sorted(str(file) for file in installed.files if file.name == "py.typed"))
print(*[classifier for classifier in installed.metadata.get_all("Classifier") if "License" in classifier])"""
    license_named, typed, classified = started([python, "-c", code], tmp_path).out.splitlines()
    named, *files = license_named.split()
    libraries = {f"entrypoints/console/page/vendor/{name}" for name in ("lucide", "preact", "uplot")}
    vendored = {*libraries, "entrypoints/http/documentation/page/scalar"}
    assert (named, set(files)) == ("Apache-2.0", {"LICENSE", *[f"{folder}/LICENSE.txt" for folder in vendored]})
    assert typed.split() == sorted(f"{name}/py.typed" for name in PRODUCT)
    # The expression takes their place; an index refuses both together.
    assert classified == ""


def test_a_package_of_another_distribution_in_the_same_place_is_refused(python: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "domain").mkdir(parents=True)
    (other / "domain" / "__init__.py").write_text("")
    (other / "pyproject.toml").write_text(OTHER)
    environment_folder = tmp_path / "env"
    shutil.copytree(python.parents[1], environment_folder, symlinks=True)
    copy = environment_folder / "bin" / "python"
    install(copy, other)
    refused = started([copy, "-m", "modelbook", "token", "--help"], tmp_path)
    assert (refused.exit_code, refused.errors.count("\n")) == (1, 1), refused
    assert "other-domain" in refused.lines[0].replace("_", "-")
    assert "`domain`" in refused.lines[0]


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_that_comes_before_ours_is_refused(strange: Path, name: str) -> None:
    for other in set(PACKAGES) - {name}:
        shutil.rmtree(strange / other)
    refused = started([COMMAND, "serve", "--help"], strange.parent, PYTHONPATH=str(strange))
    assert (refused.exit_code, refused.out, refused.errors.count("\n")) == (1, "", 1), refused
    assert f"`{name}` would be imported from {strange / name}" in refused.lines[0]


def test_a_folder_without_code_of_its_own_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / "domain").mkdir()
    refused = started([COMMAND, "serve", "--help", "--json"], tmp_path, PYTHONPATH=str(tmp_path))
    assert refused.exit_code == 1
    assert refused.errors.startswith('{"error": {"code": "foreign-package", "lines": ["`domain` ')


@pytest.mark.parametrize("command", [[COMMAND], [sys.executable, "-m", "modelbook"]], ids=["modelbook", "python -m"])
def test_the_working_directory_is_not_imported_from(strange: Path, command: list[str | Path]) -> None:
    helped = started([*command, "serve", "--help"], strange)
    assert (helped.exit_code, helped.errors) == (0, "")
    assert "modelbook serve [OPTIONS]" in helped.out


def test_an_environment_of_its_own_is_not_refused(python: Path, strange: Path) -> None:
    done = started([python, "-m", "modelbook", "serve", "--help"], strange)
    assert (done.exit_code, done.errors) == (0, ""), done


async def test_what_is_installed_serves_as_what_is_checked_out_does(
    python: Path, strange: Path, session: ClientSession
) -> None:
    command = python.with_name("modelbook")
    assert " " in str(command)
    with (
        folder() as data_dir,
        serving_from(
            command, strange, "demo", "--port", "0", "--sandbox-port", "0", DATA_DIR=str(data_dir)
        ) as demonstration,
    ):
        reported = demonstration.ready()
        api = Api(session, reported["url"], UUID(reported["organizationId"]), reported["token"])
        assert {provider["healthStatus"] for provider in await api.rows(PROVIDERS)} == {"healthy"}
        # A file of each page that is no Python, and what comes from others.
        for path in ("/", "/api/docs"):
            page = await _text(session, api.url + path)
            scripts = [urljoin(api.url + path, script) for script in SCRIPT.findall(page)]
            assert scripts, path
            for script in scripts:
                assert len(await _text(session, script)) > 500, script
        demonstration.send(signal.SIGINT)
        assert demonstration.ended() == 0, demonstration.errors


async def _text(session: ClientSession, url: str) -> str:
    async with session.get(url) as response:
        assert response.status == 200, url
        return await response.text()


def _site_packages() -> list[str]:
    return [path for path in sys.path if path.endswith("site-packages")]
