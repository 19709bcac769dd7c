"""The providers and models on which an organization can run prompts: those that a prompt requests, and no others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from application.ports.provider_gateway import HealthStatus
from application.ports.vault import SealedCredential
from application.prompts.cool_downs import SharedCoolDown
from application.prompts.selection_candidates import NamedSelector, Requirements
from domain.budget import Budget
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
    has_key: bool = True
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
class OrganizationState:
    """The position of the organization's log, 0 before any event, and what its processes have found of its models.

    As long as the log is the same, so are its providers and models, and its own budget.
    """

    org_sequence: int
    cool_downs: Sequence[SharedCoolDown] = ()
    budget: Budget | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptCandidates:
    """Models with their providers, disabled ones too, at least as new as `state`."""

    state: OrganizationState
    accounts: Mapping[UUID, CandidateProvider]
    models: Sequence[CandidateModel]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallableNames:
    """A page of names in their order, each with the ids of the models that may be tried first under it."""

    names: Sequence[tuple[str, Sequence[UUID]]]
    has_more: bool
    candidates: PromptCandidates


class CandidateReader(Protocol):
    """Reads the prompt candidates of the current caller's organization.

    What an access key may not use is as if it were not there.

    What a call costs does not grow with the number of models that the organization has. A provider and its key are of
    the same moment. Every method raises `Unavailable` where the database cannot be reached.
    """

    async def named(self, selector: NamedSelector) -> PromptCandidates:
        """Return the models that are called so, none if there are none; of very many some hundred of the preferred."""
        ...

    async def fitting(
        self, need: Requirements, *, has_images: bool, today: date, fastest: Sequence[UUID], limit: int
    ) -> PromptCandidates:
        """Return models among which are the first `limit` that fit the need, in the order of its strategy.

        What only the application knows (a config that cannot be used, what the catalogue says is retired) is not
        looked at. `fastest` are the models whose speed is known, the quickest first.
        """
        ...

    async def first(self, limit: int) -> PromptCandidates:
        """Return the first models by their names, whatever they are."""
        ...

    async def count(self) -> int:
        """Return how many models the organization has."""
        ...

    async def dearest_price(self) -> Price | None:
        """Return the price of the organization's dearest model; None if none has one."""
        ...

    async def callable(self, types: Sequence[str], *, after: str | None, limit: int) -> CallableNames:
        """Return at most `limit` names of models of these types that can be called, after this name."""
        ...

    async def state(self) -> OrganizationState:
        """Return a value that changes whenever anything has changed."""
        ...
