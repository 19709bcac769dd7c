"""The routes of the product without anything behind them: enough to document them, and to walk the router."""

import json
from collections.abc import Callable
from dataclasses import fields
from functools import cache
from typing import Any

from entrypoints.container import Container
from entrypoints.http.documentation.openapi import openapi_document
from entrypoints.http.routes import Route, routes_of


def product_routes() -> list[Route]:
    """Every route of the API."""
    return routes_of(*(_empty(view.cls) for view in Container.views.args))


def product_document() -> dict[str, Any]:
    """The OpenAPI document of version 1.2.3, as it comes over the network; the caller may change it."""
    return json.loads(_document())  # type: ignore[no-any-return]


@cache
def _document() -> str:
    return json.dumps(openapi_document(product_routes(), version="1.2.3"))


def _empty(kind: Callable[..., Any]) -> Any:  # noqa: ANN401 - whichever views they are
    return kind(**dict.fromkeys(field.name for field in fields(kind)))  # type: ignore[arg-type]
