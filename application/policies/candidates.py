"""What selection looks at and what it says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal
    from uuid import UUID

    from application.policies.parameters import Defaults
    from application.ports.provider_gateway import HealthStatus
    from domain.model.values import Price

Strategy = Literal["cheapest", "fastest", "preferred"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A registered model with what matters of its provider.

    `max_tokens` is what is registered, `known_max_tokens` what the catalogue knows where nothing is registered.
    """

    id: UUID
    provider_id: UUID
    provider_name: str
    provider_type: str
    provider_model_id: str
    name: str
    type: str
    capabilities: frozenset[str]
    context_window: int | None
    max_tokens: int | None
    price: Price | None
    is_enabled: bool
    provider_is_enabled: bool
    health: HealthStatus
    is_retired: bool
    defaults: Defaults
    created_at: datetime
    known_max_tokens: int | None = None

    @property
    def output_limit(self) -> int | None:
        """The most tokens that the model writes, as far as that is known."""
        return self.max_tokens or self.known_max_tokens

    @property
    def cost_of_both(self) -> Decimal | None:
        """USD for 1,000 tokens read and 1,000 written, none unless both are known."""
        price = self.price
        if price is None or price.input_per_1k is None or price.output_per_1k is None:
            return None
        return price.input_per_1k + price.output_per_1k


@dataclass(frozen=True, slots=True)
class ModelById:
    """The registered model of this id, and no other."""

    model_id: UUID


@dataclass(frozen=True, slots=True)
class ModelByName:
    """The registered models that their providers, or this provider, call so."""

    provider_model_id: str
    provider_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ModelByAnyName:
    """The registered model of this id; else those that their providers call so; else those of this name."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a model must be. Tokens, and USD per 1,000 tokens; none does not matter."""

    type: str | None = None
    capabilities: frozenset[str] = field(default_factory=frozenset)
    max_cost_per_1k: Decimal | None = None
    min_context_window: int | None = None
    strategy: Strategy = "preferred"


Wanted = ModelById | ModelByName | ModelByAnyName | Need


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that had something to say of a candidate, and what."""

    rule: str
    detail: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """A candidate with its rank among those kept (1 is the first choice), none when it was dropped."""

    candidate: Candidate
    rank: int | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """A verdict on every candidate, those kept first, by rank."""

    verdicts: tuple[Verdict, ...]

    @property
    def kept(self) -> list[Candidate]:
        """The candidates to try, in this order."""
        return [verdict.candidate for verdict in self.verdicts if verdict.rank is not None]
