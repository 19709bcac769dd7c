"""The routes of the console."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from entrypoints.http.static_files import page_routes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrypoints.http.routes import Route


@cache
def console_routes() -> Sequence[Route]:
    """Return the routes of the console: its page is `/`, its files are under `/console/`."""
    return page_routes(files("entrypoints.console").joinpath("page"), index="/", prefix="/console")
