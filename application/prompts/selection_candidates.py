"""Input and result types of model selection."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Final, Literal
from uuid import UUID

from application.ports.provider_gateway import HealthStatus
from application.prompts.conversation import origin_of
from application.prompts.generation import ModelDefaults
from application.prompts.model_parameters import Defaults
from domain.model.values import PRICED_KINDS, Price

_OUTPUT_KINDS: Final = ("output_per_1k", "reasoning_per_1k")
_INPUT_KINDS: Final = tuple(kind for kind in PRICED_KINDS if kind not in _OUTPUT_KINDS)

Strategy = Literal["cheapest", "fastest", "preferred"]


@dataclass(frozen=True, kw_only=True)
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
    lacks_key: bool = False
    mark: int = 0
    """Identifies a connection: it changes with endpoint, key, settings and the model's id there."""

    @property
    def output_limit(self) -> int | None:
        """The most tokens that the model writes, as far as that is known."""
        return self.max_tokens or self.known_max_tokens

    @cached_property
    def request_defaults(self) -> ModelDefaults:
        """What holds for requests to the model where they are silent."""
        defaults, parameters = self.defaults, self.defaults.parameters
        return ModelDefaults(
            temperature=parameters.temperature,
            top_p=parameters.top_p,
            max_tokens=parameters.max_tokens,
            stop=parameters.stop,
            system_prompt=defaults.system_prompt,
            reasoning_effort=defaults.reasoning_effort,
            most_tokens=self.output_limit,
            drop=defaults.drop,
            base_model=defaults.base_model,
            capabilities=self.capabilities,
        )

    @cached_property
    def dearest_rates(self) -> tuple[Decimal, Decimal] | None:
        """See the function of this name; none without a price."""
        return None if self.price is None else dearest_rates(self.price)

    @cached_property
    def origin(self) -> str:
        """What marks the blobs that fit this account and model."""
        return origin_of(self.provider_id, self.provider_model_id)

    @property
    def cost_of_both(self) -> Decimal | None:
        """USD for 1,000 tokens read and 1,000 written, none unless both are known."""
        price = self.price
        if price is None or price.input_per_1k is None or price.output_per_1k is None:
            return None
        return price.input_per_1k + price.output_per_1k


def dearest_rates(price: Price) -> tuple[Decimal, Decimal]:
    """Return what 1,000 tokens that are read, and 1,000 that are written, cost at most, in USD."""
    return _highest(price, _INPUT_KINDS), _highest(price, _OUTPUT_KINDS)


def _highest(price: Price, kinds: Sequence[str]) -> Decimal:
    stated = [getattr(each, kind) for each in (price, *price.tiers) for kind in kinds]
    return max((amount for amount in stated if amount is not None), default=Decimal(0))


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
class Requirements:
    """What a model must be. Tokens, and USD per 1,000 tokens; none does not matter."""

    type: str | None = None
    capabilities: frozenset[str] = field(default_factory=frozenset)
    max_cost_per_1k: Decimal | None = None
    min_context_window: int | None = None
    strategy: Strategy = "preferred"


NamedSelector = ModelById | ModelByName | ModelByAnyName
ModelSelector = NamedSelector | Requirements


@dataclass(frozen=True, slots=True)
class RuleFinding:
    """A selection rule that affected a candidate, with a detail."""

    rule: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCoolDown:
    """Why a model is left alone, and until when; then one prompt tries it again."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class RankedCandidate:
    """A candidate with its rank (1 is the first choice); None if a rule dropped it.

    `share` is its part of the first calls, of 1, as far as that is by weight and not by what is
    under way; none unless it was calculated.
    """

    candidate: Candidate
    rank: int | None
    findings: tuple[RuleFinding, ...]
    tier: int = 0
    """Candidates of one tier are as good as each other: prompts are spread among them."""
    share: float | None = None
    cool_down: ShownCoolDown | None = None

    @property
    def weight(self) -> float:
        """Its part of the prompts, relative to the others of its tier."""
        return self.candidate.defaults.weight

    @property
    def is_kept(self) -> bool:
        """Whether no rule dropped it."""
        return self.rank is not None


@dataclass(frozen=True, slots=True)
class Selection:
    """Candidates with ranks and findings; kept ones first. `count` is how many there are, if more than these."""

    ranked_candidates: tuple[RankedCandidate, ...]
    count: int | None = None

    @property
    def kept(self) -> list[Candidate]:
        """The candidates to try, in this order."""
        return [ranked.candidate for ranked in self.ranked_candidates if ranked.rank is not None]
