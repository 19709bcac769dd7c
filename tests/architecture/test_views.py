"""Every view is assembled, with all it needs, and all that is public of it is a route."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import MISSING, fields
from typing import Any

import pytest

from entrypoints.container import Container
from entrypoints.http import views
from tests.product_routes import product_routes

FACTORIES: dict[type, Any] = {factory.cls: factory for factory in Container.views.args}


def _written() -> Iterator[type]:
    for found in pkgutil.iter_modules(views.__path__, f"{views.__name__}."):
        module = importlib.import_module(found.name)
        for name, kind in inspect.getmembers(module, inspect.isclass):
            if name.endswith("Views") and kind.__module__ == module.__name__:
                yield kind


def test_every_view_is_in_the_container() -> None:
    assert set(_written()) == FACTORIES.keys()


@pytest.mark.parametrize("kind", FACTORIES)
def test_every_view_is_given_what_it_needs(kind: Any) -> None:  # noqa: ANN401 - whichever views they are
    known = {field.name for field in fields(kind)}
    needed = {field.name for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING}
    assert needed <= FACTORIES[kind].kwargs.keys() <= known


def test_every_public_method_of_a_view_is_a_route() -> None:
    public = {
        method.__qualname__
        for kind in FACTORIES
        for name, method in inspect.getmembers(kind, inspect.iscoroutinefunction)
        if not name.startswith("_")
    }
    assert public == {getattr(route.handler, "__qualname__", "") for route in product_routes()}
