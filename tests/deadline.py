"""A deadline for every test that awaits something, so that it names the place where it waited in vain."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

# Far more than any test takes, also where others use the machine; the rest of a hung process ends at pytest's own
# faulthandler_timeout.
SECONDS = 240.0


def with_deadline(test: Callable[..., Any], seconds: float = SECONDS) -> Callable[..., Any]:
    """Return the test, ended with TimeoutError at the `await` at which it stands after so many seconds."""
    if not inspect.iscoroutinefunction(test):
        return test
    asynchronous: Callable[..., Awaitable[None]] = test

    @wraps(test)
    async def ended(**fixtures: Any) -> None:  # noqa: ANN401 - whatever the test asks for
        async with asyncio.timeout(seconds):
            await asynchronous(**fixtures)

    return ended
