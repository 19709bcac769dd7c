"""Evidence of how providers were found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Streak:
    """How many checks in a row went ill, or well; one of the two is 0."""

    failures: int
    successes: int


class HealthChecks(Protocol):
    """Keeps the newest hundred checks of each provider of the current caller's organization. Not part of the log."""

    async def record(
        self, provider_id: UUID, checked_at: datetime, report: Mapping[str, Any], *, failed: bool
    ) -> Streak:
        """Keep a check, as the API shows it, and return the streak it continues or begins."""
        ...

    async def recent(self, provider_id: UUID, limit: int) -> Sequence[Mapping[str, Any]]:
        """Return the newest checks, newest first."""
        ...
