"""What the organization's providers offer, completed from what is known of it, beside what is registered."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal
from uuid import UUID

from application.discovery.discovered_catalogue import (
    CompletedOffer,
    DescribedSnapshot,
    DiscoveredCatalogueCache,
    completed,
    described,
)
from application.discovery.model_list_snapshots import ModelListState, Snapshots
from application.discovery.model_lists import LIST_SECONDS, ModelListAnswer, ModelLists
from application.discovery.offer_changes import Snapshot
from application.errors import ApplicationError, CredentialUnreadable, ProviderNotFound
from application.ports.catalogue import Catalogue
from application.ports.clock import Clock
from application.ports.provider_gateway import UpstreamFailure
from application.ports.registered_models import RegisteredModels
from application.run_in_thread import run_in_thread_if_large

PATIENCE_SECONDS: Final = 5.0
"""How long one provider may hold up the answer of all of them, or the answer it gave before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderOffer:
    """What one provider offers; a failure may accompany an older answer."""

    provider_id: UUID
    status: Literal["ok", "stale"]
    cached: bool
    offer: CompletedOffer
    failure: ApplicationError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoOffer:
    """A provider that could not be queried and has never answered as it is configured now."""

    provider_id: UUID
    failure: ApplicationError


class Discovery:
    """Returns what providers offer, beside what is registered of it; remembers what was calculated last."""

    def __init__(
        self,
        *,
        lists: ModelLists,
        snapshots: Snapshots,
        directory: RegisteredModels,
        catalogue: Catalogue,
        clock: Clock,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._lists = lists
        self._snapshots = snapshots
        self._directory = directory
        self._catalogue = catalogue
        self._clock = clock
        self._patience = patience
        self._remembered = DiscoveredCatalogueCache()

    async def models_of(self, provider_id: UUID, *, refresh: bool = False) -> ProviderOffer:
        """Return what a provider offers, every page of it. Viewers and up.

        Where an older answer can be shown instead, a new one is waited for some seconds only.

        Raises:
            ProviderNotFound: the organization has no such provider.
            UpstreamFailure, CredentialUnreadable: it could not be queried, and has never answered as it is configured
            now.
        """
        states = await self._snapshots.state(provider_id)
        if not states.providers:
            raise ProviderNotFound
        [state] = states.providers
        patience = LIST_SECONDS if refresh or state.usable is None else self._patience
        return await self._offer(state, states.org_sequence, refresh=refresh, patience=patience)

    async def all_models(self, *, refresh: bool = False) -> Sequence[ProviderOffer | NoOffer]:
        """Return what every enabled provider offers. Viewers and up; queried concurrently, and none fails the others.

        One that takes longer than some seconds is shown as it answered before, or as one that has not answered yet; the
        query continues, and the next request finds its answer.
        """
        states = await self._snapshots.states()
        asked = (self._offer_or_failure(each, states.org_sequence, refresh=refresh) for each in states.providers)
        offers = await asyncio.gather(*asked)
        return [offer for offer in offers if offer is not None]

    async def _offer_or_failure(
        self, state: ModelListState, org_sequence: int, *, refresh: bool
    ) -> ProviderOffer | NoOffer | None:
        try:
            return await self._offer(state, org_sequence, refresh=refresh, patience=self._patience)
        except (UpstreamFailure, CredentialUnreadable) as failure:
            return NoOffer(provider_id=state.provider_id, failure=failure)
        except ProviderNotFound:
            return None  # It was removed between the two reads.

    async def _offer(
        self, state: ModelListState, org_sequence: int, *, refresh: bool, patience: float
    ) -> ProviderOffer:
        answered = await self._lists.newest(state, refresh=refresh, patience=patience)
        return ProviderOffer(
            provider_id=state.provider_id,
            status=answered.status,
            cached=answered.snapshot is None,
            offer=await self._completed(state, org_sequence, answered),
            failure=answered.failure,
        )

    async def _completed(self, state: ModelListState, org_sequence: int, answered: ModelListAnswer) -> CompletedOffer:
        """Return the models of the answer; calculated again only for a new answer, or when the organization changed."""
        day = self._clock.now().date()
        offered = await self._described(state, answered.snapshot, day)
        if offered.offer is None or offered.org_sequence != org_sequence:
            registered = await self._directory.registered_from(state.provider_id)
            offered.offer = await run_in_thread_if_large(
                offered.models, lambda: completed(state, offered, registered, self._catalogue, day)
            )
            offered.org_sequence = org_sequence
        return offered.offer

    async def _described(self, state: ModelListState, snapshot: Snapshot | None, day: date) -> DescribedSnapshot:
        if snapshot is None and state.usable is not None:
            known = self._remembered.find(state, state.usable.fetched_at.isoformat(), day)
            if known is not None:
                return known
            snapshot = await self._snapshots.load(state.provider_id)
        if snapshot is None:
            raise ProviderNotFound
        offered = snapshot
        made = await run_in_thread_if_large(offered.offered, lambda: described(state, offered, self._catalogue, day))
        self._remembered.keep(state, made, day)
        return made
