"""An event loop in a thread of its own, for servers that outlive the loop of one test."""

import asyncio
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from threading import Thread
from types import TracebackType
from typing import Self, TypeVar

import uvloop

T = TypeVar("T")

_PATIENCE_SECONDS = 60.0


class Background:
    """Enters asynchronous contexts and keeps them open until the end of the `with`."""

    def __init__(self) -> None:
        self._loop = uvloop.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="servers", daemon=True)
        self._contexts = AsyncExitStack()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self.run(self._contexts.aclose())
            self.run(_cancelled())
            self.run(self._loop.shutdown_default_executor())
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(_PATIENCE_SECONDS)
            self._loop.close()

    def enter(self, context: AbstractAsyncContextManager[T]) -> T:
        """Return what the context gives; it is left in the opposite order of entering."""
        return self.run(self._contexts.enter_async_context(context))

    def run(self, work: Coroutine[object, object, T]) -> T:
        """Return what the coroutine gives, run in the thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE_SECONDS)


async def _cancelled() -> None:
    """End what servers that have stopped may have left behind: connections that linger."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
