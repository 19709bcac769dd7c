"""What a declaration may contain: the API's fields, with names in place of ids and references in place of secrets."""

from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, StringConstraints, Tag, model_validator
from pydantic_core import PydanticCustomError

from domain.access_key.values import MOST_LABELS, MOST_RESTRICTIONS
from entrypoints.http.bodies.access_keys import BudgetPeriod, KeyBudget, KeyLimits, KeyScope, LabelName, LabelValue
from entrypoints.http.bodies.models import WrittenModel
from entrypoints.http.bodies.providers import ProviderTypeName
from entrypoints.http.bodies.resource_fields import BudgetUsd, EndpointUrl, FreeObject, Name, ProviderModelId
from entrypoints.http.bodies.webhooks import ReceiverUrl, Topics, WebhookFormat
from entrypoints.http.field_types import Body, Time

VariableName = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]

_MOST: int = 10_000
_MOST_HEADERS: int = 100


class SecretReference(Body):
    """Where a secret is: in an environment variable, or in a file, whose path counts from the declaration's folder."""

    env: VariableName | None = None
    file: Annotated[str, StringConstraints(min_length=1, max_length=4096)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _is_no_secret(cls, value: object) -> object:
        if not isinstance(value, dict):
            raise PydanticCustomError(
                "secret", "is never written in the file: use {env: NAME} or {file: PATH} to refer to it"
            )
        return value

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.env is None) == (self.file is None):
            raise PydanticCustomError("secret", "takes either env or file")
        return self


class DeclaredModel(WrittenModel):
    """A model of the provider that it is nested in."""

    model_id: ProviderModelId


class DeclaredProvider(Body):
    """A provider, known by its name. Without `models` its models are not declared."""

    name: Name
    provider_type: ProviderTypeName
    endpoint: EndpointUrl | None = None
    api_key: SecretReference | None = None
    extra_headers: Annotated[dict[str, SecretReference], Field(max_length=_MOST_HEADERS)] | None = None
    settings: FreeObject = Field(default_factory=dict)
    is_enabled: bool = True
    models: Annotated[list[DeclaredModel], Field(max_length=_MOST)] | None = None


class ModelReference(Body):
    """A model, by its provider's name here and the provider's name for it."""

    provider: Name
    model_id: ProviderModelId


class DeclaredAccessKey(Body):
    """An access key, known by its name."""

    name: Name
    scope: KeyScope = "run"
    models: Annotated[list[ModelReference], Field(min_length=1, max_length=MOST_RESTRICTIONS)] | None = None
    providers: Annotated[list[Name], Field(min_length=1, max_length=MOST_RESTRICTIONS)] | None = None
    limits: KeyLimits | None = None
    budget: KeyBudget | None = None
    labels: Annotated[dict[LabelName, LabelValue], Field(max_length=MOST_LABELS)] = Field(default_factory=dict)
    expires_at: Time | None = None
    is_enabled: bool = True


class DeclaredWebhook(Body):
    """A webhook, known by its name. Its address may be a secret itself, and then is referred to."""

    name: Name
    url: Annotated[
        Annotated[ReceiverUrl, Tag("text")] | Annotated[SecretReference, Tag("reference")],
        Discriminator(lambda value: "reference" if isinstance(value, dict | SecretReference) else "text"),
    ]
    topics: Topics
    format: WebhookFormat = "json"
    is_enabled: bool = True


class DeclaredBudget(Body):
    """USD that the organization may spend in each period."""

    usd: BudgetUsd
    period: BudgetPeriod


class DeclarationFile(Body):
    """What an organization is to have. An absent part is not declared; an empty list declares that there is none."""

    version: Literal[1]
    providers: Annotated[list[DeclaredProvider], Field(max_length=_MOST)] | None = None
    budget: DeclaredBudget | None = None
    access_keys: Annotated[list[DeclaredAccessKey], Field(max_length=_MOST)] | None = None
    webhooks: Annotated[list[DeclaredWebhook], Field(max_length=_MOST)] | None = None
