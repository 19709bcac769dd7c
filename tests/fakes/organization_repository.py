"""Organizations in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.organization.aggregate import Organization

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from application.recorded_revision import Recorded
    from domain.model.aggregate import Model
    from domain.provider.aggregate import Provider
    from tests.fakes.ledger import FakeLedger


class FakeOrganizations:
    """Implements `application.ports.organization_repository.Organizations` over a ledger in memory."""

    def __init__(self, ledger: FakeLedger) -> None:
        self._ledger = ledger

    async def find(self, organization_id: UUID) -> Organization | None:
        return self._ledger.find(Organization, organization_id)

    async def save(self, organization: Organization) -> Recorded:
        return self._ledger.save([organization])[0]

    async def save_removed(self, organization: Organization, gone: Sequence[Provider | Model]) -> Recorded:
        return self._ledger.save([*gone, organization])[-1]

    async def has_log(self) -> bool:
        return bool(self._ledger.books.events)
