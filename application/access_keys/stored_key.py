"""An access key as requests need it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hmac import compare_digest
from typing import Literal
from uuid import UUID

from domain.access_key.values import Limits, Scope
from domain.budget import Budget

Refusal = Literal["unknown", "disabled", "expired"]


@dataclass(frozen=True, slots=True)
class StoredSecret:
    """The digest of a secret's text, and until when it is accepted; None: as long as the key."""

    digest: bytes = field(repr=False)
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredKey:
    """A key that was not revoked, with the secrets that are accepted for it.

    `model_ids` and `provider_ids` are what it may use; a model of either may be used, and None for both means all.
    """

    id: UUID
    organization_id: UUID
    scope: Scope
    is_enabled: bool
    expires_at: datetime | None
    secrets: Sequence[StoredSecret]
    labels: Mapping[str, str]
    limits: Limits
    budget: Budget | None = None
    model_ids: frozenset[UUID] | None = None
    provider_ids: frozenset[UUID] | None = None

    @property
    def is_restricted(self) -> bool:
        """Whether it may use only some models."""
        return self.model_ids is not None or self.provider_ids is not None

    def refusal(self, digest: bytes, now: datetime) -> Refusal | None:
        """Return why the text with this digest is not accepted now, or None if it is.

        Without the right secret the reason is always that the key is unknown.
        """
        matching = [secret for secret in self.secrets if compare_digest(secret.digest, digest)]
        if not any(secret.valid_until is None or secret.valid_until > now for secret in matching):
            return "unknown"
        if not self.is_enabled:
            return "disabled"
        return "expired" if self.expires_at is not None and self.expires_at <= now else None
