"""The providers and models on which an organization can run prompts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from domain.access_key.values import NO_LIMITS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from application.ports.provider_gateway import HealthStatus
    from application.ports.vault import SealedCredential
    from domain.access_key.values import Budget, Limits
    from domain.model.values import Lifecycle, Price


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateProvider:
    """A provider as calls need it; `sealed` is its key, none where it holds none."""

    id: UUID
    name: str
    provider_type: str
    endpoint: str
    settings: Mapping[str, Any]
    is_enabled: bool
    health: HealthStatus
    sealed: SealedCredential | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateModel:
    """A model as prompts need it; none where something is not known."""

    id: UUID
    provider_id: UUID
    model_id: str
    name: str
    type: str
    capabilities: frozenset[str]
    config: Mapping[str, Any]
    price: Price | None
    context_window: int | None
    max_tokens: int | None
    lifecycle: Lifecycle
    is_enabled: bool
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptCandidates:
    """All providers and models of an organization, disabled ones too, at least as new as `org_sequence` in its log.

    With them come the organization's own limits and budget.
    """

    org_sequence: int
    accounts: Mapping[UUID, CandidateProvider]
    models: Sequence[CandidateModel]
    limits: Limits = NO_LIMITS
    budget: Budget | None = None


class CandidateReader(Protocol):
    """Reads the prompt candidates of the current caller's organization."""

    async def read(self) -> PromptCandidates:
        """Return everything. An account and its key are of the same moment.

        Raises:
            Unavailable: the database cannot be reached.
        """
        ...

    async def sequence(self) -> int:
        """Return how far the organization's log goes, 0 before any event; as long as it is the same, so is the list.

        Raises:
            Unavailable: the database cannot be reached.
        """
        ...
