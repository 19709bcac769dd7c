"""The image: its steps are executed in a bare folder, and what they make serves, without writing into it."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT
from tests.databases import Database
from tests.dockerfile import Image, built
from tests.e2e.failing_commands import external
from tests.e2e.processes import environment, folder, serving_from


def files_below(root: Path) -> dict[Path, int]:
    return {path: path.lstat().st_mtime_ns for path in root.rglob("*")}


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    with folder() as path:
        yield built(ROOT / "deploy" / "Dockerfile", ROOT, path, prefix="/srv/modelbook")


def test_it_has_what_serves_and_nothing_else_and_no_root(image: Image) -> None:
    assert image.user.partition(":")[0] not in {"root", "0", ""}
    files = files_below(image.root)
    assert {path.suffix for path in files} >= {".py", ".sql", ".css"}
    installed = {path.name for path in files if path.parent.name == "site-packages"}
    assert installed >= {"modelbook", "redis"}
    assert not installed & {"tests", "benchmarks", "pytest"}


def test_it_serves_and_writes_nothing(image: Image, database: Database) -> None:
    before = files_below(image.root)
    program, *arguments = [image.inside(word) for word in (*image.entrypoint, *image.command)]
    # Nothing is compiled here, nor as the service runs.
    arguments.insert(0, "-B")
    given = {name.removeprefix("MODELBOOK_"): value for name, value in image.environment.items() if "MODELBOOK" in name}
    settings = external(database, **(given | {"PORT": "0", "HOST": "127.0.0.1"}))
    with serving_from(Path(program), image.path("."), *arguments, **settings) as running:
        port = running.ready()["url"].rpartition(":")[2]
        check = [image.inside(word) for word in image.health_check]
        subprocess.run(check, env=environment({"PORT": port}), check=True, timeout=30)
        done = subprocess.run(check, env=environment({"PORT": "1"}), check=False, timeout=30, capture_output=True)
        assert done.returncode != 0
    assert files_below(image.root) == before
