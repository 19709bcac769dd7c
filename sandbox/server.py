"""Starting and stopping the sandbox."""

import asyncio
import signal
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Self

from aiohttp import web

from sandbox.app import create_app
from sandbox.faults.fault_queue import FaultQueue
from sandbox.magic_keys import KEYS, VALID
from sandbox.model_catalogue import ModelCatalogue
from sandbox.providers.provider_registry import PROVIDERS
from sandbox.recorded_requests import RecordedRequest
from sandbox.request_handler import SandboxState
from sandbox.simulator_guide import guide

__all__ = ["Sandbox", "create_app", "guide", "serve_sandbox"]

#: Seconds that a request which hangs on purpose is waited for when the sandbox stops.
_GRACE = 0.05


class Sandbox:
    """A sandbox in this process.

    `async with Sandbox() as sandbox:` starts it on a free port of the loopback interface.
    """

    def __init__(self) -> None:
        """Make a sandbox that has not started."""
        self._state = SandboxState()
        self._runner: web.AppRunner | None = None
        self._url = ""

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 takes a free one.

        Raises:
            OSError: the port is taken.
        """
        # A cancelled handler is how the sandbox knows that a client gave up while it made it wait.
        runner = web.AppRunner(
            create_app(self._state), handler_cancellation=True, access_log=None, shutdown_timeout=_GRACE
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        self._url = f"http://{host}:{runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Close every connection, hanging ones included; does nothing when it has not started."""
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await runner.cleanup()

    async def __aenter__(self) -> Self:
        """Start on a free port."""
        await self.start()
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Stop."""
        await self.stop()

    @property
    def url(self) -> str:
        """The base URL without a trailing slash; empty before the start."""
        return self._url

    @property
    def requests(self) -> deque[RecordedRequest]:
        """The latest requests, oldest first."""
        return self._state.requests

    async def wait_for_requests(self, count: int, seconds: float = 2.0) -> None:
        """Return as soon as `count` requests have been received, whether they are answered or not.

        Raises:
            TimeoutError: they have not come within `seconds`.
        """
        async with asyncio.timeout(seconds):
            while len(self.requests) < count:
                await self._state.arrival.wait()

    @property
    def faults(self) -> FaultQueue:
        """The faults to inject."""
        return self._state.faults

    def endpoint(self, provider: str) -> str:
        """The base URL under which a client finds the provider."""
        return self._url + PROVIDERS[provider].endpoint

    def key(self, provider: str, name: str = VALID) -> str:
        """Return a key of the provider: the valid one by default, or a magic key by its name."""
        return KEYS[provider][name].value

    def catalogue(self, provider: str) -> ModelCatalogue:
        """Return the provider's model catalogue, which tests may change."""
        return self._state.catalogues[provider]


async def serve_sandbox(host: str, port: int, started: Callable[[str], None] | None = None) -> None:
    """Run a sandbox until cancelled, or until SIGTERM where the loop can listen for it.

    `started` is called with the URL as soon as the sandbox answers.

    Raises:
        OSError: the port is taken.
    """
    stop = asyncio.Event()
    sandbox = Sandbox()
    await sandbox.start(host, port)
    try:
        with _sigterm_calls(stop.set):
            if started is not None:
                started(sandbox.url)
            await stop.wait()
    finally:
        await sandbox.stop()


@contextmanager
def _sigterm_calls(stop: Callable[[], None]) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    # Windows has no such signal, and only the main thread may listen for one.
    with suppress(NotImplementedError, RuntimeError, ValueError):
        loop.add_signal_handler(signal.SIGTERM, stop)
    try:
        yield
    finally:
        with suppress(NotImplementedError, RuntimeError, ValueError):
            loop.remove_signal_handler(signal.SIGTERM)
