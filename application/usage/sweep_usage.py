"""Delete calls, hours of usage and answers under Idempotency-Keys that were kept for long enough."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, Protocol

from application.errors import Unavailable
from application.ports.clock import Clock
from application.ports.idempotency_claims import ANSWERS_KEPT

DAYS_BY_HOUR: Final = 400
"""For so long usage is kept by the hour; by the day it is kept for ever."""

SWEEP_SECONDS: Final = 60.0
MOST_ROWS_A_TRANSACTION: Final = 5_000
MOST_TRANSACTIONS: Final = 200


class UsageSweep(Protocol):
    """Deletes old rows of all organizations, a bounded number in a transaction. One process does so at a time."""

    async def sweep_requests(self, before: datetime, limit: int) -> int | None:
        """Delete calls that ended before this time, and all of organizations that were removed.

        Return how many were deleted, at most `limit`; none if another process is sweeping.

        Raises:
            Unavailable: the database cannot be reached.
        """
        ...

    async def sweep_hours(self, before: datetime, limit: int) -> int | None:
        """Delete hours of usage that began before this time; returns and raises as for calls."""
        ...

    async def sweep_answers(self, before: datetime, limit: int) -> int | None:
        """Delete Idempotency-Keys that were claimed before this time, with their answers; otherwise as for calls."""
        ...


async def sweep_usage(*, sweep: UsageSweep, clock: Clock, request_log_days: int) -> int:
    """Delete what is too old, until nothing is or a million rows are deleted, and return how many were.

    Raises:
        Unavailable: the database cannot be reached.
    """
    now = clock.now()
    requests = await _swept(sweep.sweep_requests, now - timedelta(days=request_log_days))
    hours = await _swept(sweep.sweep_hours, now - timedelta(days=DAYS_BY_HOUR))
    return requests + hours + await _swept(sweep.sweep_answers, now - ANSWERS_KEPT)


async def sweep_usage_for_ever(
    *, sweep: UsageSweep, clock: Clock, request_log_days: int, pause_seconds: float = SWEEP_SECONDS
) -> None:
    """Delete what is too old every minute; runs until cancelled. While the database is away, nothing is deleted."""
    while True:
        with suppress(Unavailable):
            await sweep_usage(sweep=sweep, clock=clock, request_log_days=request_log_days)
        await asyncio.sleep(pause_seconds)


async def _swept(sweep: Callable[[datetime, int], Awaitable[int | None]], before: datetime) -> int:
    deleted = 0
    for _ in range(MOST_TRANSACTIONS):
        rows = await sweep(before, MOST_ROWS_A_TRANSACTION)
        deleted += rows or 0
        if rows is None or rows < MOST_ROWS_A_TRANSACTION:
            break
    return deleted
