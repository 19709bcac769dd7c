"""What the organization's providers offer, completed from what is known of it, beside what is registered."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from application.errors import CredentialUnreadable, ProviderNotFound
from application.policies.offers import offer_from
from application.policies.registered_differences import differences_from_registered
from application.ports.provider_gateway import UpstreamFailure
from application.queries.discovered_model import DiscoveredModel, discovered
from application.queries.snapshots import snapshot_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from application.errors import ApplicationError
    from application.ports.catalogue import Catalogue
    from application.ports.model_directory import ModelDirectory, RegisteredModel
    from application.ports.providers import Providers
    from application.queries.snapshots import Answered, SnapshotPorts
    from domain.provider.aggregate import Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderOffer:
    """What one provider offers, or why that is not known; `changes` is what a person should look at."""

    provider_id: UUID
    status: Literal["ok", "stale", "error"]
    fetched_at: datetime | None = None
    cached: bool = False
    models: Sequence[DiscoveredModel] = ()
    changes: Mapping[str, Any] = field(default_factory=dict)
    failure: ApplicationError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveryPorts:
    """What discovery works with."""

    providers: Providers
    directory: ModelDirectory
    catalogue: Catalogue
    snapshots: SnapshotPorts


async def discover_models_of(provider_id: UUID, *, ports: DiscoveryPorts, refresh: bool = False) -> ProviderOffer:
    """Return what a provider offers, every page of it. Viewers and up.

    Raises:
        ProviderNotFound: the organization has no such provider.
        UpstreamFailure, CredentialUnreadable: it could not be asked, and has never answered as it is now.
    """
    provider = await ports.providers.get(provider_id)
    answered = await snapshot_of(provider, ports=ports.snapshots, refresh=refresh)
    registered = await ports.directory.registered_from(provider_id)
    return _offer(provider, answered, registered, ports.catalogue)


async def discover_models(*, ports: DiscoveryPorts, refresh: bool = False) -> Sequence[ProviderOffer]:
    """Return what every enabled provider offers. Viewers and up; all are asked at once, and none fails the others."""
    provider_ids = await ports.directory.enabled_providers()
    offers = await asyncio.gather(*(_offer_or_failure(provider_id, ports, refresh) for provider_id in provider_ids))
    return [offer for offer in offers if offer is not None]


async def _offer_or_failure(provider_id: UUID, ports: DiscoveryPorts, refresh: bool) -> ProviderOffer | None:  # noqa: FBT001
    try:
        return await discover_models_of(provider_id, ports=ports, refresh=refresh)
    except (UpstreamFailure, CredentialUnreadable) as failure:
        return ProviderOffer(provider_id=provider_id, status="error", failure=failure)
    except ProviderNotFound:
        return None  # It was removed between the two reads.


def _offer(
    provider: Provider, answered: Answered, registered: Sequence[RegisteredModel], catalogue: Catalogue
) -> ProviderOffer:
    registered_ids = {model.model_id: model.id for model in registered}
    snapshot = answered.snapshot
    models = []
    for model_id, offer in snapshot.offered.items():
        known = catalogue.look_up(provider.provider_type, model_id, endpoint=provider.endpoint)
        models.append(discovered(provider.id, offer_from(offer), known, registered_ids.get(model_id)))
    return ProviderOffer(
        provider_id=provider.id,
        status=answered.status,
        fetched_at=datetime.fromisoformat(snapshot.fetched_at),
        cached=answered.cached,
        models=models,
        changes=_changes(answered, registered, models),
        failure=answered.failure,
    )


def _changes(
    answered: Answered, registered: Sequence[RegisteredModel], models: Sequence[DiscoveredModel]
) -> Mapping[str, Any]:
    """Return the changes against the snapshot before, and what is registered but gone or described otherwise."""
    ids = {model.model_id: model.id for model in registered}
    missing = [
        {"modelId": model_id, "since": since, "registeredModelId": ids.get(model_id)}
        for model_id, since in answered.snapshot.missing.items()
    ]
    unseen = (
        {model.model_id for model in registered} - answered.snapshot.offered.keys() - answered.snapshot.missing.keys()
    )
    missing += [{"modelId": model_id, "since": None, "registeredModelId": ids[model_id]} for model_id in sorted(unseen)]
    against: dict[str, Any] = {"since": None, "added": [], "returned": [], "changed": [], "priceMoved": []}
    return (
        against
        | dict(answered.snapshot.changes)
        | {"missing": missing, "registered": differences_from_registered(registered, models)}
    )
