"""Bodies and queries of the model routes."""

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Discriminator, Field, WithJsonSchema

from entrypoints.http.bodies.model_config import ModelConfig, ModelConfigPatch
from entrypoints.http.bodies.point_in_time import AsOf
from entrypoints.http.bodies.resource_fields import (
    Capabilities,
    ModelType,
    Name,
    ProviderModelId,
    Revision,
    Tokens,
    rounded,
)
from entrypoints.http.field_types import Body, Flag, Id, Integer, Number, Patch
from entrypoints.http.optional_fields import NULLABLE
from entrypoints.http.pagination import Page

ModelSort = Literal[
    "name",
    "-name",
    "createdAt",
    "-createdAt",
    "updatedAt",
    "-updatedAt",
    "costPer1kTokens",
    "-costPer1kTokens",
    "contextWindow",
    "-contextWindow",
    "maxTokens",
    "-maxTokens",
    "provider",
    "-provider",
    "retiresOn",
    "-retiresOn",
]

Cost = Annotated[Number, Field(ge=0, le=1000, description="USD per 1,000 tokens, rounded to 12 decimals."), rounded(12)]
KnownCost = Annotated[Cost | None, NULLABLE]
ServiceTier = Annotated[str, Field(min_length=1, max_length=50, description="As the provider's answers name it.")]


class WrittenPrices(Body):
    """USD per 1,000 tokens of each kind."""

    input_per1k_tokens: Annotated[KnownCost, Field(alias="inputPer1kTokens")] = None
    output_per1k_tokens: Annotated[KnownCost, Field(alias="outputPer1kTokens")] = None
    cached_input_per1k_tokens: Annotated[KnownCost, Field(alias="cachedInputPer1kTokens")] = None
    cache_write_per1k_tokens: Annotated[KnownCost, Field(alias="cacheWritePer1kTokens")] = None
    cache_write1h_per1k_tokens: Annotated[KnownCost, Field(alias="cacheWrite1hPer1kTokens")] = None
    reasoning_per1k_tokens: Annotated[KnownCost, Field(alias="reasoningPer1kTokens")] = None
    audio_input_per1k_tokens: Annotated[KnownCost, Field(alias="audioInputPer1kTokens")] = None


class WrittenPriceTier(WrittenPrices):
    """Prices for calls that read more than so many tokens, or that are served at this tier, or both.

    They count for all tokens of such a call; what a tier does not name costs what it costs without the tier.
    """

    above_input_tokens: Annotated[Integer | None, NULLABLE, Field(ge=0, le=10**12)] = None
    service_tier: Annotated[ServiceTier | None, NULLABLE] = None


class WrittenPrice(WrittenPrices):
    """USD per 1,000 tokens of each kind; input or output has to be known. In a patch null makes a price unknown.

    Cached input without a price of its own costs what input costs, reasoning what output costs. Where tokens written to
    a cache, or read as audio, have none, the cost of a call that used them is not known.
    """

    tiers: Annotated[list[WrittenPriceTier] | None, NULLABLE, Field(max_length=20)] = None


class WrittenModel(Body):
    """What can be written of a model. A single costPer1kTokens counts for tokens read and written alike."""

    name: Name | None = None
    version: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    type: ModelType | None = None
    capabilities: Capabilities | None = None
    config: ModelConfig = Field(default_factory=ModelConfig)
    cost_per1k_tokens: Annotated[Cost | None, Field(alias="costPer1kTokens")] = None
    pricing: WrittenPrice | None = None
    context_window: Tokens | None = None
    max_tokens: Tokens | None = None
    is_enabled: bool = True


class NewModel(WrittenModel):
    """A model to register; what is left out is filled from the catalogue, and `sources` in the answer says so."""

    provider_id: Id
    model_id: ProviderModelId


class ModelReplacement(WrittenModel):
    """All that can be written of a model; what is left out is filled in as for a new one."""

    provider_id: Id | None = None
    model_id: ProviderModelId | None = None


class ModelPatch(Patch):
    """What to change of a model (RFC 7396): null makes a value unknown."""

    provider_id: Id = UUID(int=0)
    model_id: ProviderModelId = ""
    name: Name = ""
    version: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    type: ModelType = "unknown"
    capabilities: Capabilities = Field(default_factory=list)
    config: ModelConfigPatch | None = None
    cost_per1k_tokens: Annotated[Cost | None, Field(alias="costPer1kTokens")] = None
    pricing: WrittenPrice | None = None
    context_window: Tokens | None = None
    max_tokens: Tokens | None = None
    is_enabled: bool = True


_EXPECTED = {"type": "integer", "minimum": 1, "description": "Refuse when it is at another revision."}
ExpectedRevision = Annotated[Integer | None, Field(ge=1), WithJsonSchema(_EXPECTED)]


class CreateOperation(NewModel):
    """Register a model."""

    op: Literal["create"]


class UpdateOperation(ModelPatch):
    """Change a model, as PATCH does."""

    op: Literal["update"]
    id: Id
    revision: ExpectedRevision = None


class PlainOperation(Body):
    """Take a model into use, out of use, or away."""

    op: Literal["enable", "disable", "delete"]
    id: Id
    revision: ExpectedRevision = None


Operation = Annotated[CreateOperation | UpdateOperation | PlainOperation, Discriminator("op")]


class BulkOperations(Body):
    """Up to 1,000 operations: all or none when atomic, else each for itself."""

    atomic: bool = True
    operations: Annotated[list[Operation], Field(min_length=1, max_length=1000)]


class ModelReversion(Body):
    """Which revision to bring back."""

    to_revision: Revision


class ModelListQuery(Page):
    """Which models, in which order."""

    provider_id: Annotated[Id | None, Field(description="Only of this provider.")] = None
    type: ModelType | None = None
    capability: Annotated[str | None, Field(min_length=1, max_length=50, description="Only those able to.")] = None
    enabled: Annotated[
        Flag | None,
        Field(description="Only those that are enabled and whose provider is, or only those that are not."),
    ] = None
    usable: Annotated[
        Flag | None, Field(description="Only those that can be called as they are, or only those that cannot.")
    ] = None
    q: Annotated[str | None, Field(min_length=1, max_length=200, description="In name or modelId.")] = None
    sort: ModelSort = "name"
    as_of: AsOf = None


def exact(value: Decimal | None) -> Decimal | None:
    """Return the number without trailing zeros and never in exponent form."""
    return None if value is None else Decimal(format(value.normalize(), "f"))
