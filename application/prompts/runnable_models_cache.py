"""A cache of runnable models, valid for two seconds, so that prompts do not wait for the database."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from application.caller import current_caller
from application.prompts.runnable_models import RunnableModels
from application.prompts.selection_candidates import Requirements
from application.run_in_thread import run_in_thread_if_large

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from application.ports.catalogue import Catalogue
    from application.ports.clock import Clock
    from application.ports.provider_gateway import ProviderGateway
    from application.ports.timer import Timer
    from application.ports.vault import Vault
    from application.prompts.prompt_candidates import CandidateReader
    from application.prompts.selection_candidates import ModelSelector, Selection
    from application.usage.usage_ledger import UsageReports

LONGEST_TRUST: Final = 2.0
"""Seconds after which what is remembered is not used before the log was asked whether it is still so."""

# Half way through the log is asked while prompts go on, so that under load none of them ever waits for it.
_ASK_AFTER: Final = LONGEST_TRUST / 2
_FORGET_AFTER: Final = 60.0
_MOST_ORGANIZATIONS: Final = 1_000
_LATENCIES_GOOD_FOR: Final = 10.0
_LATENCIES_OF: Final = timedelta(days=1)


@dataclass(slots=True)
class _Remembered:
    """What is known of one organization; a write of it in this process puts another one in this one's place."""

    ready: RunnableModels | None = None
    checked_at: float = 0.0
    checking: asyncio.Task[RunnableModels] | None = None
    latencies: Mapping[UUID, float] = field(default_factory=dict)
    latencies_at: float | None = None


class RunnableModelsCache:
    """Caches each organization's runnable models and decrypted keys.

    Nothing here is trusted for longer than `LONGEST_TRUST` without asking the organization's log whether it has grown;
    a write in this process is seen at once. An organization without prompts for a minute is forgotten, keys and all,
    when the next one comes; so is, where there are too many, the one whose last prompt is the longest ago.
    """

    def __init__(
        self,
        *,
        candidate_reader: CandidateReader,
        reports: UsageReports,
        catalogue: Catalogue,
        gateway: ProviderGateway,
        vault: Vault,
        timer: Timer,
        clock: Clock,
        most_organizations: int = _MOST_ORGANIZATIONS,
    ) -> None:
        self._candidate_reader = candidate_reader
        self._reports = reports
        self._catalogue = catalogue
        self._gateway = gateway
        self._vault = vault
        self._timer = timer
        self._clock = clock
        self._most_organizations = most_organizations
        self._organizations: OrderedDict[UUID, _Remembered] = OrderedDict()

    def forget(self, organization_id: UUID) -> None:
        """Read everything anew for the organization's next prompt: something of it was written."""
        self._organizations.pop(organization_id, None)

    async def chosen(self, selector: ModelSelector, *, has_images: bool) -> tuple[RunnableModels, Selection]:
        """Return the ranked models of the current caller, with what is needed to call them.

        Raises:
            ModelNotFound: none is called what was asked for.
            Unavailable: the database cannot be reached.
        """
        remembered = self._of_caller()
        ready = await self._current(remembered)
        latencies = None
        if isinstance(selector, Requirements) and selector.strategy == "fastest":
            latencies = await self._latencies(remembered)
        ready = ready.allowed_to(current_caller().access_key)
        selection = await run_in_thread_if_large(
            ready.candidates, lambda: ready.selection(selector, has_images=has_images, latencies=latencies)
        )
        return ready, selection

    async def ready(self) -> RunnableModels:
        """Return the models that the current caller may use.

        Raises:
            Unavailable: the database cannot be reached.
        """
        return (await self._current(self._of_caller())).allowed_to(current_caller().access_key)

    def _of_caller(self) -> _Remembered:
        organization_id = current_caller().organization_id
        remembered = self._organizations.get(organization_id)
        if remembered is None:
            self._make_room()
            remembered = self._organizations[organization_id] = _Remembered(checked_at=self._timer.now())
        self._organizations.move_to_end(organization_id)
        return remembered

    def _make_room(self) -> None:
        latest = self._timer.now() - _FORGET_AFTER
        while self._organizations and (
            len(self._organizations) >= self._most_organizations
            or next(iter(self._organizations.values())).checked_at < latest
        ):
            self._organizations.popitem(last=False)

    async def _current(self, remembered: _Remembered) -> RunnableModels:
        age = self._timer.now() - remembered.checked_at
        if remembered.ready is not None and age < _ASK_AFTER:
            return remembered.ready
        if remembered.checking is None:
            remembered.checking = asyncio.create_task(self._checked(remembered))
            remembered.checking.add_done_callback(_look_at)
        if remembered.ready is not None and age < LONGEST_TRUST:
            return remembered.ready
        # Others wait for the same answer: one of them that goes away must not take it from them.
        return await asyncio.shield(remembered.checking)

    async def _checked(self, remembered: _Remembered) -> RunnableModels:
        try:
            asked_at = self._timer.now()
            ready = remembered.ready
            # What the calendar changes, such as a day of retirement, is in no log.
            today = self._clock.now().date()
            is_of_today = ready is not None and ready.today == today
            if ready and is_of_today and await self._candidate_reader.sequence() == ready.org_sequence:
                ready.reconsider()
            else:
                candidate_list = await self._candidate_reader.read()
                ready = await run_in_thread_if_large(
                    candidate_list.models,
                    lambda: RunnableModels(
                        candidate_list, catalogue=self._catalogue, gateway=self._gateway, vault=self._vault, today=today
                    ),
                )
            remembered.ready, remembered.checked_at = ready, asked_at
        finally:
            remembered.checking = None
        return ready

    async def _latencies(self, remembered: _Remembered) -> Mapping[UUID, float]:
        now = self._timer.now()
        if remembered.latencies_at is None or now - remembered.latencies_at > _LATENCIES_GOOD_FOR:
            since = (self._clock.now() - _LATENCIES_OF).date()
            remembered.latencies = await self._reports.latencies(since)
            remembered.latencies_at = now
        return remembered.latencies


def _look_at(task: asyncio.Task[RunnableModels]) -> None:
    """Take note of a failure that nobody waits for: the next prompt meets it again."""
    if not task.cancelled():
        task.exception()
