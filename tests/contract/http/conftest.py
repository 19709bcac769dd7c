from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Unpack

import pytest

from entrypoints.http import transport
from entrypoints.http.routes import Route
from tests.http_service import Parts, Service, serving


@pytest.fixture
async def serve(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Callable[..., Awaitable[Service]]]:
    """Serve routes until the test is over; what still comes after an answer is read for a moment only."""
    monkeypatch.setattr(transport, "LINGERING_SECONDS", 0.2)
    async with AsyncExitStack() as stack:

        async def start(*routes: Route, **parts: Unpack[Parts]) -> Service:
            return await stack.enter_async_context(serving(routes, **parts))

        yield start
