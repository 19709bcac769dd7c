"""The routes of the console."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from entrypoints.http.routes import Route
from entrypoints.http.static_files import page_routes


@cache
def console_routes() -> Sequence[Route]:
    """Return the routes of the console: its page is `/`, its files are under `/console/`."""
    return page_routes(files("entrypoints.console").joinpath("page"), index="/", prefix="/console")
