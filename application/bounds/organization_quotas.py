"""The quotas of each organization: those of the installation, and what platform administrators have changed of them."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol
from uuid import UUID

from application.bounds.quotas import DEFAULTS, Quotas
from application.errors import Unavailable
from application.ports.clock import Timer

LONGEST_TRUST: Final = 3.0
"""Seconds after which quotas are read again before they count; a change in another process is known here by then."""

# Half way they are read again while requests continue, so that under load none of them waits.
_READ_AFTER: Final = LONGEST_TRUST / 2
_MOST_REMEMBERED: Final = 10_000


class QuotasReader(Protocol):
    """Reads what was changed for an organization."""

    async def read(self, organization_id: UUID) -> Mapping[str, int]:
        """Return the quotas of the organization's own, by their names.

        Raises:
            Unavailable: the database cannot be reached.
        """
        ...


@dataclass(slots=True)
class _Remembered:
    quotas: Quotas
    read_at: float


class OrganizationQuotas:
    """Returns an organization's quotas, cached for seconds, for some 10,000 organizations.

    While the database is away those count that were known last, or else those of the installation.
    """

    def __init__(self, reader: QuotasReader, timer: Timer, defaults: Quotas = DEFAULTS) -> None:
        """Take the port; `defaults` are the quotas of the installation."""
        self._reader = reader
        self._timer = timer
        self._defaults = defaults
        self._remembered: OrderedDict[UUID, _Remembered] = OrderedDict()
        self._reading: dict[UUID, asyncio.Task[Quotas]] = {}

    def known(self, organization_id: UUID) -> Quotas:
        """Return the cached quotas, without a query."""
        remembered = self._remembered.get(organization_id)
        return self._defaults if remembered is None else remembered.quotas

    async def of(self, organization_id: UUID) -> Quotas:
        """Return the quotas, at most some seconds old."""
        remembered = self._remembered.get(organization_id)
        age = LONGEST_TRUST if remembered is None else self._timer.now() - remembered.read_at
        if remembered is not None and age < _READ_AFTER:
            return remembered.quotas
        if organization_id not in self._reading:
            self._reading[organization_id] = asyncio.create_task(self._read(organization_id))
            self._reading[organization_id].add_done_callback(partial(self._ended, organization_id))
        if remembered is not None and age < LONGEST_TRUST:
            return remembered.quotas
        # Others wait for the same answer: one of them that goes away must not take it from them.
        return await asyncio.shield(self._reading[organization_id])

    def forget(self, organization_id: UUID) -> None:
        """Read the organization's quotas again: they were changed."""
        self._remembered.pop(organization_id, None)
        self._reading.pop(organization_id, None)

    async def _read(self, organization_id: UUID) -> Quotas:
        read_at = self._timer.now()
        try:
            quotas = self._defaults.changed(await self._reader.read(organization_id))
        except Unavailable:
            quotas = self.known(organization_id)
        # What was forgotten meanwhile may have been read too early.
        if self._reading.get(organization_id) is asyncio.current_task():
            del self._reading[organization_id]
            self._remembered[organization_id] = _Remembered(quotas, read_at)
            self._remembered.move_to_end(organization_id)
            if len(self._remembered) > _MOST_REMEMBERED:
                self._remembered.popitem(last=False)
        return quotas

    def _ended(self, organization_id: UUID, reading: asyncio.Task[Quotas]) -> None:
        """Make way for the next reading after an unforeseen failure, which whoever waits for this one meets."""
        if self._reading.get(organization_id) is reading:
            del self._reading[organization_id]
        if not reading.cancelled():
            reading.exception()
