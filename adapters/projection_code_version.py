"""The version of the code that derives states and rows from events."""

from functools import cache
from hashlib import sha256
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Final

_PACKAGES: Final = ("domain", "application.projections")


@cache
def code_version() -> str:
    """Return a fingerprint of the aggregates, projections and event library. Other code may derive something else."""
    digest = sha256(version("eventsourcing").encode())
    for package in _PACKAGES:
        [folder] = import_module(package).__path__
        for path in sorted(Path(folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()
