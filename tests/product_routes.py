"""The routes of the product without anything behind them: enough to document them, and to walk the router."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from entrypoints.container import Container
from entrypoints.http.routes import routes_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from entrypoints.http.routes import Route


def product_routes() -> list[Route]:
    """Every route of the API."""
    return routes_of(*(_empty(view.cls) for view in Container.views.args))


def _empty(kind: Callable[..., Any]) -> Any:  # noqa: ANN401 - whichever views they are
    return kind(**dict.fromkeys(field.name for field in fields(kind)))  # type: ignore[arg-type]
