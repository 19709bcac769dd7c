"""Looking names up, and refusing what they lead to."""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import TYPE_CHECKING, Final

from aiohttp.abc import AbstractResolver, ResolveResult

from adapters.egress.call_timings import current
from adapters.egress.host_names import normal_host

if TYPE_CHECKING:
    from adapters.egress.egress_rules import Guard

# A lookup that hangs holds its thread for as long as the system's resolver likes, whoever stopped waiting for it.
_THREADS: Final = 16


class SystemResolver(AbstractResolver):
    """The system's resolver, in threads of its own: a name server that hangs must not hold up other threaded work."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="name-lookup")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        return await asyncio.get_running_loop().run_in_executor(self._threads, _look_up, host, port, family)

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


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

    def __init__(self, resolver: AbstractResolver, guard: Guard) -> None:
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
