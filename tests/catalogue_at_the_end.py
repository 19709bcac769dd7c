"""The catalogue as it is once all that it announces has come, for tests that must not depend on the day."""

from contextlib import AbstractContextManager
from dataclasses import replace

from dependency_injector import providers

from adapters.catalogue.packaged_catalogue import PackagedCatalogue
from application.ports.catalogue import KnownModel
from domain.model.values import RETIRED
from entrypoints.container import Container


class _CatalogueAtTheEnd(PackagedCatalogue):
    """What is announced to retire has retired; prices are those of today."""

    def look_up(self, provider_type: str, model_id: str, *, endpoint: str | None = None) -> KnownModel:
        known = super().look_up(provider_type, model_id, endpoint=endpoint)
        return known if known.retired_on is None else replace(known, lifecycle=RETIRED)


def catalogue_at_the_end() -> AbstractContextManager[object]:
    """Give it to the services that are opened in this process while the block lasts."""
    overriding: AbstractContextManager[object] = Container.catalogue.override(providers.Singleton(_CatalogueAtTheEnd))
    return overriding
