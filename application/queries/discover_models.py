"""What the organization's providers offer, completed from what is known of it, beside what is registered."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from application.errors import CredentialUnreadable, ProviderNotFound
from application.ports.provider_gateway import UpstreamFailure
from application.queries.cached_model_list import answer_of
from application.queries.discovered_catalogue import DiscoveredCatalogueCache, completed, described
from application.queries.fetch_model_list import LIST_SECONDS
from application.queries.run_in_thread import run_in_thread_if_large

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from application.errors import ApplicationError
    from application.policies.offer_changes import Snapshot
    from application.ports.catalogue import Catalogue
    from application.ports.clock import Clock
    from application.ports.model_list_snapshots import Standing
    from application.ports.registered_models import RegisteredModels
    from application.queries.cached_model_list import Answered
    from application.queries.discovered_catalogue import CompletedOffer, Described
    from application.queries.fetch_model_list import SnapshotPorts

PATIENCE_SECONDS: Final = 5.0
"""How long one provider may hold up the answer of all of them, or the answer it gave before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderOffer:
    """What one provider offers; a failure stands beside an older answer."""

    provider_id: UUID
    status: Literal["ok", "stale"]
    cached: bool
    offer: CompletedOffer
    failure: ApplicationError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoOffer:
    """A provider that could not be asked and has never answered as it is now."""

    provider_id: UUID
    failure: ApplicationError


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveryPorts:
    """What discovery works with."""

    directory: RegisteredModels
    catalogue: Catalogue
    asking: SnapshotPorts
    clock: Clock
    remembered: DiscoveredCatalogueCache = field(default_factory=DiscoveredCatalogueCache)
    patience: float = PATIENCE_SECONDS


async def discover_models_of(provider_id: UUID, *, ports: DiscoveryPorts, refresh: bool = False) -> ProviderOffer:
    """Return what a provider offers, every page of it. Viewers and up.

    Where an older answer can be shown instead, a new one is waited for some seconds only.

    Raises:
        ProviderNotFound: the organization has no such provider.
        UpstreamFailure, CredentialUnreadable: it could not be asked, and has never answered as it is now.
    """
    standings = await ports.asking.snapshots.standing(provider_id)
    if not standings.providers:
        raise ProviderNotFound
    [standing] = standings.providers
    patience = LIST_SECONDS if refresh or standing.usable is None else ports.patience
    return await _offer(standing, standings.org_sequence, ports, refresh=refresh, patience=patience)


async def discover_models(*, ports: DiscoveryPorts, refresh: bool = False) -> Sequence[ProviderOffer | NoOffer]:
    """Return what every enabled provider offers. Viewers and up; all are asked at once, and none fails the others.

    One that takes longer than some seconds is shown as it answered before, or as one that has not answered yet; it is
    asked on, and the next look finds what it said.
    """
    standings = await ports.asking.snapshots.standings()
    asked = (_offer_or_failure(each, standings.org_sequence, ports, refresh=refresh) for each in standings.providers)
    offers = await asyncio.gather(*asked)
    return [offer for offer in offers if offer is not None]


async def _offer_or_failure(
    standing: Standing, org_sequence: int, ports: DiscoveryPorts, *, refresh: bool
) -> ProviderOffer | NoOffer | None:
    try:
        return await _offer(standing, org_sequence, ports, refresh=refresh, patience=ports.patience)
    except (UpstreamFailure, CredentialUnreadable) as failure:
        return NoOffer(provider_id=standing.provider_id, failure=failure)
    except ProviderNotFound:
        return None  # It was removed between the two reads.


async def _offer(
    standing: Standing, org_sequence: int, ports: DiscoveryPorts, *, refresh: bool, patience: float
) -> ProviderOffer:
    answered = await answer_of(standing, ports=ports.asking, refresh=refresh, patience=patience)
    return ProviderOffer(
        provider_id=standing.provider_id,
        status=answered.status,
        cached=answered.snapshot is None,
        offer=await _completed(standing, org_sequence, answered, ports),
        failure=answered.failure,
    )


async def _completed(
    standing: Standing, org_sequence: int, answered: Answered, ports: DiscoveryPorts
) -> CompletedOffer:
    """Return the models of the answer; worked out anew only for a new answer or after a change in the organization."""
    day = ports.clock.now().date()
    offered = await _described(standing, answered.snapshot, day, ports)
    if offered.offer is None or offered.org_sequence != org_sequence:
        registered = await ports.directory.registered_from(standing.provider_id)
        offered.offer = await run_in_thread_if_large(
            offered.models, lambda: completed(standing, offered, registered, ports.catalogue, day)
        )
        offered.org_sequence = org_sequence
    return offered.offer


async def _described(standing: Standing, snapshot: Snapshot | None, day: date, ports: DiscoveryPorts) -> Described:
    if snapshot is None and standing.usable is not None:
        known = ports.remembered.find(standing, standing.usable.fetched_at.isoformat(), day)
        if known is not None:
            return known
        snapshot = await ports.asking.snapshots.load(standing.provider_id)
    if snapshot is None:
        raise ProviderNotFound
    offered = snapshot
    made = await run_in_thread_if_large(offered.offered, lambda: described(standing, offered, ports.catalogue, day))
    ports.remembered.keep(standing, made, day)
    return made
