"""The AI providers out there, whatever their protocol."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Literal, Protocol, Self

from application.errors import ApplicationError
from domain.model.values import TokenPrices
from domain.provider.values import Endpoint

Category = Literal[
    "ok",
    "unreachable",
    "timeout",
    "tls",
    "auth_invalid",
    "auth_forbidden",
    "region_blocked",
    "billing_exhausted",
    "rate_limited",
    "overloaded",
    "not_found",
    "bad_request",
    "context_length_exceeded",
    "content_filter",
    "provider_error",
    "unexpected_body",
    "endpoint_refused",
]
"""What a provider's answer, or its silence, means; one word for all providers."""

Concern = Literal["provider", "listing"]

HealthStatus = Literal["unknown", "healthy", "degraded", "unhealthy"]

PriceReason = Literal[
    "not listed by the provider, unknown to the price list",
    "router: depends on the model it chooses",
    "not sold by the token",
    "the price list cannot be right",
]
"""Why a price is not known."""

UNLISTED: Final[PriceReason] = "not listed by the provider, unknown to the price list"
ROUTER: Final[PriceReason] = "router: depends on the model it chooses"
SOLD_OTHERWISE: Final[PriceReason] = "not sold by the token"
IMPLAUSIBLE: Final[PriceReason] = "the price list cannot be right"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderConnection:
    """All that a call to a provider needs; no secret of it ever appears in a representation.

    The `Outbound` that an adapter is handed sends the extra headers; the adapter need not. `kept` is for what adapters
    make of the rest once for all calls over the connection.
    """

    provider_type: str
    endpoint: str
    settings: Mapping[str, Any]
    api_key: str | None = field(default=None, repr=False)
    extra_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    kept: dict[str, Any] = field(default_factory=dict, init=False, compare=False, repr=False)


@dataclass(slots=True, kw_only=True, unsafe_hash=True)
class Timings:
    """Milliseconds, each none where the phase did not happen (a kept-alive connection resolves no name)."""

    dns_ms: float | None = None
    connect_ms: float | None = None
    tls_ms: float | None = None
    first_byte_ms: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """The rate limits that the provider reported; none where it reported none. `retry_after_seconds` is relative."""

    limit_requests: int | None = None
    remaining_requests: int | None = None
    limit_tokens: int | None = None
    remaining_tokens: int | None = None
    retry_after_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextUse:
    """A prompt that is too long, in tokens: the model's limit, and the prompt's length; none: not reported."""

    limit: int | None = None
    used: int | None = None


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """What came of a call to a provider: the category `ok`, or why the call failed.

    `message` and `hint`, which is what a person can do about it, are our own sentences and hold neither a key nor a
    part of the answer; `upstream_message` is the provider's own sentence about a prompt: at most 500 characters,
    without secrets. `is_retryable`: the same request may succeed after a pause. `authenticated` is none when the answer
    does not show it (429, 5xx, silence). `concerns` is "listing" when the answer is about the model list alone: prompts
    may still work. `model_count` is none when it would have cost another call. `context` goes with the category
    `context_length_exceeded`.
    """

    category: Category
    message: str
    _: KW_ONLY
    hint: str | None = None
    http_status: int | None = None
    upstream_request_id: str | None = None
    is_retryable: bool = False
    authenticated: bool | None = None
    rate_limit: RateLimit | None = None
    context: ContextUse | None = None
    upstream_message: str | None = None
    concerns: Concern = "provider"
    model_count: int | None = None
    timings: Timings = field(default_factory=Timings)

    @property
    def retry_after_seconds(self) -> float | None:
        """How long to wait before the next call; none if the provider does not report it."""
        return self.rate_limit.retry_after_seconds if self.rate_limit else None

    def counted(self, models: int | None) -> Self:
        """Return the same with the number of models on offer."""
        return replace(self, model_count=models)


