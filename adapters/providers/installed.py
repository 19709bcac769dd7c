"""Adapters that other packages bring, found by the entry-point group `model_ledger.providers`."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from importlib.metadata import entry_points
from traceback import extract_tb
from typing import TYPE_CHECKING, Final, Self

from application.ports.outbound import OutboundFailure
from application.ports.provider_adapter import Finding, ProviderAdapter
from application.ports.provider_gateway import OfferedModel, ProviderType, UpstreamFailure

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Sequence
    from importlib.metadata import EntryPoint
    from types import TracebackType

    from application.ports.outbound import Outbound
    from application.ports.provider_gateway import ProviderConnection

_log = logging.getLogger(__name__)

GROUP: Final = "model_ledger.providers"
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,49}")


class AdapterUnusable(ValueError):
    """What the entry point leads to is no adapter of that name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenAdapter:
    """An installed adapter that cannot be used, and why, in a sentence for the operator."""

    name: str
    origin: str
    reason: str


class Contained:
    """Keeps an error of somebody else's code from spreading: the block ends, and `error` tells what it was.

    The one place that takes any `Exception`: the code inside is not ours, and one package that fails must not take the
    others down. Being cancelled is not an error, and passes, as does what `passing` names.
    """

    def __init__(self, passing: tuple[type[Exception], ...] = ()) -> None:
        self.error: Exception | None = None
        self._passing = passing

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        if isinstance(error, self._passing) or not isinstance(error, Exception):
            return False
        self.error = error
        return True


class InstalledAdapter:
    """An adapter of another package: a mistake in it is that provider's failure and nobody else's."""

    def __init__(self, adapter: ProviderAdapter) -> None:
        self.type: ProviderType = adapter.type
        self._adapter = adapter

    async def probe(self, connection: ProviderConnection, outbound: Outbound) -> Finding:
        contained = Contained(passing=_PASSING)
        with contained:
            finding: object = await self._adapter.probe(connection, outbound)
            if isinstance(finding, Finding):
                return finding
            raise AdapterUnusable("its probe returned something other than a Finding")
        raise self._failure(contained)

    async def list_models(self, connection: ProviderConnection, outbound: Outbound) -> Sequence[OfferedModel]:
        contained = Contained(passing=_PASSING)
        with contained:
            models = list(await self._adapter.list_models(connection, outbound))
            if all(isinstance(model, OfferedModel) for model in models):
                return models
            raise AdapterUnusable("its list has something other than an OfferedModel")
        raise self._failure(contained)

    def _failure(self, contained: Contained) -> UpstreamFailure:
        """Log where the mistake is, without its text, which may hold anything, and return it as the provider's."""
        name = type(contained.error).__name__
        where = extract_tb(contained.error.__traceback__)[-1] if contained.error else None
        _log.error("The adapter of the provider type %r raised %s in %s", self.type.name, name, where)
        return UpstreamFailure(
            "provider_error",
            f"The adapter for {self.type.label} failed ({name}).",
            hint="This is a mistake in the package that brings the adapter; tell its authors.",
        )


_PASSING: Final = (OutboundFailure, UpstreamFailure, TimeoutError)


def installed_adapters(taken: Container[str]) -> tuple[list[ProviderAdapter], list[BrokenAdapter]]:
    """Return the usable adapters and the broken ones; a name that is taken already is not given away again."""
    return _loaded(sorted(entry_points(group=GROUP), key=_order), taken)


def _loaded(points: Iterable[EntryPoint], taken: Container[str]) -> tuple[list[ProviderAdapter], list[BrokenAdapter]]:
    adapters: dict[str, ProviderAdapter] = {}
    broken: list[BrokenAdapter] = []
    for point in points:
        contained = Contained()
        with contained:
            if point.name in taken or point.name in adapters:
                raise AdapterUnusable("there is a provider type of this name already")
            adapters[point.name] = InstalledAdapter(_adapter_of(point))
        if contained.error is not None:
            reason = f"{type(contained.error).__name__}: {contained.error}"
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
