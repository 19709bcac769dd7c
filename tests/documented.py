"""The routes of the product without anything behind them: enough to document them, and to walk the router."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from entrypoints.http import views
from entrypoints.http.routes import routes_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from entrypoints.http.routes import Route


def product_routes() -> list[Route]:
    """Every route of the API."""
    modules = [
        importlib.import_module(found.name) for found in pkgutil.iter_modules(views.__path__, f"{views.__name__}.")
    ]
    classes = [kind for module in modules for name, kind in vars(module).items() if name.endswith("Views")]
    return routes_of(*map(_empty, classes))


def _empty(kind: Callable[..., Any]) -> Any:  # noqa: ANN401 - whichever views they are
    return kind(**dict.fromkeys(field.name for field in fields(kind)))  # type: ignore[arg-type]
