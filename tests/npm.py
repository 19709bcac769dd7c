"""Installs npm packages of tests as the package-lock.json beside the tests' sources has them.

Those in tests/typescript check the API's description and the pages.
"""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.external_tools import missing, program

SOURCES: Final = Path(__file__).with_name("typescript")
_LOCK: Final = "package-lock.json"
_PURPOSE: Final = "Checking what is written for browsers and in TypeScript"
# Node.js 20.19 is the first one that all of the packages run on.
_OLDEST: Final = (20, 19)
_INSTALL_SECONDS: Final = 300
_RUN_SECONDS: Final = 120
_QUIET: Final = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1"}


@dataclass(frozen=True, slots=True)
class Packages:
    """Installed packages, whose commands run in a folder beside them."""

    node: str
    place: Path

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """Give a new folder in which the packages can be imported, with the sources in it."""
        with TemporaryDirectory(dir=self.place) as name:
            for source in (*SOURCES.glob("*.ts"), *SOURCES.glob("*.mjs"), SOURCES / "tsconfig.json"):
                shutil.copy(source, name)
            yield Path(name)

    def run(self, folder: Path, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the packages, and return how it ended and what it printed."""
        return self.node_with(folder, str(self.place / "node_modules" / ".bin" / command), *arguments)

    def check_types(self, folder: Path, *arguments: str) -> str:
        """Return what the compiler of TypeScript says: the native one, which takes a tenth of the other's time.

        The other one is what openapi-typescript is built on.
        """
        compiler = self.place / "node_modules" / "typescript-native" / "bin" / "tsc"
        return self.node_with(folder, str(compiler), *arguments).stdout

    def node_with(self, folder: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a script with this text as its standard input."""
        return subprocess.run(
            [self.node, *arguments],
            cwd=folder,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=_RUN_SECONDS,
            check=False,
            env={**os.environ, **_QUIET},
        )


def installed(sources: Path = SOURCES, *, purpose: str = _PURPOSE) -> Packages:
    """Return the packages; without Node.js or their registry the test is skipped, in CI it fails."""
    node, npm = program("node", purpose=purpose), program("npm", purpose=purpose)
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True, timeout=30).stdout.strip()
    if tuple(map(int, version.removeprefix("v").split(".")[:2])) < _OLDEST:
        missing(f"{purpose} needs Node.js {'.'.join(map(str, _OLDEST))} or newer, not {version}.")
    place = sources / ".installed"
    place.mkdir(exist_ok=True)
    with (place / "lock").open("w") as lock:
        # Another process of the same test run may be about to install them too.
        fcntl.flock(lock, fcntl.LOCK_EX)
        _install(npm, sources, place, purpose)
    return Packages(node, place)


def _install(npm: str, sources: Path, place: Path, purpose: str) -> None:
    """Install the packages as they are locked, unless they are there already."""
    done = place / "done"
    wanted = (sources / _LOCK).read_text(encoding="utf-8")
    if done.exists() and done.read_text(encoding="utf-8") == wanted:
        return
    for name in ("package.json", _LOCK, ".npmrc"):
        shutil.copy(sources / name, place)
    made = subprocess.run(
        [npm, "ci", "--no-progress"], cwd=place, capture_output=True, text=True, timeout=_INSTALL_SECONDS, check=False
    )
    if made.returncode:
        missing(f"{purpose} needs npm packages, which could not be installed: {made.stderr.strip()[-500:]}")
    done.write_text(wanted, encoding="utf-8")
