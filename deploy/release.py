"""Makes what a release is published as: `make release`, or `python deploy/release.py FOLDER`.

Both distributions, which are built twice from copies of the tracked files and have to come out the same to the byte;
a bill of materials (CycloneDX) of what the image installs; and the checksums of all. The version stands in
`modelbook/__init__.py` alone, the time in all of them is that of the newest commit.
"""

import gzip
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = Path(sys.executable).parent
PATIENCE_SECONDS = 600


class NotReproducible(Exception):
    """Two builds of the same files differ."""


def version() -> str:
    """Return the version, which stands in one place."""
    found = re.search(r'__version__: Final = "([^"]+)"', (ROOT / "modelbook" / "__init__.py").read_text("utf-8"))
    if found is None:
        raise LookupError("modelbook/__init__.py has no __version__")
    return found[1]


def released(folder: Path) -> list[Path]:
    """Make everything in the folder and return the files.

    Raises:
        NotReproducible: the second build has come out otherwise.
    """
    folder.mkdir(parents=True, exist_ok=True)
    seconds = int(_said("git", "-C", str(ROOT), "log", "-1", "--format=%ct"))
    with ThreadPoolExecutor() as beside:
        builds = [beside.submit(_built, seconds) for _ in range(2)]
        materials = beside.submit(_bill_of_materials)
    first, second = (build.result() for build in builds)
    if first != second:
        differing = [name for name in sorted({*first, *second}) if first.get(name) != second.get(name)]
        raise NotReproducible(f"Built twice, these differ: {', '.join(differing)}")
    files = []
    for name, content in first.items():
        files.append(folder / name)
        files[-1].write_bytes(content)
    files.append(folder / f"modelbook-{version()}.cdx.json")
    files[-1].write_text(json.dumps(materials.result(), indent=2, sort_keys=True) + "\n", "utf-8")
    sums = "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in sorted(files))
    files.append(folder / "SHA256SUMS")
    files[-1].write_text(sums, "utf-8")
    return files


def _built(seconds: int) -> dict[str, bytes]:
    """Return the wheel and the source distribution, made from a fresh copy of the tracked files."""
    with tempfile.TemporaryDirectory() as scratch:
        copy, built = Path(scratch) / "source", Path(scratch) / "built"
        for name in _said("git", "-C", str(ROOT), "ls-files", "-z").split("\0"):
            if name and (ROOT / name).is_file():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, copy / name)
        environment = {**os.environ, "SOURCE_DATE_EPOCH": str(seconds), "PYTHONHASHSEED": "0"}
        command = [str(PROGRAMS / "uv"), "build", "-q", "--offline", "--no-build-isolation", "--python", sys.executable]
        subprocess.run(
            [*command, "--sdist", "--wheel", "--out-dir", str(built), str(copy)],
            env=environment,
            check=True,
            timeout=PATIENCE_SECONDS,
        )
        files = {file.name: file.read_bytes() for file in built.iterdir() if file.suffix in {".whl", ".gz"}}
    return {name: _repacked(content, seconds) if name.endswith(".gz") else content for name, content in files.items()}


def _repacked(archive: bytes, seconds: int) -> bytes:
    """Return a source distribution whose members have one time, one owner and one order."""
    packed = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(archive)) as before,
        gzip.GzipFile(fileobj=packed, mode="wb", filename="", mtime=seconds) as compressed,
        tarfile.open(fileobj=compressed, mode="w", format=tarfile.PAX_FORMAT) as after,
    ):
        for member in sorted(before.getmembers(), key=lambda each: each.name):
            member.mtime, member.uid, member.gid, member.uname, member.gname = seconds, 0, 0, "", ""
            member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            member.pax_headers = {}
            after.addfile(member, before.extractfile(member) if member.isfile() else None)
    return packed.getvalue()


def _bill_of_materials() -> dict[str, Any]:
    # A test finds out whether it is valid, in a hundredth of the time that this program takes for that.
    command = [str(PROGRAMS / "cyclonedx-py"), "requirements", "--output-reproducible", "--no-validate"]
    command += ["--of", "JSON", "-o", "-", "--pyproject", str(ROOT / "pyproject.toml")]
    document: dict[str, Any] = json.loads(_said(*command, str(ROOT / "deploy" / "requirements.txt")))
    document["metadata"]["component"]["version"] = version()
    return document


def _said(*command: str) -> str:
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=PATIENCE_SECONDS)
    return done.stdout


if __name__ == "__main__":
    for made in released(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "dist"):
        sys.stdout.write(f"{made}\n")
