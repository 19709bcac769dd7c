"""A parsed API call to a simulated provider."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from sandbox.faults.fault import Fault
from sandbox.json_fields import JsonObject, text_at
from sandbox.model_catalogue import ModelCatalogue, SimulatedModel
from sandbox.parsed_prompt import ParsedPrompt
from sandbox.provider_responses import RequestRefused

#: What a route is for; `stream` is a chat that asked to be streamed, `other` any address that does not exist.
Operation = Literal["list", "get", "chat", "stream", "embed", "count", "account", "health", "other"]


@dataclass(slots=True, kw_only=True)
class ApiCall:
    """An API call: everything that the simulated provider's response depends on."""

    provider: str
    operation: Operation
    method: str
    path: str
    query: Mapping[str, str]
    #: Every `name[]=` or repeated parameter, in order.
    query_items: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    #: The JSON object that was sent; None when the body was absent or not one.
    body: JsonObject | None
    body_size: int
    #: Parts of the path that the route names.
    parameters: Mapping[str, str]
    key: str | None
    #: Counts from 1 over the life of the sandbox.
    number: int
    catalogue: ModelCatalogue
    fault: Fault | None
    #: Seconds since 1970.
    now: float
    #: Prompt caches of the provider: what a prefix cost, by account and prefix; lasts as long as the sandbox.
    cache: dict[str, int]
    #: The prompt, once it has been read.
    prompt: ParsedPrompt | None = None
    #: Tokens that are charged for the answer, by direction; none where nothing is.
    billed: Mapping[str, int] | None = None

    def json(self) -> JsonObject:
        """The JSON body.

        Raises:
            RequestRefused: there is none.
        """
        if self.body is None:
            message = (
                "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your "
                "HTTP library correctly. The API expects a JSON payload, but what was sent was not valid JSON.)"
            )
            raise RequestRefused(400, message)
        return self.body

    def models(self) -> list[SimulatedModel]:
        """The models that the provider lists at present; none under the fault `empty_list`."""
        if self.has_fault("empty_list"):
            return []
        return [model for model in self.catalogue.models() if model.lifecycle != "retired"]

    def has_fault(self, kind: str) -> bool:
        """Whether a fault of this kind is injected into this call."""
        return self.fault is not None and self.fault.kind == kind

    def requested_model(self) -> str:
        """Return the model id from the path or the body, as the client wrote it; empty if there is none."""
        named = self.parameters.get("model", "")
        return named or (text_at(self.body, "model") if self.body is not None else "")

    def token(self, length: int) -> str:
        """Letters and digits that look random, the same for the same request of every sandbox."""
        return sha256(f"{self.provider} {self.number}".encode()).hexdigest()[:length]

    def numbered_token(self, length: int, number: int) -> str:
        """Like `token`, another one for each number."""
        return sha256(f"{self.provider} {self.number} {number}".encode()).hexdigest()[:length]

    @property
    def request_id(self) -> str:
        """The id by which the provider's support would find the request."""
        return f"req_{self.token(24)}"
