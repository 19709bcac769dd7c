"""What the organization's providers offer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from application.commands.check_provider import connection_of
from application.errors import ApplicationError, CredentialUnreadable
from application.ports.provider_gateway import UpstreamFailure
from application.queries.discovered_model import DiscoveredModel, discovered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from application.ports.catalogue import Catalogue
    from application.ports.clock import Clock
    from application.ports.model_directory import ModelDirectory
    from application.ports.provider_gateway import OfferedModel, ProviderGateway
    from application.ports.providers import Providers
    from application.ports.vault import Vault
    from domain.provider.aggregate import Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderOffer:
    """What one provider answered: models, or why there are none."""

    provider_id: UUID
    status: Literal["ok", "stale", "error"]
    fetched_at: datetime | None
    cached: bool
    models: Sequence[DiscoveredModel]
    failure: ApplicationError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveryPorts:
    """What discovery works with."""

    providers: Providers
    vault: Vault
    gateway: ProviderGateway
    directory: ModelDirectory
    catalogue: Catalogue
    clock: Clock


async def discover_models_of(provider_id: UUID, *, ports: DiscoveryPorts) -> ProviderOffer:
    """Return what a provider offers, every page of it. Viewers and up.

    Raises:
        ProviderNotFound: the organization has no such provider.
        UpstreamFailure, CredentialUnreadable: it could not be asked.
    """
    provider = await ports.providers.get(provider_id)
    offered = await ports.gateway.list_models(await connection_of(provider, ports.vault))
    registered = {entry.model_id: entry.id for entry in await ports.directory.models_of(provider_id)}
    return ProviderOffer(
        provider_id=provider_id,
        status="ok",
        fetched_at=ports.clock.now(),
        cached=False,
        models=[_completed(provider, model, registered, ports.catalogue) for model in offered],
    )


async def discover_models(*, ports: DiscoveryPorts) -> Sequence[ProviderOffer]:
    """Return what every enabled provider offers. Viewers and up; all are asked at once, and none fails the others."""
    provider_ids = await ports.directory.enabled_providers()
    return await asyncio.gather(*(_offer_or_failure(provider_id, ports) for provider_id in provider_ids))


async def _offer_or_failure(provider_id: UUID, ports: DiscoveryPorts) -> ProviderOffer:
    try:
        return await discover_models_of(provider_id, ports=ports)
    except (UpstreamFailure, CredentialUnreadable) as failure:
        return ProviderOffer(
            provider_id=provider_id, status="error", fetched_at=None, cached=False, models=(), failure=failure
        )


def _completed(
    provider: Provider, offered: OfferedModel, registered: Mapping[str, UUID], catalogue: Catalogue
) -> DiscoveredModel:
    known = catalogue.look_up(provider.provider_type, offered.model_id, endpoint=provider.endpoint)
    return discovered(provider.id, offered, known, registered.get(offered.model_id))
