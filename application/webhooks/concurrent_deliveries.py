"""Many webhooks side by side, so that one which is slow or silent holds up no other."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final
from uuid import uuid4

from application.caller import Caller, acting_as
from application.end_tasks import end_tasks
from application.webhooks.outbox import DeliveryObserver, DueWebhook

Serve = Callable[[DueWebhook, DeliveryObserver], Awaitable[None]]

ACTOR: Final = "system:webhooks"
"""The actor of the events that checks record."""

MOST: Final = 256
MOST_OF_ONE_ORGANIZATION: Final = 4
MOST_FAILING: Final = 64
"""Of webhooks that have failed before: however many receivers are silent, room is left for the others."""

_REST_SECONDS: Final = 30.0


class ConcurrentDeliveries:
    """Serves webhooks at the same time, each once, and no more of an organization than its share.

    One that could not be served, for whatever reason, is not tried again for half a minute.
    """

    def __init__(self, serve: Serve, observer: DeliveryObserver) -> None:
        self._serve = serve
        self._observer = observer
        self._under_way: dict[DueWebhook, asyncio.Task[None]] = {}
        self._resting: dict[DueWebhook, asyncio.TimerHandle] = {}

    def start(self, due: Sequence[DueWebhook]) -> bool:
        """Serve as many of these as there is room for; return whether some have to wait."""
        of_organizations = Counter(each.organization_id for each in self._under_way)
        failing = sum(each.is_failing for each in self._under_way)
        some_wait = False
        for webhook in due:
            if webhook in self._under_way or webhook in self._resting:
                continue
            if (
                len(self._under_way) >= MOST
                or of_organizations[webhook.organization_id] >= MOST_OF_ONE_ORGANIZATION
                or (webhook.is_failing and failing >= MOST_FAILING)
            ):
                some_wait = True
                continue
            of_organizations[webhook.organization_id] += 1
            failing += webhook.is_failing
            task = asyncio.create_task(self._served(webhook))
            self._under_way[webhook] = task
            task.add_done_callback(partial(self._ended, webhook))
        return some_wait

    async def stop(self) -> None:
        """Break off what is under way. Messages that were sent meanwhile are sent again."""
        for handle in self._resting.values():
            handle.cancel()
        await end_tasks(*self._under_way.values())

    async def _served(self, webhook: DueWebhook) -> None:
        command_id = uuid4()
        caller = Caller(
            organization_id=webhook.organization_id,
            actor=ACTOR,
            command_id=command_id,
            correlation_id=f"webhook-{command_id.hex}",
        )
        with acting_as(caller):
            await self._serve(webhook, self._observer)

    def _ended(self, webhook: DueWebhook, task: asyncio.Task[None]) -> None:
        del self._under_way[webhook]
        if not task.cancelled() and (error := task.exception()) is not None:
            loop = asyncio.get_running_loop()
            self._resting[webhook] = loop.call_later(_REST_SECONDS, self._resting.pop, webhook, None)
            self._observer.broke_off(webhook, error)
