"""The image: its steps are carried out in a bare folder, and what they make serves, without writing into it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from tests.architecture.sources import ROOT
from tests.dockerfile import built
from tests.e2e.failing_commands import external
from tests.e2e.processes import environment, serving_from
from tests.scratch_folder import scratch_folder

if TYPE_CHECKING:
    from tests.databases import Database


def files_below(folder: Path) -> dict[Path, int]:
    return {path: path.lstat().st_mtime_ns for path in folder.rglob("*")}


def test_what_it_builds_serves_and_writes_nothing(database: Database) -> None:
    folder = scratch_folder()
    image = built(ROOT / "deploy" / "Dockerfile", ROOT, folder, prefix="/srv/modelbook")
    assert image.user.partition(":")[0] not in {"root", "0", ""}
    before = files_below(image.root)
    assert {path.suffix for path in before} >= {".py", ".sql", ".css"}
    installed = {path.name for path in before if path.parent.name == "site-packages"}
    assert installed >= {"modelbook", "redis", "opentelemetry"}
    assert not installed & {"tests", "benchmarks", "pytest"}
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
