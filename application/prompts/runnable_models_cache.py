"""What prompts run on, looked up by what they request and remembered for two seconds, so that few wait for it.

A look-up reads what was requested and no more, so that its cost does not grow with the organization, and a write, which
makes everything about the organization be forgotten, costs the next prompt one look-up.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, TypeVar
from uuid import UUID

from application.caller import current_caller
from application.errors import ModelNotFound
from application.ports.catalogue import Catalogue
from application.ports.clock import Clock, Timer
from application.ports.provider_gateway import ProviderGateway
from application.ports.vault import Vault
from application.prompts.cool_downs import CoolDowns
from application.prompts.model_selection import select
from application.prompts.prompt_candidates import CandidateReader, OrganizationState, PromptCandidates
from application.prompts.runnable_models import Connections, RunnableModels, candidate_of
from application.prompts.selection_candidates import Candidate, ModelSelector, Requirements, Selection
from application.run_in_thread import run_in_thread_if_large
from application.usage.usage_ledger import UsageReports
from domain.model.values import Price

T = TypeVar("T")

LONGEST_TRUST: Final = 2.0
"""Seconds after which what is remembered is not used before the log was asked whether it is still so."""

MOST_EXPLAINED: Final = 1_000
"""Models that an explanation looks at; of more the best, and the first of the others."""

MOST_BYTES: Final = 16 * 1024 * 1024
"""What is remembered of all organizations together; one of them may have a quarter of it."""

# Half way through the log is queried while prompts continue, so that under load none of them ever waits for it.
_ASK_AFTER: Final = LONGEST_TRUST / 2
_FORGET_AFTER: Final = 60.0
_LATENCIES_GOOD_FOR: Final = 10.0
_LATENCIES_OF: Final = timedelta(days=1)
_MOST_LATENCIES: Final = 500
# How many models that fit a need are read: many more than a prompt tries. Where the rules that only the application
# knows leave none of them, so many are read instead.
_BEST: Final = 20
_BEST_AT_MOST: Final = 1_000
# How many of the models that do not fit a refusal lists.
_MOST_REASONS: Final = 50
_ORGANIZATION_BYTES: Final = 2_000

Restriction = tuple["frozenset[UUID] | None", "frozenset[UUID] | None"]
Lookup = tuple["ModelSelector", bool, "Restriction | None"]


@dataclass(slots=True)
class _Remembered:
    """What is known of one organization; a write of it in this process puts another one in this one's place."""

    connections: Connections
    org_sequence: int | None = None
    checked_at: float = 0.0
    used_at: float = 0.0
    checking: asyncio.Task[None] | None = None
    lookups: OrderedDict[Lookup, RunnableModels] = field(default_factory=OrderedDict)
    reading: dict[Lookup, asyncio.Task[RunnableModels]] = field(default_factory=dict)
    size: int = _ORGANIZATION_BYTES
    latencies: Mapping[UUID, float] = field(default_factory=dict)
    latencies_at: float | None = None
    dearest: tuple[int | None, Price | None] | None = None

    def drop(self, lookup: Lookup) -> None:
        """Forget one look-up."""
        dropped = self.lookups.pop(lookup, None)
        if dropped is not None:
            self.size -= dropped.size


