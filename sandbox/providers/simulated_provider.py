"""The description of a simulated provider: routes, error responses, keys and models."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sandbox.model_catalogue import ModelCatalogue
from sandbox.parsed_request import ApiCall, Operation
from sandbox.provider_responses import ProviderResponse, ProviderStream, RequestRefused
from sandbox.refusal_cases import RefusalCase

AnswerCall = Callable[[ApiCall], ProviderResponse | ProviderStream]
#: The key that a request's headers and query carry, if any.
FindKey = Callable[[Mapping[str, str], Mapping[str, str]], str | None]

UNKNOWN_URL = "Invalid URL ({method} {path})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One address of a provider; `path` is an aiohttp pattern below the provider's root."""

    method: str
    path: str
    operation: Operation
    handle: AnswerCall


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedProvider:
    """A simulated provider."""

    name: str
    #: Path that a client uses as the provider's endpoint, e.g. `/openai/v1`.
    endpoint: str
    routes: Sequence[Route]
    #: Refusals by name; `bad_key`, `rate_limited`, `overloaded` and `server_error` are always there.
    cases: Mapping[str, RefusalCase]
    #: What the provider's keys begin with.
    key_prefix: str
    find_key: FindKey
    catalogue: Callable[[], ModelCatalogue]
    #: A refusal in the shape of the provider's errors.
    refuse: Callable[[RequestRefused, ApiCall], ProviderResponse]
    #: An error as an event inside a stream.
    error_frame: Callable[[RefusalCase, ApiCall], bytes]
    #: Headers of every response.
    headers: Callable[[ApiCall], dict[str, str]]
    #: What it says about an address that does not exist; {method} and {path} are filled in.
    not_found: str = UNKNOWN_URL
    #: A local server takes any key, and none.
    requires_key: bool = True
    #: Operations that need no key and do not look at it.
    public: frozenset[Operation] = field(default_factory=frozenset)
    #: Query parameter that requests a later page of the list.
    page_parameters: frozenset[str] = field(default_factory=frozenset)

    @property
    def root(self) -> str:
        """First part of every path, e.g. `/openai`."""
        return f"/{self.name}"


def unknown_address(provider: SimulatedProvider) -> Route:
    """Return the catch-all route for addresses that the provider does not serve."""

    def handle(call: ApiCall) -> ProviderResponse:
        raise RequestRefused(404, provider.not_found.format(method=call.method, path=call.path))

    return Route(method="*", path="/{rest:.*}", operation="other", handle=handle)


def bearer_key(headers: Mapping[str, str], _query: Mapping[str, str]) -> str | None:
    """The key in `Authorization: Bearer`."""
    scheme, _, key = headers.get("Authorization", "").partition(" ")
    return key.strip() or None if scheme.lower() == "bearer" else None
