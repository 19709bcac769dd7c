"""Bodies and queries of the model routes."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Discriminator, Field, WithJsonSchema

from entrypoints.http.bodies.point_in_time import AsOf
from entrypoints.http.bodies.providers import ListSort
from entrypoints.http.bodies.resource_fields import (
    Capabilities,
    FreeObject,
    ModelType,
    Name,
    ProviderModelId,
    Revision,
    Tokens,
)
from entrypoints.http.field_types import Body, Flag, Id, Number, Patch
from entrypoints.http.optional_fields import NULLABLE
from entrypoints.http.pagination import Page

Cost = Annotated[Number, Field(ge=0, le=1000, decimal_places=6, description="USD per 1,000 tokens.")]
ExactCost = Annotated[Number, Field(ge=0, le=1000, decimal_places=12, description="USD per 1,000 tokens.")]


class WrittenPrice(Body):
    """USD per 1,000 tokens, read and written; one of the two may be left out. In a patch null makes it unknown."""

    input_per1k_tokens: Annotated[ExactCost | None, NULLABLE, Field(alias="inputPer1kTokens")] = None
    output_per1k_tokens: Annotated[ExactCost | None, NULLABLE, Field(alias="outputPer1kTokens")] = None


class WrittenModel(Body):
    """What can be written of a model. A single costPer1kTokens counts for tokens read and written alike."""

    name: Name | None = None
    version: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    type: ModelType | None = None
    capabilities: Capabilities | None = None
    config: FreeObject = Field(default_factory=dict)
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
    config: FreeObject | None = None
    cost_per1k_tokens: Annotated[Cost | None, Field(alias="costPer1kTokens")] = None
    pricing: WrittenPrice | None = None
    context_window: Tokens | None = None
    max_tokens: Tokens | None = None
    is_enabled: bool = True


_EXPECTED = {"type": "integer", "minimum": 1, "description": "Refuse when it is at another revision."}
ExpectedRevision = Annotated[int | None, Field(ge=1), WithJsonSchema(_EXPECTED)]


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
    enabled: Annotated[Flag | None, Field(description="Only enabled, or only disabled ones.")] = None
    usable: Annotated[
        Flag | None, Field(description="Only those that can be called as they are, or only those that cannot.")
    ] = None
    q: Annotated[str | None, Field(min_length=1, max_length=200, description="In name or modelId.")] = None
    sort: ListSort = "name"
    as_of: AsOf = None


def exact(value: Decimal | None) -> Decimal | None:
    """Return the number without trailing zeros and never in exponent form."""
    return None if value is None else Decimal(format(value.normalize(), "f"))
