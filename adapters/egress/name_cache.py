"""Remembers what names were looked up to, and has each organization wait for its own look-ups alone."""

import asyncio
import socket
from collections import OrderedDict
from functools import partial
from time import monotonic
from typing import Final
from uuid import UUID

from aiohttp.abc import AbstractResolver, ResolveResult

from application.caller import NoCaller, current_caller

_MOST_NAMES: Final = 1_024

_Name = tuple[str, int, socket.AddressFamily]


def caller_or_nobody() -> UUID | None:
    """Return the organization that calls; None where the service calls on nobody's behalf."""
    try:
        return current_caller().organization_id
    except NoCaller:
        return None


class NameCache(AbstractResolver):
    """Looks a name up once for all of an organization's calls that wait for it, and remembers the addresses.

    The client's own cache has all organizations wait for the first look-up.
    """

    def __init__(self, resolver: AbstractResolver, seconds: float) -> None:
        self._resolver = resolver
        self._seconds = seconds
        self._known: OrderedDict[_Name, tuple[float, list[ResolveResult]]] = OrderedDict()
        self._look_ups: dict[tuple[UUID | None, _Name], asyncio.Task[list[ResolveResult]]] = {}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses; errors as the resolver raises them, which are not remembered."""
        name = (host, port, family)
        until, addresses = self._known.get(name, (0.0, []))
        if monotonic() < until:
            # By turns, so that all of a name's servers get their part.
            addresses.append(addresses.pop(0))
            return list(addresses)
        place = (caller_or_nobody(), name)
        if place not in self._look_ups:
            self._look_ups[place] = asyncio.create_task(self._resolve(name))
            self._look_ups[place].add_done_callback(partial(self._ended, place))
        return list(await asyncio.shield(self._look_ups[place]))

    async def _resolve(self, name: _Name) -> list[ResolveResult]:
        host, port, family = name
        addresses = await self._resolver.resolve(host, port, family)
        if self._seconds and addresses:
            self._known[name] = (monotonic() + self._seconds, list(addresses))
            self._known.move_to_end(name)
            if len(self._known) > _MOST_NAMES:
                self._known.popitem(last=False)
        return addresses

    def _ended(self, place: tuple[UUID | None, _Name], look_up: asyncio.Task[list[ResolveResult]]) -> None:
        del self._look_ups[place]
        if not look_up.cancelled():
            # Whoever waited may have gone.
            look_up.exception()

    async def close(self) -> None:
        """End what is being looked up."""
        for look_up in list(self._look_ups.values()):
            look_up.cancel()
        await self._resolver.close()
