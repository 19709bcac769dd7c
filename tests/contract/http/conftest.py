from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Unpack

import pytest

from entrypoints.http import transport
from tests.http_service import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from entrypoints.http.routes import Route
    from tests.http_service import Parts, Service


@pytest.fixture
async def serve(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Callable[..., Awaitable[Service]]]:
    """Serve routes until the test is over; what still comes after an answer is read for a moment only."""
    monkeypatch.setattr(transport, "LINGERING_SECONDS", 0.2)
    async with AsyncExitStack() as stack:

        async def start(*routes: Route, **parts: Unpack[Parts]) -> Service:
            return await stack.enter_async_context(serving(routes, **parts))

        yield start
