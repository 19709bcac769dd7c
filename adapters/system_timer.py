"""Time and chance of the machine."""

from __future__ import annotations

import asyncio
import random
import time


class SystemTimer:
    """Implements `application.ports.timer.Timer`."""

    now = staticmethod(time.monotonic)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def chance(self) -> float:
        return random.random()  # noqa: S311 - it spreads out waits and keeps no secret
