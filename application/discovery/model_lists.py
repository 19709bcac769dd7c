"""Each provider's model list: the cached one while it is fresh, else fetched, by one process at a time."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID, uuid4

from application.bounds.organization_quotas import OrganizationQuotas
from application.caller import current_caller
from application.discovery.kept_documents import failure_document, failure_from, offer_document, quiet_seconds
from application.discovery.model_list_snapshots import ModelListState, Snapshots
from application.discovery.offer_changes import Snapshot, next_snapshot
from application.discovery.single_flight import SingleFlight
from application.end_tasks import end_tasks
from application.errors import ApplicationError, CredentialUnreadable, ProviderNotFound
from application.health.check_provider import connection_of
from application.ports.provider_gateway import (
    CallOutcome,
    OfferedModel,
    ProviderConnection,
    ProviderGateway,
    UpstreamFailure,
)
from application.ports.repositories import Providers
from application.ports.vault import Vault
from application.run_in_thread import run_in_thread_if_large

LIST_SECONDS: Final = 20.0
"""A provider with a thousand models on a bad day; whoever waits longer gets the answer before."""

LEASE_SECONDS: Final = 3.0
"""How long others wait for a process that died while it was asking; one that lives renews its lease in time."""

_POLL_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelListAnswer:
    """How a provider has answered: just now, with this snapshot; or before, with the one that is held."""

    status: Literal["ok", "stale"]
    snapshot: Snapshot | None = None
    failure: ApplicationError | None = None


class ModelLists:
    """Returns the model lists of providers; `time_to_live` and `lease` are in seconds.

    A list is fetched by one process at a time, and once for all who wait for it in this one.
    """

    def __init__(
        self,
        *,
        providers: Providers,
        vault: Vault,
        gateway: ProviderGateway,
        snapshots: Snapshots,
        quotas: OrganizationQuotas,
        time_to_live: float,
        lease: float = LEASE_SECONDS,
    ) -> None:
        self._providers = providers
        self._vault = vault
        self._gateway = gateway
        self._snapshots = snapshots
        self._quotas = quotas
        self._time_to_live = time_to_live
        self._lease = lease
        self._flights: SingleFlight[Snapshot] = SingleFlight()

    async def close(self) -> None:
        """Break off what is being fetched."""
        await self._flights.close()

    async def newest(self, state: ModelListState, *, refresh: bool, patience: float) -> ModelListAnswer:
        """Return the newest complete answer of the provider, waiting for one at most `patience` seconds.

        The query continues when nobody waits any more. Shortly after a failure there is none, unless a refresh is
        wanted.

        Raises:
            UpstreamFailure, CredentialUnreadable: it could not be queried, and has never answered as it is configured.
            ProviderNotFound: it was removed meanwhile.
        """
        usable = state.usable
        if usable is not None and not refresh and usable.age < self._time_to_live:
            return ModelListAnswer(status="ok")
        try:
            if state.refused is not None and not refresh:
                raise failure_from(state.refused.failure)
            return ModelListAnswer(status="ok", snapshot=await self._within(patience, state))
        except (UpstreamFailure, CredentialUnreadable) as failure:
            if usable is None:
                raise
            return ModelListAnswer(status="stale", failure=failure)

    async def _within(self, patience: float, state: ModelListState) -> Snapshot:
        key = (current_caller().organization_id, state.provider_id, state.basis)
        # A provider that kept somebody waiting already does not keep the next one waiting as long again.
        waiting = max(0.0, patience - self._flights.seconds_under_way(key))
        try:
            async with asyncio.timeout(waiting):
                return await self._flights.do(key, lambda: self._fetch_once(state))
        except TimeoutError:
            raise UpstreamFailure(
                CallOutcome(
                    "timeout",
                    f"The provider has not answered within {patience:g} seconds.",
                    hint="The request is still under way: try again shortly.",
                    is_retryable=True,
                )
            ) from None

    async def _fetch_once(self, state: ModelListState) -> Snapshot:
        """Return the provider's complete model list, fetched here or by the process that already fetches it."""
        holder = uuid4()
        try:
            while True:
                moment = await self._snapshots.lease(state.provider_id, holder, self._lease)
                # Also with the lease in hand: another process may have finished just before.
                news = await self._news(state)
                if isinstance(news, Snapshot):
                    return news
                state = news
                if moment is not None:
                    async with self._renewed(state, holder):
                        return await self._fetch(state, holder, moment.isoformat())
                await asyncio.sleep(_POLL_SECONDS)
        finally:
            await self._snapshots.release(state.provider_id, holder)

    async def _news(self, since: ModelListState) -> Snapshot | ModelListState:
        """Return a snapshot that is newer than what was known, or else the provider's state.

        Raises:
            UpstreamFailure: another process has queried it since then, in vain.
            ProviderNotFound: it was removed.
        """
        now = next(iter((await self._snapshots.state(since.provider_id)).providers), None)
        if now is None:
            raise ProviderNotFound
        if now.basis != since.basis:
            return now
        if now.usable is not None and (since.held is None or now.usable.fetched_at > since.held.fetched_at):
            return await self._snapshots.load(now.provider_id) or since
        failed = now.refused
        if failed is not None and (since.failed is None or failed.failed_at > since.failed.failed_at):
            raise failure_from(failed.failure)
        return since

    async def _fetch(self, state: ModelListState, holder: UUID, moment: str) -> Snapshot:
        provider = await self._providers.get(state.provider_id)
        connection = await connection_of(provider, self._vault, self._gateway)
        try:
            offers = await self._listed(connection)
            previous = await self._snapshots.load(provider.id)
            _check(offers, previous, provider.endpoint)
        except UpstreamFailure as error:
            document, quiet = failure_document(error.failure), quiet_seconds(error.failure)
            await self._snapshots.fail(provider.id, holder, basis=state.basis, failure=document, quiet_seconds=quiet)
            raise

        def compared() -> Snapshot:
            documents = [offer_document(offer) for offer in offers]
            return next_snapshot(previous, documents, endpoint=provider.endpoint, basis=state.basis, fetched_at=moment)

        snapshot = await run_in_thread_if_large(offers, compared)
        await self._snapshots.keep(provider.id, snapshot)
        return snapshot

    async def _listed(self, connection: ProviderConnection) -> Sequence[OfferedModel]:
        try:
            async with asyncio.timeout(LIST_SECONDS):
                offers = await self._gateway.list_models(connection)
        except TimeoutError:
            raise UpstreamFailure(
                CallOutcome("timeout", "The provider did not give its whole list of models in time.", is_retryable=True)
            ) from None
        most = (await self._quotas.of(current_caller().organization_id))["offers"]
        if most and len(offers) > most:
            raise UpstreamFailure(
                CallOutcome(
                    "unexpected_body",
                    f"The provider lists {len(offers):,} models, and at most {most:,} of one provider are taken.",
                    hint="Register the models that you need by their ids, or ask a platform administrator for more.",
                )
            )
        return offers

    @asynccontextmanager
    async def _renewed(self, state: ModelListState, holder: UUID) -> AsyncIterator[None]:
        """Keep the lease as long as the block lasts and the provider is the one that is queried.

        When it is connected otherwise, the answer will not be kept: whoever asks it as it is now does not wait for it.
        """

        async def renew() -> None:
            while True:
                await asyncio.sleep(self._lease / 3)
                try:
                    if not await self._is_as_it_was(state):
                        return
                    await self._snapshots.lease(state.provider_id, holder, self._lease)
                except ApplicationError:
                    # The database is away for a moment: another process may query as well, which does no harm.
                    continue

        renewal = asyncio.create_task(renew())
        try:
            yield
        finally:
            await end_tasks(renewal)

    async def _is_as_it_was(self, state: ModelListState) -> bool:
        return any(now.basis == state.basis for now in (await self._snapshots.state(state.provider_id)).providers)


def _check(offers: Sequence[OfferedModel], previous: Snapshot | None, endpoint: str) -> None:
    if not offers and previous is not None and previous.endpoint == endpoint and previous.offered:
        raise UpstreamFailure(
            CallOutcome("unexpected_body", "The provider answered with no models at all, and it had some.")
        )
