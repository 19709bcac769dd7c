"""Organizations, from the event log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.event_store.append_context import callers_append
from domain.organization.aggregate import Organization

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from adapters.event_store.ledger import Ledger
    from application.recorded_revision import Recorded
    from domain.model.aggregate import Model
    from domain.provider.aggregate import Provider


class EventSourcedOrganizations:
    """Implements `application.ports.organization_repository.Organizations`."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def find(self, organization_id: UUID) -> Organization | None:
        return await self._ledger.load(Organization, organization_id)

    async def save(self, organization: Organization) -> Recorded:
        return (await self._ledger.save([organization], callers_append()))[0]

    async def save_removed(self, organization: Organization, gone: Sequence[Provider | Model]) -> Recorded:
        return (await self._ledger.save([*gone, organization], callers_append()))[-1]

    async def has_log(self) -> bool:
        return await self._ledger.has_events()