@dataclass(frozen=True, slots=True, kw_only=True)
class TestReport:
    """How a connection was found; no text of its outcome ever holds a key or an echoed response body."""

    __test__ = False  # Not a test case, whatever pytest makes of the name.

    status: HealthStatus
    reachable: bool
    outcome: CallOutcome
    response_time_ms: float
    checked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedModel(TokenPrices):
    """A model as the provider's own list has it, none where that is silent. Prices in USD per 1,000 tokens.

    `price_reason` is for a list that gives the reason for a missing price, `base_model` for one of deployments.
    `extras["aliases"]` are further ids of the same model.
    """

    model_id: str
    name: str | None = None
    version: str | None = None
    type: str | None = None
    capabilities: tuple[str, ...] | None = None
    context_window: int | None = None
    max_tokens: int | None = None
    price_reason: PriceReason | None = None
    base_model: str | None = None
    lifecycle: Literal["active", "deprecated", "retired", "preview"] | None = None
    retires_on: str | None = None
    created_on: str | None = None
    extras: Mapping[str, Any] = field(default_factory=dict)


class UpstreamFailure(ApplicationError):
    """The provider did not answer as it should.

    `failure` has the details, from the provider's answer to the problem document.
    """

    code = "upstream-failure"

    def __init__(self, failure: CallOutcome) -> None:
        super().__init__(failure.message)
        self.failure = failure


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingField:
    """One setting of a provider type, as a form would draw it."""

    name: str
    kind: Literal["string", "boolean", "integer", "choice"]
    label: str
    help: str
    required: bool = False
    choices: tuple[str, ...] = ()
    default: str | int | bool | None = None
    pattern: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A well-known service that speaks a type's protocol: its endpoint and settings, ready to use."""

    name: str
    label: str
    endpoint: str
    needs_key: bool
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderType:
    """What a provider type needs, so that a form can be drawn and a request checked from it.

    `own_headers` are those that its adapter sets, in lower case: extra headers cannot have their names.
    `is_account_in_path`: gateways that speak it identify accounts by the endpoint's path, and keys are bound to it.
    """

    name: str
    label: str
    default_endpoint: str | None
    needs_key: bool
    key_help: str
    settings: tuple[SettingField, ...] = ()
    presets: tuple[Preset, ...] = ()
    own_headers: frozenset[str] = frozenset()
    is_account_in_path: bool = False


class ProviderGateway(Protocol):
    """Calls providers by their type. Never holds a database connection; every call is bounded in time and size."""

    def types(self) -> Sequence[ProviderType]:
        """Return all provider types there are, built in and installed."""
        ...

    def checked_endpoint(self, provider_type: str, endpoint: str | None) -> Endpoint:
        """Return the endpoint in normal form, the type's own when none is given.

        Raises:
            InvalidInput: there is no such type (`/providerType`), or it has no endpoint of its own and none was given.
            EndpointRefused: it is not an https URL, or the egress rules do not allow its address (`/endpoint`).
        """
        ...

    def checked_settings(self, provider_type: str, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return the settings, checked against the type's fields.

        Raises:
            InvalidInput: one is unknown or of the wrong kind; the pointer names it (`/settings/...`).
        """
        ...

    def own_headers(self, provider_type: str) -> Collection[str]:
        """Return the headers that calls to this type carry anyway, in lower case; none for an unknown type."""
        ...

    def is_account_in_path(self, provider_type: str) -> bool:
        """Return whether the path of an endpoint of this type names the account, and so binds a key."""
        ...

    async def probe(self, connection: ProviderConnection) -> TestReport:
        """Find out in at most 2 seconds, and without spending tokens, whether the connection works.

        Nothing that the provider does makes it raise.
        """
        ...

    async def list_models(self, connection: ProviderConnection) -> Sequence[OfferedModel]:
        """Return everything the provider offers, every page of it.

        Raises:
            UpstreamFailure: any page failed; a part is never returned.
        """
        ...