class RunnableModelsCache:
    """Remembers what prompts requested lately, and decrypted keys.

    Nothing here is trusted for longer than `LONGEST_TRUST` without checking whether the organization's log has
    grown; a write in this process is seen at once. An organization without prompts for a minute is forgotten, keys and
    all, when the next one comes; so is what was used the longest ago, where all together takes too many bytes.
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
        cool_downs: CoolDowns,
        keyed_types: Sequence[str] = (),
        most_bytes: int = MOST_BYTES,
    ) -> None:
        """Take the ports. `keyed_types` are the types of providers that cannot be called without a key."""
        self._candidate_reader = candidate_reader
        self._reports = reports
        self._catalogue = catalogue
        self._gateway = gateway
        self._vault = vault
        self._timer = timer
        self._clock = clock
        self._cool_downs = cool_downs
        self._keyed_types = frozenset(keyed_types)
        self._most_bytes = most_bytes
        self._organizations: OrderedDict[UUID, _Remembered] = OrderedDict()
        self._size = 0

    @property
    def size(self) -> int:
        """How many bytes all that is remembered takes, rather more than less."""
        return self._size

    def forget(self, organization_id: UUID) -> None:
        """Read everything again for the organization's next prompt: something of it was written."""
        dropped = self._organizations.pop(organization_id, None)
        if dropped is not None:
            self._size -= dropped.size

    async def chosen(self, selector: ModelSelector, *, has_images: bool) -> RunnableModels:
        """Return the ranked models that the current caller may use, with what is needed to call them.

        For a need these are the best of those that fit; where none fits, some that do not, with the reasons.

        Raises:
            ModelNotFound: none has the requested name or id.
            Unavailable: the database cannot be reached.
        """
        remembered = self._of_caller()
        lookup = (selector, has_images, _restriction())
        runnable = remembered.lookups.get(lookup)
        if runnable is not None and (age := self._timer.now() - remembered.checked_at) >= _ASK_AFTER:
            await self._check_again(remembered, age)
            # What is forgotten meanwhile is read again, for whoever waits for it.
            runnable = remembered.lookups.get(lookup)
        if runnable is not None and self._is_good(remembered, lookup, runnable):
            remembered.lookups.move_to_end(lookup)
            return runnable
        if lookup not in remembered.reading:
            remembered.reading[lookup] = asyncio.create_task(self._read(remembered, lookup))
            remembered.reading[lookup].add_done_callback(_look_at)
        # Others wait for the same answer: one of them that goes away must not take it from them.
        return await asyncio.shield(remembered.reading[lookup])

    async def explained(self, need: Requirements, *, has_images: bool) -> Selection:
        """Return the models with their ranks and findings: of more than `MOST_EXPLAINED` the best and some others.

        Raises:
            Unavailable: the database cannot be reached.
        """
        remembered = self._of_caller()
        best = await self._fitting(remembered, need, has_images=has_images, limit=_BEST)
        others = await self._candidate_reader.first(MOST_EXPLAINED)
        count = len(others.models)
        if count == MOST_EXPLAINED:
            count = await self._candidate_reader.count()
        candidates = await self._candidates(best, others)
        selection = await run_in_thread_if_large(
            candidates, lambda: select(candidates, need, has_images=has_images, latencies=remembered.latencies)
        )
        return Selection(selection.ranked_candidates[:MOST_EXPLAINED], count=count)

    async def dearest_price(self) -> Price | None:
        """Return the price of the organization's dearest model; None if none has one.

        Raises:
            Unavailable: the database cannot be reached.
        """
        remembered = self._of_caller()
        if remembered.dearest is None or remembered.dearest[0] != remembered.org_sequence:
            sequence = remembered.org_sequence
            remembered.dearest = sequence, await self._candidate_reader.dearest_price()
        return remembered.dearest[1]

    async def callable_names(
        self, types: Sequence[str], *, after: str | None, limit: int
    ) -> tuple[list[tuple[str, Candidate]], bool]:
        """Return a page of the names that models of these types are called by, and whether there are more.

        Each comes with the model that would be tried first under it.
        """
        page = await self._candidate_reader.callable(types, after=after, limit=limit)
        candidates = {each.id: each for each in await self._candidates(page.candidates)}
        named = []
        for name, model_ids in page.names:
            able = [candidates[model_id] for model_id in model_ids if model_id in candidates]
            kept = select([each for each in able if not each.is_retired], None).kept
            named += [(name, candidate) for candidate in kept[:1]]
        return named, page.has_more

    def _of_caller(self) -> _Remembered:
        organization_id = current_caller().organization_id
        remembered = self._organizations.get(organization_id)
        if remembered is None:
            remembered = _Remembered(connections=self._new_connections())
            self._organizations[organization_id] = remembered
            self._size += remembered.size
        self._organizations.move_to_end(organization_id)
        remembered.used_at = self._timer.now()
        if len(self._organizations) > 1:
            self._make_room(remembered)
        return remembered

    def _new_connections(self) -> Connections:
        return Connections(self._gateway, self._vault)

    def _make_room(self, latest: _Remembered) -> None:
        oldest = self._timer.now() - _FORGET_AFTER
        while (first := next(iter(self._organizations.values()))) is not latest and (
            self._size > self._most_bytes or first.used_at < oldest
        ):
            self._organizations.popitem(last=False)
            self._size -= first.size

    async def _check_again(self, remembered: _Remembered, age: float) -> None:
        """Check whether the log has grown; wait for the answer if what is cached is too old to be used."""
        if remembered.checking is None:
            remembered.checking = asyncio.create_task(self._check(remembered))
            remembered.checking.add_done_callback(_look_at)
        if age >= LONGEST_TRUST:
            await asyncio.shield(remembered.checking)

    async def _check(self, remembered: _Remembered) -> None:
        try:
            asked_at = self._timer.now()
            self._note_state(remembered, await self._candidate_reader.state(), asked_at)
        finally:
            remembered.checking = None

    def _note_state(self, remembered: _Remembered, state: OrganizationState, asked_at: float) -> bool:
        """Take over the database's state; return whether what was read with it is not older than what is known."""
        self._cool_downs.note_others(current_caller().organization_id, state.cool_downs)
        known = remembered.org_sequence
        if known is not None and state.org_sequence < known:
            return False
        if state.org_sequence != known:
            remembered.org_sequence = state.org_sequence
            for lookup in list(remembered.lookups):
                self._drop(remembered, lookup)
            remembered.connections = self._new_connections()
        remembered.checked_at = max(remembered.checked_at, asked_at)
        return True

    def _drop(self, remembered: _Remembered, lookup: Lookup) -> None:
        before = remembered.size
        remembered.drop(lookup)
        if self._is_kept(remembered):
            self._size += remembered.size - before

    def _is_kept(self, remembered: _Remembered) -> bool:
        return self._organizations.get(current_caller().organization_id) is remembered

    def _is_good(self, remembered: _Remembered, lookup: Lookup, runnable: RunnableModels) -> bool:
        """Return whether it still holds: what the calendar and the clock change is in no log."""
        selector, _, _ = lookup
        if isinstance(selector, Requirements) and selector.strategy == "fastest":
            measured_at = remembered.latencies_at
            if measured_at is None or self._timer.now() - measured_at > _LATENCIES_GOOD_FOR:
                return False
        return runnable.today == self._today()

    async def _read(self, remembered: _Remembered, lookup: Lookup) -> RunnableModels:
        try:
            asked_at = self._timer.now()
            selector, has_images, _ = lookup
            today = self._today()
            if isinstance(selector, Requirements):
                found, selection = await self._for_need(remembered, selector, has_images=has_images)
            else:
                found = await self._candidate_reader.named(selector)
                if not found.models:
                    raise ModelNotFound
                selection = select(await self._candidates(found), None, has_images=has_images)
            is_newest = self._note_state(remembered, found.state, asked_at)
            connections = remembered.connections if is_newest else self._new_connections()
            runnable = RunnableModels(selection, found, connections, today)
            if is_newest:
                self._remember(remembered, lookup, runnable)
        finally:
            del remembered.reading[lookup]
        return runnable

    def _remember(self, remembered: _Remembered, lookup: Lookup, runnable: RunnableModels) -> None:
        self._drop(remembered, lookup)
        if runnable.size > self._most_bytes // 4:
            return
        remembered.lookups[lookup] = runnable
        remembered.size += runnable.size
        if self._is_kept(remembered):
            self._size += runnable.size
        while remembered.size > self._most_bytes // 4:
            self._drop(remembered, next(iter(remembered.lookups)))
        if self._is_kept(remembered):
            self._make_room(remembered)

    async def _for_need(
        self, remembered: _Remembered, need: Requirements, *, has_images: bool
    ) -> tuple[PromptCandidates, Selection]:
        found, selection = await self._best(remembered, need, has_images=has_images, limit=_BEST)
        if not selection.kept and len(found.models) == _BEST:
            found, selection = await self._best(remembered, need, has_images=has_images, limit=_BEST_AT_MOST)
        if not selection.kept:
            others = await self._candidate_reader.first(_MOST_REASONS)
            return found, select(await self._candidates(found, others), need, has_images=has_images)
        kept = [ranked for ranked in selection.ranked_candidates if ranked.is_kept]
        return found, Selection(tuple(kept[:_BEST]))

    async def _best(
        self, remembered: _Remembered, need: Requirements, *, has_images: bool, limit: int
    ) -> tuple[PromptCandidates, Selection]:
        found = await self._fitting(remembered, need, has_images=has_images, limit=limit)
        candidates = await self._candidates(found)
        return found, select(candidates, need, has_images=has_images, latencies=remembered.latencies)

    async def _fitting(
        self, remembered: _Remembered, need: Requirements, *, has_images: bool, limit: int
    ) -> PromptCandidates:
        fastest: list[UUID] = []
        if need.strategy == "fastest":
            latencies = await self._latencies(remembered)
            fastest = sorted(latencies, key=lambda model_id: latencies[model_id])[:_MOST_LATENCIES]
        return await self._candidate_reader.fitting(
            need, has_images=has_images, today=self._today(), fastest=fastest, limit=limit
        )

    async def _candidates(self, *found: PromptCandidates) -> list[Candidate]:
        models = {model.id: (model, each.accounts[model.provider_id]) for each in found for model in each.models}
        today = self._today()
        return await run_in_thread_if_large(
            models,
            lambda: [
                candidate_of(
                    model, account, self._catalogue, today, needs_key=account.provider_type in self._keyed_types
                )
                for model, account in models.values()
            ],
        )

    def _today(self) -> date:
        return self._clock.now().date()

    async def _latencies(self, remembered: _Remembered) -> Mapping[UUID, float]:
        now = self._timer.now()
        if remembered.latencies_at is None or now - remembered.latencies_at > _LATENCIES_GOOD_FOR:
            since = (self._clock.now() - _LATENCIES_OF).date()
            remembered.latencies = await self._reports.latencies(since)
            remembered.latencies_at = now
        return remembered.latencies


def _restriction() -> Restriction | None:
    """Return the models and providers that the caller's access key may use; none where it may use everything."""
    key = current_caller().access_key
    return (key.model_ids, key.provider_ids) if key is not None and key.is_restricted else None


def _look_at(task: asyncio.Task[T]) -> None:
    """Take note of a failure that nobody waits for: the next prompt meets it again."""
    if not task.cancelled():
        task.exception()
