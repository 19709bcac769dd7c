"""Prompts, and what providers that were prepared make of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import orjson
import pytest
from application.ports.generation import GenerationRequest, ImagePart, Message, TextDelta, TextPart

from adapters.providers.gateway import Gateway
from application.ports.provider_gateway import UpstreamFailure
from tests.fakes.outbound import FakeOutbound
from tests.unit.providers.samples import BASE, KEY, a_connection

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

    from application.ports.generation import Generated

    from application.ports.provider_gateway import ProviderConnection

PIXEL: Final = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
EVENTS: Final = {"content-type": "text/event-stream; charset=utf-8", "x-request-id": "req_1"}


def a_prompt(*parts: str | ImagePart, model_id: str = "model-1", **changes: Any) -> GenerationRequest:  # noqa: ANN401 - whatever a prompt takes
    """Make a prompt of one message of the user."""
    return GenerationRequest(model_id=model_id, messages=(a_message("user", *(parts or ("Hello",))),), **changes)


def a_message(role: Literal["system", "user", "assistant"], *parts: str | ImagePart) -> Message:
    return Message(role=role, parts=tuple(TextPart(part) if isinstance(part, str) else part for part in parts))


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

    async def generated(
        self,
        answer: object,
        request: GenerationRequest | None = None,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Generated:
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
    ) -> tuple[list[str], Generated]:
        """Return the words in their pieces, and what came last."""
        request = request or a_prompt()
        url = BASE + path_of(self.connection, request.model_id, stream=True)
        self.outbound.answer("POST", url, *chunks, status=status, headers=EVENTS if headers is None else headers)
        async with self.gateway.stream(self.connection, request) as events:
            *deltas, last = [event async for event in events]
        assert not isinstance(last, TextDelta)
        words = [delta.text for delta in deltas if isinstance(delta, TextDelta)]
        assert len(words) == len(deltas)
        return words, last

    async def sent(self, request: GenerationRequest, *, stream: bool = False) -> Any:  # noqa: ANN401 - JSON
        """Return the body that is sent for a prompt."""
        call: Coroutine[Any, Any, object] = (
            self.streamed(b"", request=request, status=500) if stream else self.generated(b"", request, status=500)
        )
        with pytest.raises(UpstreamFailure):
            await call
        return self.outbound.requests[-1].json


def prompted_at(provider: str) -> Prompted:
    if provider in {"openai", "anthropic", "google"}:
        return Prompted(provider)
    return Prompted("azure_openai") if provider == "azure" else Prompted("openai_compatible", preset=provider)


def events(*documents: object) -> bytes:
    return b"".join(b"data: %s\n\n" % orjson.dumps(document) for document in documents)


def a_chunk(words: str = "", reason: str | None = None, **fields: object) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": words}, "finish_reason": reason}], **fields}


async def failure_of(prompted: Prompted, *chunks: bytes, **answer: Any) -> UpstreamFailure:  # noqa: ANN401
    with pytest.raises(UpstreamFailure) as failure:
        await prompted.streamed(*chunks, **answer)
    return failure.value
