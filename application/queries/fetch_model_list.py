"""Fetches a provider's model list, one process at a time; the others wait for its result."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from application.commands.check_provider import connection_of
from application.errors import ApplicationError, ProviderNotFound
from application.policies.failure_documents import failure_document, failure_from, quiet_seconds
from application.policies.offer_changes import Snapshot, next_snapshot
from application.policies.offer_documents import offer_document
from application.policies.single_flight import SingleFlight
from application.ports.provider_gateway import CallOutcome, UpstreamFailure
from application.queries.run_in_thread import run_in_thread_if_large

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from uuid import UUID

    from application.ports.model_list_snapshots import Snapshots, Standing
    from application.ports.provider_gateway import OfferedModel, ProviderConnection, ProviderGateway
    from application.ports.provider_repository import Providers
    from application.ports.vault import Vault

LIST_SECONDS: Final = 20.0
"""A provider with a thousand models on a bad day; whoever waits longer gets the answer before."""

LEASE_SECONDS: Final = 3.0
"""How long others wait for a process that died while it was asking; one that lives renews its lease in time."""

_POLL_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotPorts:
    """What asking a provider works with; `time_to_live` and `lease` are in seconds."""

    providers: Providers
    vault: Vault
    gateway: ProviderGateway
    snapshots: Snapshots
    time_to_live: float
    lease: float = LEASE_SECONDS
    flights: SingleFlight[Snapshot] = field(default_factory=SingleFlight)


async def fetch_once(standing: Standing, ports: SnapshotPorts) -> Snapshot:
    """Return the provider's complete model list, fetched here or by the process that already fetches it.

    Raises:
        UpstreamFailure, CredentialUnreadable: it could not be asked.
        ProviderNotFound: it was removed meanwhile.
    """
    holder = uuid4()
    try:
        while True:
            moment = await ports.snapshots.lease(standing.provider_id, holder, ports.lease)
            # Also with the lease in hand: another process may have finished just before.
            news = await _news(standing, ports.snapshots)
            if isinstance(news, Snapshot):
                return news
            standing = news
            if moment is not None:
                async with _renewed(standing, holder, ports):
                    return await _asked(standing, holder, moment.isoformat(), ports)
            await asyncio.sleep(_POLL_SECONDS)
    finally:
        await ports.snapshots.release(standing.provider_id, holder)


async def _news(since: Standing, snapshots: Snapshots) -> Snapshot | Standing:
    """Return a snapshot that is newer than what was known, or else where the provider stands.

    Raises:
        UpstreamFailure: another process has asked since then, in vain.
        ProviderNotFound: it was removed.
    """
    now = next(iter((await snapshots.standing(since.provider_id)).providers), None)
    if now is None:
        raise ProviderNotFound
    if now.basis != since.basis:
        return now
    if now.usable is not None and (since.held is None or now.usable.fetched_at > since.held.fetched_at):
        return await snapshots.load(now.provider_id) or since
    failed = now.refused
    if failed is not None and (since.failed is None or failed.failed_at > since.failed.failed_at):
        raise failure_from(failed.failure)
    return since


async def _asked(standing: Standing, holder: UUID, moment: str, ports: SnapshotPorts) -> Snapshot:
    provider = await ports.providers.get(standing.provider_id)
    connection = await connection_of(provider, ports.vault)
    try:
        offers = await _listed(connection, ports.gateway)
        previous = await ports.snapshots.load(provider.id)
        _check(offers, previous, provider.endpoint)
    except UpstreamFailure as error:
        document, quiet = failure_document(error.failure), quiet_seconds(error.failure)
        await ports.snapshots.fail(provider.id, holder, basis=standing.basis, failure=document, quiet_seconds=quiet)
        raise

    def compared() -> Snapshot:
        documents = [offer_document(offer) for offer in offers]
        return next_snapshot(previous, documents, endpoint=provider.endpoint, basis=standing.basis, fetched_at=moment)

    snapshot = await run_in_thread_if_large(offers, compared)
    await ports.snapshots.keep(provider.id, snapshot)
    return snapshot


async def _listed(connection: ProviderConnection, gateway: ProviderGateway) -> Sequence[OfferedModel]:
    try:
        async with asyncio.timeout(LIST_SECONDS):
            return await gateway.list_models(connection)
    except TimeoutError:
        raise UpstreamFailure(
            CallOutcome("timeout", "The provider did not give its whole list of models in time.", is_retryable=True)
        ) from None


def _check(offers: Sequence[OfferedModel], previous: Snapshot | None, endpoint: str) -> None:
    if not offers and previous is not None and previous.endpoint == endpoint and previous.offered:
        raise UpstreamFailure(
            CallOutcome("unexpected_body", "The provider answered with no models at all, and it had some.")
        )


@asynccontextmanager
async def _renewed(standing: Standing, holder: UUID, ports: SnapshotPorts) -> AsyncIterator[None]:
    """Keep the lease as long as the block lasts and the provider is the one that is asked.

    When it is connected otherwise, the answer will not be kept: whoever asks it as it is now does not wait for that.
    """

    async def renew() -> None:
        while True:
            await asyncio.sleep(ports.lease / 3)
            try:
                if not await _is_as_it_was(standing, ports.snapshots):
                    return
                await ports.snapshots.lease(standing.provider_id, holder, ports.lease)
            except ApplicationError:
                # The database is away for a moment: another process may ask as well, which harms nobody.
                continue

    renewal = asyncio.create_task(renew())
    try:
        yield
    finally:
        renewal.cancel()
        await asyncio.wait({renewal})


async def _is_as_it_was(standing: Standing, snapshots: Snapshots) -> bool:
    return any(now.basis == standing.basis for now in (await snapshots.standing(standing.provider_id)).providers)
