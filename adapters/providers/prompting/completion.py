"""Turns a parsed completion into a `Completion`, or raises its failure."""

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.providers.error_mapping.classify_error import request_id_of
from adapters.providers.json_values import objects
from adapters.providers.prompting.answer_errors import error_status, refusal
from adapters.providers.prompting.parsed_completion import ParsedCompletion
from adapters.providers.prompting.price_conditions import price_conditions
from adapters.providers.prompting.prompt_protocol import PromptProtocol, WireRequest
from adapters.providers.provider_client import ProviderResponse
from application.ports.provider_gateway import UpstreamFailure
from application.prompts.completion import (
    Choice,
    Completion,
    CompletionEvent,
    ReasoningDelta,
    ReasoningDone,
    RefusalDelta,
    TextDelta,
    ToolArgumentsDelta,
    ToolCallDone,
    ToolCallStarted,
)
from application.prompts.conversation import Reasoning, Refusal, Text, ToolCall
from application.prompts.generation import GenerationRequest


def read_completion(
    answer: ProviderResponse,
    protocol: PromptProtocol,
    request: GenerationRequest,
    wire: WireRequest,
    *,
    is_native: bool,
) -> Completion:
    """Return the answer that a body holds; a native one is handed on, and its words are not read.

    Raises:
        UpstreamFailure: it is a refusal, or makes no sense.
    """
    document = answer.document
    is_native = is_native and isinstance(document, dict)
    parsed = protocol.observe(document) if is_native else _read(document, protocol, request.origin)
    if parsed is None or (parsed.finish_reason is None and error_status(document) is not None):
        raise refusal(answer, answer.body, document)
    native = protocol.handed_on(document, request.client.body) if is_native else None
    return completion_of(answer, parsed, protocol, wire, native)


def _read(document: object, protocol: PromptProtocol, origin: str) -> ParsedCompletion | None:
    """Parse a document; a list has the events of a stream, as Google writes them unless SSE is requested."""
    if isinstance(document, dict):
        return protocol.read(document, origin)
    if not isinstance(document, list) or error_status(document) is not None:
        return None
    decoder = protocol.decoder(origin)
    for event in objects(document):
        decoder.decode(event)
    return decoder.parsed if decoder.is_whole else None


def completion_of(
    answer: ProviderResponse,
    parsed: ParsedCompletion,
    protocol: PromptProtocol,
    wire: WireRequest,
    native: Mapping[str, Any] | None = None,
) -> Completion:
    """Return the answer, given that it is whole.

    Raises:
        UpstreamFailure: the provider reports that it broke off.
    """
    if parsed.interruption is not None:
        raise UpstreamFailure(answer.outcome_for(parsed.interruption))
    return Completion(
        choices=tuple(
            [
                Choice(
                    parts=tuple(choice.parts),
                    finish_reason=choice.finish_reason or "other",
                    index=index,
                    stop_sequence=choice.stop_sequence,
                    logprobs=choice.logprobs,
                    annotations=tuple(choice.annotations),
                )
                for index, choice in enumerate(parsed.choices)
            ]
        ),
        usage=parsed.usage,
        protocol=protocol.name,
        answered_by=parsed.answered_by,
        response_id=parsed.response_id,
        service_tier=parsed.service_tier,
        cost_usd=parsed.cost_usd,
        price_conditions=price_conditions(parsed, answer.headers, wire.body),
        upstream_request_id=request_id_of(answer.headers, answer.exchange.secrets, otherwise=parsed.response_id),
        ignored_fields=wire.ignored,
        native=native,
    )


def deltas_of(completion: Completion) -> Iterator[CompletionEvent]:
    """Yield a whole answer as the events of a stream."""
    for choice in completion.choices:
        calls = 0
        for part in choice.parts:
            match part:
                case Text():
                    yield TextDelta(part.text, choice.index)
                case Refusal():
                    yield RefusalDelta(part.text, choice.index)
                case Reasoning():
                    if part.text:
                        yield ReasoningDelta(part.text)
                    yield ReasoningDone(part)
                case ToolCall():
                    yield ToolCallStarted(calls, part.id, part.name, is_custom=part.is_custom, choice=choice.index)
                    if part.arguments:
                        yield ToolArgumentsDelta(calls, part.arguments, choice.index)
                    yield ToolCallDone(calls, part, choice.index)
                    calls += 1
                case _:
                    pass
    yield completion
