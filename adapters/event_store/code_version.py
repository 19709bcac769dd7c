"""Which version of the code makes states of events."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Final

_PACKAGES: Final = ("domain", "application.projections")


@cache
def code_version() -> str:
    """Return a mark of the aggregates, the projections and the event library: other code may make other states."""
    digest = sha256(version("eventsourcing").encode())
    for package in _PACKAGES:
        [folder] = import_module(package).__path__
        for path in sorted(Path(folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()
