"""Waiting for what happens elsewhere."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_STEP_SECONDS = 0.02


async def until(happened: Callable[[], object], *, seconds: float = 20.0) -> None:
    """Return as soon as it has happened."""
    for _ in range(int(seconds / _STEP_SECONDS)):
        if happened():
            return
        await asyncio.sleep(_STEP_SECONDS)
    raise AssertionError(f"it has not happened within {seconds:g} s")
