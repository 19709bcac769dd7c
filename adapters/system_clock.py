"""The clock of the machine, and its chance."""

import asyncio
import random
import time
from datetime import UTC, datetime


class SystemClock:
    """Implements `application.ports.clock.Clock`."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SystemTimer:
    """Implements `application.ports.clock.Timer`."""

    now = staticmethod(time.monotonic)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def chance(self) -> float:
        return random.random()  # noqa: S311 - it spreads out waits and keeps no secret
