"""Many checks side by side, no two of the same provider, each as the tenant whose provider it is."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final
from uuid import UUID, uuid4

from application.caller import Caller, acting_as
from application.end_tasks import end_tasks
from application.errors import ProviderNotFound
from application.health.check_provider import Checked, CheckProvider
from application.health.health_observer import HealthObserver
from application.health.monitor_election import ProviderToCheck

ACTOR: Final = "system:health-monitor"
"""The actor of the events that checks record."""

Watch = Callable[[CheckProvider], Awaitable[Checked | None]]


class ConcurrentChecks:
    """Runs at most `concurrency` checks at a time; one that could not be executed is not tried again for a while.

    Organizations take turns, each with one check, so that nobody waits for the many of another.
    """

    def __init__(self, watch: Watch, observer: HealthObserver, *, concurrency: int, rest_seconds: float) -> None:
        self._watch = watch
        self._observer = observer
        self._rest_seconds = rest_seconds
        self._concurrency = concurrency
        self._waiting: OrderedDict[UUID, dict[ProviderToCheck, None]] = OrderedDict()
        self._under_way: dict[ProviderToCheck, asyncio.Task[Checked | None]] = {}
        self._resting: dict[ProviderToCheck, asyncio.TimerHandle] = {}

    def start(self, providers: Sequence[ProviderToCheck]) -> None:
        """Check these providers, but for those that are being checked already or wait for it."""
        new = 0
        for each in providers:
            if each not in self._under_way and each not in self._resting:
                waiting = self._waiting.setdefault(each.organization_id, {})
                new += each not in waiting
                waiting[each] = None
        self._observer.begun(new)
        self._begin_next()

    def _begin_next(self) -> None:
        """Begin checks as long as there is room, of one organization after the other."""
        while self._waiting and len(self._under_way) < self._concurrency:
            organization_id, waiting = next(iter(self._waiting.items()))
            provider = next(iter(waiting))
            del waiting[provider]
            if waiting:
                self._waiting.move_to_end(organization_id)
            else:
                del self._waiting[organization_id]
            task = asyncio.create_task(self._checked(provider))
            self._under_way[provider] = task
            task.add_done_callback(partial(self._ended, provider))

    async def are_under_way(self, *, seconds: float) -> bool:
        """Return whether checks are left after at most this time; sooner when none is."""
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=seconds)
        return bool(self._under_way)

    async def stop(self) -> None:
        """Break off what is under way, and begin nothing more."""
        self._waiting.clear()
        for handle in self._resting.values():
            handle.cancel()
        await end_tasks(*self._under_way.values())

    async def _checked(self, provider: ProviderToCheck) -> Checked | None:
        command_id = uuid4()
        caller = Caller(
            organization_id=provider.organization_id,
            actor=ACTOR,
            command_id=command_id,
            correlation_id=f"health-{command_id.hex}",
        )
        with acting_as(caller):
            return await self._watch(CheckProvider(provider_id=provider.provider_id))

    def _ended(self, provider: ProviderToCheck, task: asyncio.Task[Checked | None]) -> None:
        del self._under_way[provider]
        self._begin_next()
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, ProviderNotFound) or (error is None and task.result() is None):
            self._observer.passed_over(provider)
        elif error is not None:
            self._rest(provider)
            self._observer.failed(provider, error)
        elif (checked := task.result()) is not None:
            self._observer.checked(provider, checked)

    def _rest(self, provider: ProviderToCheck) -> None:
        """Leave the provider alone for a while: its check is due as long as none is recorded."""
        loop = asyncio.get_running_loop()
        self._resting[provider] = loop.call_later(self._rest_seconds, self._resting.pop, provider, None)
