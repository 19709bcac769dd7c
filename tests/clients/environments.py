"""Environments of the clients that weigh much: made from locked requirements, and kept within our own."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).parent
_PLACE: Final = Path(sys.prefix) / "clients"
_INSTALL_SECONDS: Final = 900


@dataclass(frozen=True, slots=True)
class Heavy:
    """A client with its environment: its APIs, and the command that runs its driver."""

    name: str
    apis: tuple[str, ...]
    folder: str
    is_python: bool = True

    def command(self) -> Sequence[str]:
        """Return the command; its environment is made first, unless it is as it is locked.

        Raises:
            CalledProcessError: it could not be made.
        """
        folder, place = _HERE / self.folder, _PLACE / self.folder
        return self._python(folder, place) if self.is_python else _node(folder, place)

    def _python(self, folder: Path, place: Path) -> Sequence[str]:
        locked = folder / "requirements.txt"
        python = place / "bin" / "python"
        if not _is_done(place, locked):
            _run(sys.executable, "-m", "venv", "--clear", str(place))
            pip = (str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
            _run(*pip, "--no-deps", "--require-hashes", "-r", str(locked))
            _note_done(place, locked)
        return (str(python), "-m", f"tests.clients.{self.folder}.driver")


def _node(folder: Path, place: Path) -> Sequence[str]:
    place.mkdir(parents=True, exist_ok=True)
    # Packages are looked for beside the script.
    for name in ("package.json", "package-lock.json", ".npmrc", "driver.mjs"):
        shutil.copy(folder / name, place)
    locked = folder / "package-lock.json"
    if not _is_done(place, locked):
        _run("npm", "ci", "--no-progress", cwd=place)
        _note_done(place, locked)
    return (shutil.which("node") or "node", str(place / "driver.mjs"))


def _is_done(place: Path, locked: Path) -> bool:
    done = place / "locked"
    return done.exists() and done.read_bytes() == locked.read_bytes()


def _note_done(place: Path, locked: Path) -> None:
    shutil.copy(locked, place / "locked")


def _run(*command: str, cwd: Path | None = None) -> None:
    subprocess.run(command, cwd=cwd, check=True, timeout=_INSTALL_SECONDS)


_EVERYWHERE: Final = ("chat_completions", "responses", "messages")

HEAVY: Final = (
    Heavy("Vercel AI SDK", _EVERYWHERE, "vercel", is_python=False),
    Heavy("pydantic-ai", _EVERYWHERE, "pydantic_ai"),
    Heavy("LangChain", _EVERYWHERE, "langchain"),
)
