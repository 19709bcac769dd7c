"""Informs the other processes of models that keep failing or answer again, apart from the prompts."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from application.errors import Unavailable
from application.prompts.cool_downs import CoolDowns, SharedCoolDown


class SharedCoolDowns(Protocol):
    """What the processes have found of the models of the current caller's organization."""

    async def share(self, found: Sequence[SharedCoolDown]) -> Sequence[tuple[UUID, datetime]]:
        """Keep the findings, each in the place of an earlier one of its model; return when each was taken in.

        Raises:
            Unavailable: the database cannot be reached.
        """
        ...


class CoolDownSharing:
    """Writes at most one group of findings at a time for an organization; what comes meanwhile goes with the next.

    Without the database every process uses what it has found itself.
    """

    def __init__(self, cool_downs: CoolDowns, shared: SharedCoolDowns) -> None:
        self._cool_downs = cool_downs
        self._shared = shared
        self._waiting: dict[UUID, set[UUID]] = {}
        self._writing: dict[UUID, asyncio.Task[None]] = {}

    def changed(self, organization_id: UUID, model_id: UUID) -> None:
        """Share what was found of the model, soon. Called on behalf of the organization."""
        self._waiting.setdefault(organization_id, set()).add(model_id)
        if organization_id not in self._writing:
            self._writing[organization_id] = asyncio.create_task(self._write(organization_id))

    async def close(self) -> None:
        """Wait for what is being written."""
        while self._writing:
            await asyncio.gather(*self._writing.values())

    async def _write(self, organization_id: UUID) -> None:
        try:
            while model_ids := self._waiting.pop(organization_id, None):
                found = self._cool_downs.unshared(organization_id, sorted(model_ids))
                if found:
                    self._cool_downs.note_shared(organization_id, await self._shared.share(found))
        except Unavailable:
            # The next finding of such a model is sent with its state by then.
            self._waiting.pop(organization_id, None)
        finally:
            del self._writing[organization_id]
