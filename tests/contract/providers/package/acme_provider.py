"""A provider type as a third party would publish it, and a few that are mistakes."""

import json
from collections.abc import AsyncGenerator

from modelbook.providers import (
    CallOutcome,
    Choice,
    Completion,
    CompletionEvent,
    GenerationRequest,
    OfferedModel,
    Outbound,
    OutboundRequest,
    ProviderConnection,
    ProviderType,
    SettingField,
    StreamStarted,
    Text,
    TextDelta,
    TokenUsage,
    UpstreamFailure,
)


class AcmeProvider:
    """Speaks with the sandbox's DeepSeek, under another name."""

    type = ProviderType(
        name="acme",
        label="Acme",
        default_endpoint=None,
        needs_key=True,
        key_help="From Acme.",
        settings=(SettingField(name="tier", kind="integer", label="Tier", help="One or two."),),
    )

    async def probe(self, connection: ProviderConnection, outbound: Outbound) -> CallOutcome:
        answer = await outbound.request(_request(connection))
        if answer.status != 200:
            return CallOutcome("auth_invalid", f"Acme knows no {connection.api_key}.", authenticated=False)
        return CallOutcome("ok", "Acme is well.", authenticated=True, http_status=answer.status)

    async def list_models(self, connection: ProviderConnection, outbound: Outbound) -> list[OfferedModel]:
        answer = await outbound.request(_request(connection))
        if answer.status != 200:
            raise UpstreamFailure(CallOutcome("auth_invalid", f"Acme knows no {connection.api_key}."))
        return [OfferedModel(model_id="acme-1", type="language")]


def _request(connection: ProviderConnection) -> OutboundRequest:
    headers = {"Authorization": f"Bearer {connection.api_key}"}
    return OutboundRequest(method="GET", url=f"{connection.endpoint}/models", headers=headers)


class AcmeWriter(AcmeProvider):
    """Runs prompts as well."""

    type = ProviderType(name="acme_writer", label="Acme Writer", default_endpoint=None, needs_key=True, key_help="")

    async def generate(
        self, connection: ProviderConnection, request: GenerationRequest, outbound: Outbound
    ) -> Completion:
        body = {"model": request.model_id, "messages": [{"role": "user", "content": "Hello"}]}
        answer = await outbound.request(
            OutboundRequest(
                method="POST",
                url=f"{connection.endpoint}/chat/completions",
                headers={"Authorization": f"Bearer {connection.api_key}"},
                json=body,
                total_seconds=request.deadline_seconds,
            )
        )
        if answer.status != 200:
            raise UpstreamFailure(CallOutcome("auth_invalid", f"Acme knows no {connection.api_key}."))
        text = json.loads(answer.body)["choices"][0]["message"]["content"]
        choice = Choice(parts=(Text(text=text),), finish_reason="stop")
        return Completion(choices=(choice,), usage=TokenUsage(), protocol="chat_completions", answered_by="acme-1")

    async def stream(
        self, connection: ProviderConnection, request: GenerationRequest, outbound: Outbound
    ) -> AsyncGenerator[CompletionEvent]:
        completion = await self.generate(connection, request, outbound)
        yield StreamStarted(ignored_fields=("seed",))
        for word in completion.text.split():
            yield TextDelta(word)
        yield completion


class Clumsy(AcmeProvider):
    """Fails in every call, with the key in its error."""

    type = ProviderType(name="clumsy", label="Clumsy", default_endpoint=None, needs_key=False, key_help="")

    async def generate(
        self, connection: ProviderConnection, request: GenerationRequest, outbound: Outbound
    ) -> Completion:
        raise LookupError(connection.api_key, request, outbound)

    async def stream(
        self, connection: ProviderConnection, request: GenerationRequest, outbound: Outbound
    ) -> AsyncGenerator[CompletionEvent]:
        yield TextDelta("Well, ")
        raise LookupError(connection.api_key, request, outbound)

    async def probe(self, connection: ProviderConnection, outbound: Outbound) -> CallOutcome:
        raise LookupError(connection.api_key, outbound)

    async def list_models(self, connection: ProviderConnection, outbound: Outbound) -> list[OfferedModel]:
        raise LookupError(connection.api_key, outbound)


class Forgetful(Clumsy):
    """Gives something else than was requested, and leaves a stream without its end."""

    type = ProviderType(name="forgetful", label="Forgetful", default_endpoint=None, needs_key=False, key_help="")

    async def generate(
        self, connection: ProviderConnection, request: GenerationRequest, outbound: Outbound
    ) -> Completion:
        del connection, request, outbound
        return None  # type: ignore[return-value] # that is the mistake

    async def stream(
        self, connection: ProviderConnection, request: GenerationRequest, outbound: Outbound
    ) -> AsyncGenerator[CompletionEvent]:
        del connection, request, outbound
        yield TextDelta("Well, ")


class Impostor(AcmeProvider):
    """Would take the place of a built-in type."""

    type = ProviderType(name="openai", label="OpenAI", default_endpoint=None, needs_key=True, key_help="")


class Misnamed(AcmeProvider):
    """Is called otherwise than its entry point."""


class Unfinished:
    """Lacks everything."""


def explode() -> None:
    """Fail in a way of its own."""
    raise Odd("made so")


class Odd(Exception):
    """An error that no list of errors has."""
