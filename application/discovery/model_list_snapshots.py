"""Snapshots of providers' model lists, leases for fetching them, and the last failure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from application.discovery.offer_changes import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSnapshot:
    """The newest complete answer, without the answer itself; its age in seconds, infinite if its time is to come."""

    basis: str
    fetched_at: datetime
    age: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedQuery:
    """The last query, if it failed; `is_recent` as long as another query is too soon."""

    basis: str
    failed_at: datetime
    is_recent: bool
    failure: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelListState:
    """A provider and what is held of it. An answer depends on the `basis`: endpoint, key and settings in one mark."""

    provider_id: UUID
    provider_type: str
    endpoint: str
    basis: str
    held: HeldSnapshot | None = None
    failed: FailedQuery | None = None

    @property
    def usable(self) -> HeldSnapshot | None:
        """What is held, if it is the answer of the provider as it is now."""
        return self.held if self.held is not None and self.held.basis == self.basis else None

    @property
    def refused(self) -> FailedQuery | None:
        """The failure of the provider as it is now, if that was only just."""
        failed = self.failed
        return failed if failed is not None and failed.is_recent and failed.basis == self.basis else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelListStates:
    """Providers, at least as new as `org_sequence` in the organization's log."""

    org_sequence: int
    providers: Sequence[ModelListState]


class Snapshots(Protocol):
    """Keeps the newest complete answer of each provider of the caller's organization, for all processes.

    A lease makes sure that one process at a time queries a provider; whoever dies with one holds it no longer than its
    seconds. Times are those of the processes' clocks, and nobody waits for a time that only a wrong clock can have set.
    What is kept of a provider goes with it, in the same transaction.
    """

    async def states(self) -> ModelListStates:
        """Return the state of each enabled provider, by name."""
        ...

    async def state(self, provider_id: UUID) -> ModelListStates:
        """Return the state of this provider, enabled or not; an empty list when there is none of this id."""
        ...

    async def load(self, provider_id: UUID) -> Snapshot | None:
        """Return the newest snapshot, none before the first."""
        ...

    async def keep(self, provider_id: UUID, snapshot: Snapshot) -> bool:
        """Replace an older snapshot with this one and forget the last failure; the process that queried had a lease.

        False, and nothing is done, when the provider is gone or connected otherwise by now, or a newer one is kept.
        """
        ...

    async def lease(self, provider_id: UUID, holder: UUID, seconds: float) -> datetime | None:
        """Take the right to query the provider, or hold it for longer.

        Return the time; none when another has it, or when there is no such provider (any more).
        """
        ...

    async def release(self, provider_id: UUID, holder: UUID) -> None:
        """Release the lease. No effect if another process holds it by now."""
        ...

    async def fail(
        self, provider_id: UUID, holder: UUID, *, basis: str, failure: Mapping[str, Any], quiet_seconds: float
    ) -> None:
        """Record how the query failed, for others who wait, and for how long it is recent; only the holder can."""
        ...
