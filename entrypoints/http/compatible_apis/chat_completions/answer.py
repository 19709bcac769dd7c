"""Writing Chat Completions answers."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from application.prompts.completion import Choice, Completion, FinishReason, TokenUsage
from application.prompts.conversation import Reasoning, Refusal, Text, ToolCall
from application.prompts.opaque_blobs import blob_of

_FINISHED: Final[Mapping[FinishReason, str]] = {
    "stop": "stop",
    "tool_calls": "tool_calls",
    "length": "length",
    "content_filter": "content_filter",
    "other": "stop",
}


def completion_document(completion: Completion, *, completion_id: str, created: int, model: str) -> Mapping[str, Any]:
    """Return the whole answer; `created` is in seconds since 1970.

    The provider's own document is sent unchanged where it speaks the same protocol.
    """
    if completion.native is not None:
        return completion.native
    document = {
        "id": completion_id,
        "object": "chat.completion",
        "created": created,
        "model": completion.answered_by or model,
        "choices": [_choice(choice) for choice in completion.choices],
        "usage": usage_document(completion.usage),
    }
    return document | ({"service_tier": completion.service_tier} if completion.service_tier else {})


def finish_reason(reason: FinishReason) -> str:
    """Return why the answer ended, in OpenAI's words."""
    return _FINISHED[reason]


def usage_document(usage: TokenUsage) -> dict[str, Any] | None:
    """Return the tokens, none where the provider did not count; a detail that it did not report is left out."""
    if usage.input_tokens is None or usage.output_tokens is None:
        return None
    read = {
        "cached_tokens": usage.cached_input_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
        "audio_tokens": usage.audio_input_tokens,
    }
    written = {"reasoning_tokens": usage.reasoning_tokens, "audio_tokens": usage.audio_output_tokens}
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "prompt_tokens_details": {name: tokens for name, tokens in read.items() if tokens is not None},
        "completion_tokens_details": {name: tokens for name, tokens in written.items() if tokens is not None},
    }


def call_document(call: ToolCall) -> dict[str, Any]:
    """Return a tool call; data to be sent back is where Google's own implementation of the protocol has it."""
    document: dict[str, Any] = {"id": call.id, "type": "custom" if call.is_custom else "function"}
    if call.is_custom:
        document["custom"] = {"name": call.name, "input": call.arguments}
    else:
        document["function"] = {"name": call.name, "arguments": call.arguments or "{}"}
    if (blob := blob_of(call)) is not None:
        document["extra_content"] = {"google": {"thought_signature": blob}}
    return document


def reasoning_detail(part: Reasoning) -> dict[str, Any] | None:
    """Return what must be handed back of a thought, as OpenRouter writes it; none where nothing must."""
    blob = blob_of(part)
    if blob is None:
        return None
    if part.text:
        return {"type": "reasoning.text", "text": part.text, "signature": blob}
    return {"type": "reasoning.encrypted", "data": blob}


def _choice(choice: Choice) -> dict[str, Any]:
    parts = choice.parts
    words = [part.text for part in parts if isinstance(part, Text)]
    refusals = [part.text for part in parts if isinstance(part, Refusal)]
    calls = [part for part in parts if isinstance(part, ToolCall)]
    message: dict[str, Any] = {
        "role": "assistant",
        "content": "".join(words) if words or not (refusals or calls) else None,
        "refusal": "".join(refusals) if refusals else None,
    }
    message |= _thoughts([part for part in parts if isinstance(part, Reasoning)])
    if calls:
        message["tool_calls"] = [call_document(call) for call in calls]
    if choice.annotations:
        message["annotations"] = list(choice.annotations)
    return {
        "index": choice.index,
        "message": message,
        "logprobs": choice.logprobs,
        "finish_reason": finish_reason(choice.finish_reason),
    }


def _thoughts(parts: Sequence[Reasoning]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    words = "".join(part.text for part in parts)
    if words:
        fields["reasoning_content"] = words
    details = [detail for part in parts if (detail := reasoning_detail(part)) is not None]
    if details:
        fields["reasoning_details"] = details
    return fields
