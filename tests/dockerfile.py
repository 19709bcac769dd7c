"""Executes the steps of a Dockerfile in a folder that stands for the root of the image, without containers."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import distribution
from importlib.util import cache_from_source
from pathlib import Path

from packaging.requirements import Requirement

_PATIENCE_SECONDS = 600.0
_LOCKED = re.compile(r"(\S+) -m pip install .*--require-hashes --requirement (\S+)$")
_OPTIONS = re.compile(r"--\w[\w-]*=\S+\s+")


@dataclass(slots=True)
class Image:
    """What the steps have made. `prefix` is the one folder of the image that programs are installed into."""

    root: Path
    prefix: str
    environment: dict[str, str] = field(default_factory=dict)
    directory: str = "/"
    user: str = "root"
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    health_check: list[str] = field(default_factory=list)

    def inside(self, text: str) -> str:
        """Return a command with the image's own folder where it lies here."""
        return text.replace(self.prefix, str(self.root / self.prefix.lstrip("/")))

    def path(self, text: str) -> Path:
        """Return where a path of the image lies here."""
        return self.root / os.path.normpath(f"{self.directory}/{text}" if not text.startswith("/") else text)[1:]


def built(file: Path, context: Path, scratch: Path, *, prefix: str) -> Image:
    """Carry out every step and return the image of the last stage.

    Raises:
        ValueError: there is a step that this does not know.
    """
    stages: dict[str, Image] = {}
    image = Image(scratch, prefix)
    for step in _steps(file.read_text("utf-8")):
        word, _, rest = step.partition(" ")
        match word:
            case "FROM":
                image = Image(scratch / f"stage-{len(stages)}", prefix)
                image.root.mkdir(parents=True)
                stages[rest.rpartition(" AS ")[2]] = image
            case "WORKDIR":
                image.directory = rest
                image.path(".").mkdir(parents=True, exist_ok=True)
            case "COPY":
                _copy(rest, image, stages, context)
            case "RUN":
                _run(_OPTIONS.sub("", rest), image)
            case "ENV":
                image.environment |= dict(pair.split("=", 1) for pair in rest.split(" "))
            case "USER":
                image.user = rest
            case "ENTRYPOINT":
                image.entrypoint = json.loads(rest)
            case "CMD":
                image.command = json.loads(rest)
            case "HEALTHCHECK":
                image.health_check = json.loads(rest.partition(" CMD ")[2])
            case "EXPOSE" | "STOPSIGNAL":
                pass
            case _:
                raise ValueError(step)
    return image


def _steps(text: str) -> Sequence[str]:
    return [line for line in text.replace("\\\n", " ").splitlines() if line.strip() and not line.startswith("#")]


def _copy(rest: str, image: Image, stages: Mapping[str, Image], context: Path) -> None:
    source = re.match(r"--from=(\S+) ", rest)
    *names, target = rest[source.end() if source else 0 :].split(" ")
    for name in names:
        found = stages[source[1]].path(name) if source else context / name
        into = image.path(target)
        if found.is_dir():
            # What .dockerignore leaves out of the context.
            ignored = None if source else shutil.ignore_patterns("__pycache__")
            # A stage is not changed any more, so that the next one can share its files.
            copy = os.link if source else shutil.copy2
            shutil.copytree(found, into, dirs_exist_ok=True, symlinks=True, ignore=ignored, copy_function=copy)
        else:
            into = into / found.name if target.endswith("/") else into
            into.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(found, into)


def _installed_here(python: str, lock: Path) -> None:
    """Install what a lock names as it is installed here, in the same versions: the tests need no network."""
    where = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    target = Path(subprocess.run(where, check=True, capture_output=True, text=True, timeout=60).stdout.strip())
    for line in lock.read_text("utf-8").splitlines():
        if not line[:1].isalnum():
            continue
        locked = Requirement(line.removesuffix(" \\"))
        if locked.marker is not None and not locked.marker.evaluate():
            continue
        found = distribution(locked.name)
        if not locked.specifier.contains(found.version, prereleases=True):
            raise ValueError(f"{locked} is locked for the image, and {found.version} is installed here")
        for file in found.files or ():
            # Its commands are left out: the image has none but the service's own.
            if ".." not in file.parts and file.suffix != ".pyc":
                (target / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(file.locate(), target / file)
                _copy_compiled(Path(file.locate()), target / file)


def _copy_compiled(source: Path, target: Path) -> None:
    """Bring along what was compiled here, as pip compiles what it installs."""
    compiled = Path(cache_from_source(str(source)))
    if compiled.exists():
        (target.parent / compiled.parent.name).mkdir(exist_ok=True)
        shutil.copy2(compiled, target.parent / compiled.parent.name / compiled.name)


def _with_uv(command: str) -> str:
    """Return the command with uv in the place of pip: it installs the same files, in a tenth of the time."""
    uv = Path(sys.executable).with_name("uv")
    alone = command.replace("-m venv ", "-m venv --without-pip ")
    return re.sub(
        r"(\S+) -m pip install --disable-pip-version-check", rf"{uv} pip install -q --offline --python \1", alone
    )


def _run(command: str, image: Image) -> None:
    programs = image.root / "programs"
    programs.mkdir(exist_ok=True)
    python = programs / "python"
    if not python.exists():
        python.symlink_to(os.path.realpath(sys.executable))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "MODELBOOK_"))}
    path = f"{programs}:{inherited['PATH']}"
    if locked := _LOCKED.search(image.inside(command)):
        _installed_here(locked[1], image.path(locked[2]))
        return
    subprocess.run(
        ["/bin/sh", "-e", "-c", _with_uv(image.inside(command))],
        cwd=image.path("."),
        env=inherited | {"PATH": path},
        check=True,
        timeout=_PATIENCE_SECONDS,
        stdout=subprocess.DEVNULL,
    )
