"""Every part of every container is given what it takes: else a command would fail only when somebody runs it."""

import inspect
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from typing import Any

import pytest
from dependency_injector import containers, providers

from tests.architecture.sources import ROOT

CONTAINERS = [
    member
    for path in sorted((ROOT / "entrypoints").rglob("container.py"))
    for module in [import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))]
    for member in vars(module).values()
    if isinstance(member, type)
    and issubclass(member, containers.DeclarativeContainer)
    and member.__module__ == module.__name__
]


def _built(container: type[containers.DeclarativeContainer]) -> Iterator[tuple[str, Any]]:
    """Yield what calls something, by the name of what it calls; parts of parts as well."""
    # The library's own types of this function cannot be met.
    traverse: Any = container.traverse
    kinds = (providers.Factory, providers.Singleton, providers.Callable, providers.Resource)
    for part in traverse(kinds):
        yield f"{part.provides.__module__}.{part.provides.__qualname__}", part


def _misfit(part: Any) -> str | None:  # noqa: ANN401 - one of the library's kinds, which have no common type
    target, args = part.provides, list(part.args)
    if target is partial:
        target, *args = args
        target = target.provides if isinstance(target, providers.Object) else target
    try:
        signature = inspect.signature(target)
    except ValueError:
        # Written in C.
        return None
    bind = signature.bind_partial if part.provides is partial else signature.bind
    try:
        bind(*args, **part.kwargs)
    except TypeError as error:
        return str(error)
    return None


@pytest.mark.parametrize("container", CONTAINERS, ids=lambda container: container.__module__)
def test_every_part_is_given_what_it_takes(container: type[containers.DeclarativeContainer]) -> None:
    parts = list(_built(container))
    assert parts
    assert {name: misfit for name, part in parts if (misfit := _misfit(part))} == {}


def test_a_part_that_is_given_what_it_does_not_take_is_found() -> None:
    class Wrong(containers.DeclarativeContainer):
        pool = providers.Factory(dict.fromkeys, [1], size=2)
        pages = providers.Factory(_misfit, size=2)

    assert [_misfit(part) for _, part in _built(Wrong)].count(None) == 0
