"""The value objects of a provider."""

from dataclasses import dataclass
from typing import Final

HEALTH_STATUSES: Final = ("unknown", "healthy", "degraded", "unhealthy")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The base URL of a provider, and its origin (scheme, host, port).

    Both are normalized (lower-case ASCII host, explicit port in the origin), so that different spellings of one
    origin are equal. `is_account_in_path`: gateways that speak the provider's type identify accounts by the path.
    """

    url: str
    origin: str
    is_account_in_path: bool = False

    @property
    def account(self) -> str:
        """What an API key and extra headers are bound to: the origin, or the whole URL if the path matters."""
        return self.url if self.is_account_in_path else self.origin


@dataclass(frozen=True, slots=True)
class NewCredential:
    """A new API key, reduced to what may be shown of it."""

    hint: str
