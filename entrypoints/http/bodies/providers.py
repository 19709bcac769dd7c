"""Bodies and queries of the provider routes."""

from typing import Annotated, Literal

from pydantic import Field

from entrypoints.http.bodies.point_in_time import AsOf
from entrypoints.http.bodies.resource_fields import (
    ApiKey,
    EndpointUrl,
    ExtraHeaders,
    ExtraHeadersPatch,
    FreeObject,
    Name,
    ProviderModelId,
    Revision,
)
from entrypoints.http.field_types import Body, Flag, Patch, Query, Whole
from entrypoints.http.optional_fields import NULLABLE
from entrypoints.http.pagination import Page

ListSort = Literal["name", "-name", "createdAt", "-createdAt"]
ProviderTypeName = Annotated[str, Field(min_length=1, max_length=100)]


class NewProvider(Body):
    """A provider to register. Without an endpoint the type's own is used."""

    name: Name
    provider_type: ProviderTypeName
    api_key: ApiKey | None = None
    extra_headers: ExtraHeaders | None = None
    endpoint: EndpointUrl | None = None
    settings: FreeObject = Field(default_factory=dict)
    is_enabled: bool = True


class ProviderReplacement(Body):
    """All that can be written of a provider; what is left out gets its default.

    Key and extra headers stay when they are left out; null removes them.
    """

    name: Name
    provider_type: ProviderTypeName | None = None
    api_key: Annotated[ApiKey | None, NULLABLE] = None
    extra_headers: Annotated[ExtraHeaders | None, NULLABLE] = None
    endpoint: EndpointUrl | None = None
    settings: FreeObject = Field(default_factory=dict)
    is_enabled: bool = True


class ProviderPatch(Patch):
    """What to change of a provider (RFC 7396): null for the endpoint means the type's own.

    Null removes the key, all extra headers, or the one header that has it.
    """

    name: Name = ""
    provider_type: ProviderTypeName = ""
    api_key: ApiKey | None = None
    extra_headers: ExtraHeadersPatch | None = None
    endpoint: EndpointUrl | None = None
    settings: FreeObject | None = None
    is_enabled: bool = True


class ProviderToTest(Body):
    """A configuration that is tested and not kept."""

    provider_type: ProviderTypeName
    api_key: ApiKey | None = None
    extra_headers: ExtraHeaders | None = None
    endpoint: EndpointUrl | None = None
    settings: FreeObject = Field(default_factory=dict)


class ProviderReversion(Body):
    """Which revision to bring back. Secrets never come back; give them where the account was another."""

    to_revision: Revision
    api_key: ApiKey | None = None
    extra_headers: ExtraHeaders | None = None


class ProviderListQuery(Page):
    """Which providers, in which order."""

    type: Annotated[ProviderTypeName | None, Field(description="Only of this provider type.")] = None
    enabled: Annotated[Flag | None, Field(description="Only enabled, or only disabled ones.")] = None
    health: Literal["unknown", "healthy", "degraded", "unhealthy"] | None = None
    q: Annotated[str | None, Field(min_length=1, max_length=200, description="In name or endpoint.")] = None
    sort: ListSort = "name"
    as_of: AsOf = None


class RemovalQuery(Query):
    """How much goes with it."""

    cascade: Annotated[Flag, Field(description="Remove its models too.")] = False


class ChecksQuery(Query):
    """How many checks."""

    limit: Annotated[Whole, Field(ge=1, le=100, description="How many at most.")] = 20


class DiscoveryQuery(Query):
    """How fresh."""

    refresh: Annotated[Flag, Field(description="Query the provider now, however fresh the last answer is.")] = False


class ModelsToImport(Body):
    """Which of the offered models to register. `update` lets registered ones take over what is offered."""

    model_ids: Annotated[list[ProviderModelId], Field(min_length=1, max_length=5000)] | Literal["all"]
    enable: bool = False
    update: bool = False
