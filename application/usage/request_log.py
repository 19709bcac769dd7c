"""The request log: one entry for each call of a client, in figures and ids."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from application.ports.log_pages import LogPage


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFilter:
    """Which calls: those that ended at `since` or later and before `until`.

    `model` is a registered model's id, its provider's name for it, or the text that was requested; `label` a label's
    name and its value; `request_id` ours or the provider's.
    """

    since: datetime | None = None
    until: datetime | None = None
    model: str | None = None
    provider_id: UUID | None = None
    access_key_id: UUID | None = None
    actor: str | None = None
    outcome: str | None = None
    label: tuple[str, str] | None = None
    request_id: str | None = None


class RequestLog(Protocol):
    """Reads the request log of the current caller's organization.

    Each method raises `Unavailable` where the database cannot be reached.
    """

    async def page(
        self, filters: RequestFilter, limit: int, before: tuple[datetime, UUID] | None
    ) -> LogPage[tuple[datetime, UUID]]:
        """Return at most so many calls as JSON, the newest first, older than the one with this end and id.

        Where very many have to be looked at, a page ends before it is full, and names where the next one continues.

        The model of a call is the one that answered or was tried last. Tokens and cost are those of all attempts; the
        cost is none where that of the last one is not known. Each attempt has its own.
        """
        ...

    async def lines(
        self, filters: RequestFilter, limit: int, before: tuple[datetime, UUID] | None
    ) -> LogPage[tuple[datetime, UUID]]:
        """Return the same as lines of CSV."""
        ...

    async def count(self, filters: RequestFilter, *, most: int | None = None) -> int:
        """Return how many calls match, counting no further than `most`."""
        ...
