"""Deliver for all organizations: one process does so at a time."""

import asyncio
from typing import Final

from application.access_keys.access_keys import AccessKeys
from application.errors import Unavailable
from application.ports.clock import Timer
from application.ports.repositories import Models
from application.webhooks.concurrent_deliveries import ConcurrentDeliveries
from application.webhooks.deliver import Deliveries
from application.webhooks.note_deadlines import note_deadlines
from application.webhooks.outbox import DeliveryElection, DeliveryLeadership, DeliveryObserver

KEPT_DAYS: Final = 14
"""For so long deliveries can be looked at."""

DEADLINE_SECONDS: Final = 300.0
"""How often is looked for days that come near."""

_DUE_AT_ONCE: Final = 1_000
# Nobody is served again while these are recorded.
_DEADLINES_AT_ONCE: Final = 50
_SWEEP_SECONDS: Final = 3600.0
_SWEPT_AT_ONCE: Final = 5_000
_SWEEPS_AT_ONCE: Final = 200
# Hints come one for each write; together they are one look.
_SHORTEST_PAUSE_SECONDS: Final = 0.05
_PAUSE_SECONDS: Final = 1.0
_AGAIN_SECONDS: Final = 1.0


async def deliver_for_ever(
    *,
    election: DeliveryElection,
    deliveries: Deliveries,
    models: Models,
    keys: AccessKeys,
    timer: Timer,
    observer: DeliveryObserver,
    deadline_seconds: float = DEADLINE_SECONDS,
) -> None:
    """Take part in the election, and deliver while this process leads; runs until cancelled."""
    while True:
        try:
            async with election.term() as term:
                observer.elected()
                await _serve(term, deliveries, models, keys, timer, observer, deadline_seconds)
        except Unavailable as error:
            observer.deposed(error.message)
        await asyncio.sleep(_AGAIN_SECONDS)


async def _serve(
    term: DeliveryLeadership,
    deliveries: Deliveries,
    models: Models,
    keys: AccessKeys,
    timer: Timer,
    observer: DeliveryObserver,
    deadline_seconds: float,
) -> None:
    under_way = ConcurrentDeliveries(deliveries.serve, observer)
    next_sweep = next_deadlines = timer.now()
    try:
        while True:
            due = await term.due(_DUE_AT_ONCE)
            observer.found_due(len(due))
            some_wait = under_way.start(due)
            if timer.now() >= next_deadlines:
                deadlines = await term.deadlines(_DEADLINES_AT_ONCE)
                await note_deadlines(deadlines, models=models, keys=keys)
                is_all = len(deadlines) < _DEADLINES_AT_ONCE
                next_deadlines = timer.now() + (deadline_seconds if is_all else _PAUSE_SECONDS)
            if timer.now() >= next_sweep:
                next_sweep = timer.now() + _SWEEP_SECONDS
                await _sweep(term)
            await asyncio.sleep(_SHORTEST_PAUSE_SECONDS)
            if not some_wait:
                await term.lasts(_PAUSE_SECONDS)
    finally:
        await under_way.stop()


async def _sweep(term: DeliveryLeadership) -> None:
    for _ in range(_SWEEPS_AT_ONCE):
        if await term.sweep(KEPT_DAYS, _SWEPT_AT_ONCE) < _SWEPT_AT_ONCE:
            return
