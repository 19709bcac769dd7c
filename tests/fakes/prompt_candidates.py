"""What an organization has, without a database."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from application.caller import current_caller
from application.prompts.prompt_candidates import CandidateProvider, PromptCandidates

if TYPE_CHECKING:
    from uuid import UUID

    from application.prompts.prompt_candidates import CandidateModel


class FakeCandidateReader:
    """Keeps accounts and models by organization; `reads` and `asked` count what the database would have been asked."""

    def __init__(self) -> None:
        self.reads = 0
        self.asked = 0
        self.failure: Exception | None = None
        self._sequences: dict[UUID, int] = defaultdict(int)
        self._accounts: dict[UUID, dict[UUID, CandidateProvider]] = defaultdict(dict)
        self._models: dict[UUID, dict[UUID, CandidateModel]] = defaultdict(dict)

    def put(self, organization_id: UUID, *things: CandidateProvider | CandidateModel) -> None:
        """Register things, or put them in the place of those with their ids, as one event each."""
        for thing in things:
            if isinstance(thing, CandidateProvider):
                self._accounts[organization_id][thing.id] = thing
            else:
                self._models[organization_id][thing.id] = thing
            self._sequences[organization_id] += 1

    async def read(self) -> PromptCandidates:
        self.reads += 1
        if self.failure is not None:
            raise self.failure
        organization_id = current_caller().organization_id
        return PromptCandidates(
            org_sequence=self._sequences[organization_id],
            accounts=dict(self._accounts[organization_id]),
            models=list(self._models[organization_id].values()),
        )

    async def sequence(self) -> int:
        self.asked += 1
        if self.failure is not None:
            raise self.failure
        return self._sequences[current_caller().organization_id]
