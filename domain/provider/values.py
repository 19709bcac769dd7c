"""Values a provider is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

HEALTH_STATUSES: Final = ("unknown", "healthy", "degraded", "unhealthy")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a provider is reached: the whole base URL, and the origin (scheme, host, port) a key is bound to.

    Both are in normal form (lower-case ASCII host, explicit port in the origin), so that two spellings of one
    origin are equal.
    """

    url: str
    origin: str


@dataclass(frozen=True, slots=True)
class NewCredential:
    """A key that has been handed over: only what may be shown of it."""

    hint: str
