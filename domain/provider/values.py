"""The value objects of a provider."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

HEALTH_STATUSES: Final = ("unknown", "healthy", "degraded", "unhealthy")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The base URL of a provider, and its origin (scheme, host, port), to which an API key is bound.

    Both are normalized (lower-case ASCII host, explicit port in the origin), so that different spellings of one
    origin are equal.
    """

    url: str
    origin: str


@dataclass(frozen=True, slots=True)
class NewCredential:
    """A new API key, reduced to what may be shown of it."""

    hint: str
