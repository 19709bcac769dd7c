"""Ends tasks for certain."""

import asyncio
from typing import Any, Final

_AGAIN_SECONDS: Final = 1.0


async def end_tasks(*tasks: asyncio.Future[Any]) -> None:
    """Cancel the tasks and return when all of them have ended, whatever became of them.

    One that continues is cancelled again: what it waits for can lose a cancellation that comes in the same moment, as
    `asyncio.wait_for` of Python 3.11 does (github.com/python/cpython/issues/96764), by which psycopg's pool waits for
    a connection; and an error on the way out can take the place of the cancellation.
    """
    going_on = {task for task in tasks if not task.done()}
    interruption: asyncio.CancelledError | None = None
    while going_on:
        for task in going_on:
            task.cancel()
        try:
            await asyncio.wait(going_on, timeout=_AGAIN_SECONDS)
        except asyncio.CancelledError as error:
            # Whoever is to end meanwhile leaves nothing behind that continues.
            interruption = error
        going_on = {task for task in going_on if not task.done()}
    for task in tasks:
        if not task.cancelled():
            # Whoever cares for the error retrieves it; asyncio must not warn that nobody did.
            task.exception()
    if interruption is not None:
        raise interruption
