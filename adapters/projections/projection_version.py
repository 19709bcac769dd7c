"""The version of the projections in this code."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Final

# What decides which rows an event makes: the projections, and what raises old events to today's.
_PACKAGES: Final = ("application.projections", "domain")


@cache
def projection_version() -> str:
    """Return a fingerprint of the projections. Rows that another version has verified are compared again."""
    digest = sha256()
    for package in _PACKAGES:
        [folder] = import_module(package).__path__
        for path in sorted(Path(folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()
