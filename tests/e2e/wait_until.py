"""Waiting for what happens elsewhere."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus

from tests.e2e.api_client import Api

_STEP_SECONDS = 0.02


async def until(happened: Callable[[], object], *, seconds: float = 20.0) -> None:
    """Return as soon as it has happened."""
    for _ in range(int(seconds / _STEP_SECONDS)):
        if happened():
            return
        await asyncio.sleep(_STEP_SECONDS)
    raise AssertionError(f"it has not happened within {seconds:g} s")


async def ready(api: Api, *, seconds: float = 8.0) -> None:
    """Return as soon as the service says that it is ready."""
    async with asyncio.timeout(seconds):
        while True:
            if (await api.ask("GET", "/readyz")).status == HTTPStatus.OK:
                return
            await asyncio.sleep(_STEP_SECONDS)
