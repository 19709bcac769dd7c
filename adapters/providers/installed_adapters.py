"""Loads adapters of other packages by the entry-point group `modelbook.providers`."""

import re
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from adapters.providers.plugin_guard import AdapterUnusable, GuardedAdapter, catch_plugin_errors
from application.ports.provider_adapter import ProviderAdapter
from application.ports.provider_gateway import ProviderType

GROUP: Final = "modelbook.providers"
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,49}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenAdapter:
    """An installed adapter that cannot be used, and why, in a sentence for the operator."""

    name: str
    origin: str
    reason: str


def installed_adapters(taken: Container[str]) -> tuple[list[GuardedAdapter], list[BrokenAdapter]]:
    """Return the usable adapters and the broken ones; a name that is taken already is not given away again."""
    return _loaded(_entry_points(), taken)


@cache
def _entry_points() -> tuple[EntryPoint, ...]:
    """Return those of this process's packages: looking through all of them takes some milliseconds."""
    return tuple(sorted(entry_points(group=GROUP), key=_order))


def _loaded(points: Iterable[EntryPoint], taken: Container[str]) -> tuple[list[GuardedAdapter], list[BrokenAdapter]]:
    adapters: dict[str, GuardedAdapter] = {}
    broken: list[BrokenAdapter] = []
    for point in points:
        with catch_plugin_errors() as caught:
            if point.name in taken or point.name in adapters:
                raise AdapterUnusable("there is a provider type of this name already")
            adapters[point.name] = GuardedAdapter(_adapter_of(point))
        if caught.error is not None:
            reason = f"{type(caught.error).__name__}: {caught.error}"
            broken.append(BrokenAdapter(name=point.name, origin=_origin(point), reason=reason))
    return list(adapters.values()), broken


def _adapter_of(point: EntryPoint) -> ProviderAdapter:
    loaded: object = point.load()
    make: Callable[[], object] | None = loaded if callable(loaded) else None
    adapter = make() if make else loaded
    if not isinstance(adapter, ProviderAdapter) or not isinstance(adapter.type, ProviderType):
        raise AdapterUnusable("it lacks one of type, probe and list_models of ProviderAdapter")
    if adapter.type.name != point.name or not _NAME.fullmatch(point.name):
        raise AdapterUnusable(f"its type must be named {point.name!r} like its entry point, in small letters")
    return adapter


def _origin(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist else point.value


def _order(point: EntryPoint) -> tuple[str, str]:
    return point.name, _origin(point)
