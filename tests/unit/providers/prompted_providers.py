"""Prompts, and what providers that were prepared make of them."""

from collections.abc import Coroutine, Iterable, Mapping
from typing import Any, Final

import orjson
import pytest

from adapters.providers.provider_gateway import Gateway
from application.ports.provider_gateway import ProviderConnection, UpstreamFailure
from application.prompts.completion import (
    Completion,
    CompletionEvent,
    NativeEvents,
    RefusalDelta,
    StreamStarted,
    TextDelta,
)
from application.prompts.conversation import Image, Sampling, WireProtocol
from application.prompts.generation import GenerationRequest, ModelDefaults
from tests.fakes.client import FakeClient, a_conversation
from tests.fakes.outbound_http import FakeOutbound
from tests.unit.providers.sample_lists import BASE, KEY, a_connection

PIXEL: Final = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
EVENTS: Final = {"content-type": "text/event-stream; charset=utf-8", "x-request-id": "req_1"}


ORIGIN: Final = "account:model"
_SAMPLING: Final = frozenset(Sampling.__slots__)
_DEFAULTS: Final = {f"default_{name}": name for name in ModelDefaults.__slots__}
_TIMES: Final = frozenset({"deadline_seconds", "idle_seconds"})


def a_prompt(*parts: str | Image, model_id: str = "model-1", **facts: Any) -> GenerationRequest:  # noqa: ANN401 - whatever a prompt takes
    """Make a prompt of one turn of the user.

    The facts are fields of `Sampling`, of `Conversation`, times, or the model's defaults (`default_temperature`).
    """
    sampling = {name: facts.pop(name) for name in _SAMPLING & facts.keys()}
    defaults = {_DEFAULTS[name]: facts.pop(name) for name in _DEFAULTS.keys() & facts.keys()}
    times = {name: facts.pop(name) for name in _TIMES & facts.keys()}
    asked = a_conversation(*parts, **{"sampling": Sampling(**sampling)} | facts)
    return a_request(FakeClient(asked=asked), model_id=model_id, defaults=ModelDefaults(**defaults), **times)


def passed_on(protocol: WireProtocol, body: Mapping[str, Any], **facts: Any) -> GenerationRequest:  # noqa: ANN401 - as above
    """Make a prompt that came through the API of this protocol; nobody may need to understand it."""
    defaults = {_DEFAULTS[name]: facts.pop(name) for name in _DEFAULTS.keys() & facts.keys()}
    return a_request(FakeClient(protocol=protocol, body=body), defaults=ModelDefaults(**defaults), **facts)


def a_request(client: FakeClient, model_id: str = "model-1", **facts: Any) -> GenerationRequest:  # noqa: ANN401 - as above
    return GenerationRequest(model_id=model_id, client=client, origin=ORIGIN, **facts)


def path_of(connection: ProviderConnection, model_id: str, *, stream: bool) -> str:
    """Return where a prompt for the model goes, below `BASE`."""
    match connection.provider_type:
        case "anthropic":
            return "/messages"
        case "google":
            method = "streamGenerateContent?alt=sse" if stream else "generateContent"
            return f"/models/{model_id}:{method}"
        case "azure_openai":
            version = connection.settings.get("apiVersion", "2024-10-21")
            return f"/openai/deployments/{model_id}/chat/completions?api-version={version}"
    return "/chat/completions"


class Prompted:
    """A provider that answers one prompt in one way."""

    def __init__(
        self,
        provider_type: str,
        *,
        base: str = BASE,
        key: str | None = KEY,
        outbound: FakeOutbound | None = None,
        **settings: object,
    ) -> None:
        self.connection = a_connection(provider_type, base=base, key=key, **settings)
        self.outbound = outbound or FakeOutbound()
        self.gateway = Gateway(self.outbound)

    async def completed(
        self,
        answer: object,
        request: GenerationRequest | None = None,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Completion:
        request = request or a_prompt()
        body = answer if isinstance(answer, bytes) else orjson.dumps(answer)
        url = BASE + path_of(self.connection, request.model_id, stream=False)
        self.outbound.answer("POST", url, body, status=status, headers=headers)
        return await self.gateway.generate(self.connection, request)

    async def streamed(
        self,
        *chunks: bytes,
        request: GenerationRequest | None = None,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[list[str], Completion]:
        """Return the words in their pieces, and what came last."""
        begun, *deltas, last = await self.events(*chunks, request=request, status=status, headers=headers)
        assert isinstance(begun, StreamStarted)
        assert isinstance(last, Completion)
        return [delta.text for delta in deltas if isinstance(delta, TextDelta | RefusalDelta)], last

    async def events(
        self,
        *chunks: bytes,
        request: GenerationRequest | None = None,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> list[CompletionEvent]:
        """Return all that comes of a stream."""
        request = request or a_prompt()
        url = BASE + path_of(self.connection, request.model_id, stream=True)
        self.outbound.answer("POST", url, *chunks, status=status, headers=EVENTS if headers is None else headers)
        async with self.gateway.stream(self.connection, request) as events:
            return [event async for event in events]

    async def sent(self, request: GenerationRequest, *, stream: bool = False) -> Any:  # noqa: ANN401 - JSON
        """Return the body that is sent for a prompt."""
        call: Coroutine[Any, Any, object] = (
            self.streamed(b"", request=request, status=500) if stream else self.completed(b"", request, status=500)
        )
        with pytest.raises(UpstreamFailure):
            await call
        return self.outbound.requests[-1].json


def prompted_at(provider: str) -> Prompted:
    if provider in {"openai", "anthropic", "google"}:
        return Prompted(provider)
    return Prompted("azure_openai") if provider == "azure" else Prompted("openai_compatible", preset=provider)


def handed_on(answer: Iterable[object]) -> bytes:
    """Return the part of an answer that a client of the same protocol gets unchanged."""
    return b"".join(event.content for event in answer if isinstance(event, NativeEvents))


def events(*documents: object) -> bytes:
    return b"".join(b"data: %s\n\n" % orjson.dumps(document) for document in documents)


def a_chunk(words: str = "", reason: str | None = None, **fields: object) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": words}, "finish_reason": reason}], **fields}


async def failure_of(prompted: Prompted, *chunks: bytes, **answer: Any) -> UpstreamFailure:  # noqa: ANN401
    with pytest.raises(UpstreamFailure) as failure:
        await prompted.streamed(*chunks, **answer)
    return failure.value
