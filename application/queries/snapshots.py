"""What a provider offers: from the last complete answer while it is fresh, else asked anew, by one asker at a time."""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal
from uuid import uuid4

from application.caller import current_caller
from application.commands.check_provider import connection_of
from application.errors import ApplicationError, CredentialUnreadable
from application.policies.change_sets import next_snapshot
from application.policies.offers import offer_document
from application.policies.single_flight import SingleFlight
from application.ports.provider_gateway import UpstreamFailure

if TYPE_CHECKING:
    from application.policies.change_sets import Snapshot
    from application.ports.clock import Clock
    from application.ports.provider_gateway import ProviderGateway
    from application.ports.snapshots import Snapshots
    from application.ports.vault import Vault
    from domain.provider.aggregate import Provider

# A provider with a thousand models on a bad day; whoever waits longer gets the answer before.
LIST_SECONDS: Final = 20.0
_LEASE_SECONDS: Final = LIST_SECONDS + 5
_POLL_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A snapshot and how it was come by: fresh, from the cache, or stale because of a failure."""

    snapshot: Snapshot
    status: Literal["ok", "stale"]
    cached: bool
    failure: ApplicationError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotPorts:
    """What asking a provider works with; `time_to_live` is in seconds."""

    vault: Vault
    gateway: ProviderGateway
    snapshots: Snapshots
    clock: Clock
    time_to_live: float
    flights: SingleFlight[Snapshot] = field(default_factory=SingleFlight)


async def snapshot_of(provider: Provider, *, ports: SnapshotPorts, refresh: bool) -> Answered:
    """Return the newest complete answer of the provider.

    Raises:
        UpstreamFailure, CredentialUnreadable: it could not be asked, and has never answered as it is configured now.
    """
    basis = basis_of(provider)
    held = await ports.snapshots.latest(provider.id)
    usable = held if held is not None and held.basis == basis else None
    if usable is not None and not refresh and _age(usable, ports.clock) < ports.time_to_live:
        return Answered(snapshot=usable, status="ok", cached=True)
    key = (current_caller().organization_id, provider.id, basis)
    try:
        fetched = await ports.flights.do(key, lambda: _asked_by_one(provider, basis, held, ports))
    except (UpstreamFailure, CredentialUnreadable) as failure:
        if usable is None:
            raise
        return Answered(snapshot=usable, status="stale", cached=True, failure=failure)
    return Answered(snapshot=fetched, status="ok", cached=False)


def basis_of(provider: Provider) -> str:
    """Return what an answer depends on: endpoint, key and settings, as a fingerprint."""
    content = json.dumps([provider.endpoint, provider.credential_version, provider.settings], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


async def _asked_by_one(provider: Provider, basis: str, held: Snapshot | None, ports: SnapshotPorts) -> Snapshot:
    """Ask the provider, or wait for the process that is asking it already."""
    holder = uuid4()
    while not await ports.snapshots.lease(provider.id, holder, _LEASE_SECONDS):
        await asyncio.sleep(_POLL_SECONDS)
        newest = await ports.snapshots.latest(provider.id)
        if newest is not None and newest.basis == basis and (held is None or newest.fetched_at > held.fetched_at):
            return newest
    try:
        return await _asked(provider, basis, held, ports)
    finally:
        await ports.snapshots.release(provider.id, holder)


async def _asked(provider: Provider, basis: str, held: Snapshot | None, ports: SnapshotPorts) -> Snapshot:
    connection = await connection_of(provider, ports.vault)
    try:
        async with asyncio.timeout(LIST_SECONDS):
            offers = await ports.gateway.list_models(connection)
    except TimeoutError:
        raise UpstreamFailure("timeout", "The provider did not give its whole list of models in time.") from None
    if not offers and held is not None and held.basis == basis and held.offered:
        raise UpstreamFailure("unexpected_body", "The provider answered with no models at all, which it had before.")
    snapshot = next_snapshot(
        held, [offer_document(offer) for offer in offers], basis=basis, fetched_at=ports.clock.now().isoformat()
    )
    await ports.snapshots.keep(provider.id, snapshot)
    return snapshot


def _age(snapshot: Snapshot, clock: Clock) -> float:
    return (clock.now() - datetime.fromisoformat(snapshot.fetched_at)).total_seconds()
