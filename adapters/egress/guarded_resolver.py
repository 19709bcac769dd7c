"""Looking names up, and refusing what they lead to."""

import asyncio
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from time import perf_counter
from typing import Final

from aiohttp.abc import AbstractResolver, ResolveResult

from adapters.egress.call_timings import current
from adapters.egress.egress_rules import EgressRules
from adapters.egress.host_names import normal_host
from adapters.egress.name_cache import caller_or_nobody
from application.bounds.shares import Shares

# A lookup that hangs holds its thread for as long as the system's resolver likes, whoever stopped waiting for it. These
# are more than all shares together hold, so that there is one left for whoever has less than his share.
_THREADS: Final = 64
_LONGEST_QUEUE_SECONDS: Final = 10.0
_SHARE: Final = "nameLookups"


class SystemResolver(AbstractResolver):
    """The system's resolver, in threads of its own: a name server that hangs must not hold up other threaded work.

    With `shares`, an organization holds so many threads, until they are done.
    """

    def __init__(self, shares: Shares | None = None) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="name-lookup")
        self._shares = shares

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        organization_id = caller_or_nobody()
        if self._shares is None or organization_id is None:
            return await asyncio.wrap_future(self._threads.submit(_look_up, host, port, family))
        try:
            async with asyncio.timeout(_LONGEST_QUEUE_SECONDS):
                await self._shares.take(_SHARE, organization_id)
        except TimeoutError:
            raise OSError("Your organization has as many names looked up as it may, and they take too long.") from None
        loop, give_back = asyncio.get_running_loop(), partial(self._shares.add, _SHARE, organization_id, -1)
        try:
            work = self._threads.submit(_look_up, host, port, family)
        except RuntimeError:
            give_back()
            raise
        work.add_done_callback(partial(_in_loop, loop, give_back))
        try:
            return await asyncio.wrap_future(work)
        finally:
            # An error refers to this frame, and so to itself: the request that needs the name would be kept long.
            del work

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _in_loop(loop: asyncio.AbstractEventLoop, give_back: Callable[[], None], _: object) -> None:
    # The service may have ended before the thread.
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(give_back)


def _look_up(host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
    # AI_ADDRCONFIG: no IPv6 addresses on a machine that has no IPv6.
    found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return [
        ResolveResult(
            hostname=host,
            host=str(address[0]),
            port=port,
            family=family,
            proto=protocol,
            flags=socket.AI_NUMERICHOST,
        )
        for family, _, protocol, _, address in found
    ]


class GuardedResolver(AbstractResolver):
    """Gives the addresses of a name only when every one of them may be called.

    One refused address is enough, because a client that tries the next one on failure would get there in the end.
    """

    def __init__(self, resolver: AbstractResolver, guard: EgressRules) -> None:
        self._resolver = resolver
        self._guard = guard

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses.

        Raises:
            AddressRefused: the name leads, among others, to an address that must not be called.
            OSError: the name does not resolve.
        """
        attempt = current.get(None)
        if attempt is not None:
            attempt.begin_lookup()
        found = await self._resolver.resolve(host, port, family)
        if attempt is not None:
            attempt.lookup_ended = perf_counter()
        for each in found:
            self._guard.check_address(normal_host(host, host), each["host"], each["port"])
        return found

    async def close(self) -> None:
        await self._resolver.close()
