"""What an organization has, without a database."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from application.caller import current_caller
from application.ports.roster import Account, Roster

if TYPE_CHECKING:
    from uuid import UUID

    from application.ports.roster import RegisteredModel


class FakeRosters:
    """Keeps accounts and models by organization; `reads` and `asked` count what the database would have been asked."""

    def __init__(self) -> None:
        self.reads = 0
        self.asked = 0
        self.failure: Exception | None = None
        self._sequences: dict[UUID, int] = defaultdict(int)
        self._accounts: dict[UUID, dict[UUID, Account]] = defaultdict(dict)
        self._models: dict[UUID, dict[UUID, RegisteredModel]] = defaultdict(dict)

    def put(self, organization_id: UUID, *things: Account | RegisteredModel) -> None:
        """Register things, or put them in the place of those with their ids, as one event each."""
        for thing in things:
            if isinstance(thing, Account):
                self._accounts[organization_id][thing.id] = thing
            else:
                self._models[organization_id][thing.id] = thing
            self._sequences[organization_id] += 1

    async def read(self) -> Roster:
        self.reads += 1
        if self.failure is not None:
            raise self.failure
        organization_id = current_caller().organization_id
        return Roster(
            org_sequence=self._sequences[organization_id],
            accounts=dict(self._accounts[organization_id]),
            models=list(self._models[organization_id].values()),
        )

    async def sequence(self) -> int:
        self.asked += 1
        if self.failure is not None:
            raise self.failure
        return self._sequences[current_caller().organization_id]
