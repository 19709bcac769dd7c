"""A provider's model list: the cached one while it is fresh, else fetched again."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from application.caller import current_caller
from application.errors import CredentialUnreadable
from application.policies.failure_documents import failure_from
from application.ports.provider_gateway import CallOutcome, UpstreamFailure
from application.queries.fetch_model_list import fetch_once

if TYPE_CHECKING:
    from application.errors import ApplicationError
    from application.policies.offer_changes import Snapshot
    from application.ports.model_list_snapshots import Standing
    from application.queries.fetch_model_list import SnapshotPorts


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """How a provider has answered: just now, with this snapshot; or before, with the one that is held."""

    status: Literal["ok", "stale"]
    snapshot: Snapshot | None = None
    failure: ApplicationError | None = None


async def answer_of(standing: Standing, *, ports: SnapshotPorts, refresh: bool, patience: float) -> Answered:
    """Return the newest complete answer of the provider, waiting for one at most `patience` seconds.

    Asking goes on when nobody waits any more. Shortly after a failure nothing is asked, unless a refresh is wanted.

    Raises:
        UpstreamFailure, CredentialUnreadable: it could not be asked, and has never answered as it is configured now.
        ProviderNotFound: it was removed meanwhile.
    """
    usable = standing.usable
    if usable is not None and not refresh and usable.age < ports.time_to_live:
        return Answered(status="ok")
    try:
        if standing.refused is not None and not refresh:
            raise failure_from(standing.refused.failure)
        return Answered(status="ok", snapshot=await _asked(standing, ports, patience))
    except (UpstreamFailure, CredentialUnreadable) as failure:
        if usable is None:
            raise
        return Answered(status="stale", failure=failure)


async def _asked(standing: Standing, ports: SnapshotPorts, patience: float) -> Snapshot:
    key = (current_caller().organization_id, standing.provider_id, standing.basis)
    # A provider that kept somebody waiting already does not keep the next one waiting as long again.
    waiting = max(0.0, patience - ports.flights.seconds_under_way(key))
    try:
        async with asyncio.timeout(waiting):
            return await ports.flights.do(key, lambda: fetch_once(standing, ports))
    except TimeoutError:
        raise UpstreamFailure(
            CallOutcome(
                "timeout",
                f"The provider has not answered within {patience:g} seconds.",
                hint="It is still being asked: look again shortly.",
                is_retryable=True,
            )
        ) from None
