"""Writing Messages answers."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from application.prompts.completion import Choice, Completion, FinishReason, TokenUsage
from application.prompts.conversation import Part, Reasoning, Refusal, Text, ToolCall
from application.prompts.opaque_blobs import blob_of, signature_of

_STOPPED: Final[Mapping[FinishReason, str]] = {
    "stop": "end_turn",
    "tool_calls": "tool_use",
    "length": "max_tokens",
    "content_filter": "refusal",
    "other": "end_turn",
}


def message_document(completion: Completion, *, message_id: str, model: str) -> Mapping[str, Any]:
    """Return the whole answer. Anthropic's own message is sent unchanged."""
    if completion.native is not None:
        return completion.native
    choice = completion.choices[0]
    return {
        "id": message_id,
        "type": "message",
        "role": "assistant",
        "model": completion.answered_by or model,
        "content": [block for part in choice.parts for block in blocks_of(part)],
        **ending_of(choice),
        "usage": usage_document(completion.usage),
    }


def ending_of(choice: Choice) -> dict[str, Any]:
    """Return why the answer ended, in Anthropic's words, and what a refusal gives as its reason."""
    reason = _stop_reason(choice)
    words = "".join(part.text for part in choice.parts if isinstance(part, Refusal))
    fields: dict[str, Any] = {"stop_reason": reason, "stop_sequence": choice.stop_sequence}
    if reason == "refusal":
        fields["stop_details"] = {"type": "refusal", "category": None, "explanation": words or None}
    return fields


def _stop_reason(choice: Choice) -> str:
    """Return the reason; a refusal in words of its own is one too."""
    if choice.finish_reason == "stop" and choice.stop_sequence is not None:
        return "stop_sequence"
    if choice.finish_reason == "stop" and any(isinstance(part, Refusal) for part in choice.parts):
        return "refusal"
    return _STOPPED[choice.finish_reason]


def blocks_of(part: Part) -> list[dict[str, Any]]:
    """Return the content blocks of a part; none for what Messages has no block for.

    What another provider wants handed back is the signature of a thought, or a thought that nobody can read: Google's
    signature of a call comes before the call.
    """
    match part:
        case Text() | Refusal():
            return [{"type": "text", "text": part.text}]
        case Reasoning():
            return _thought(part)
        case ToolCall():
            return [
                *_sealed(blob_of(part)),
                {"type": "tool_use", "id": part.id, "name": part.name, "input": arguments_of(part)},
            ]
        case _:
            return []


def _thought(part: Reasoning) -> list[dict[str, Any]]:
    if part.text:
        return [{"type": "thinking", "thinking": part.text, "signature": signature_of(part)}]
    return _sealed(blob_of(part))


def _sealed(blob: str | None) -> list[dict[str, Any]]:
    return [] if blob is None else [{"type": "redacted_thinking", "data": blob}]


def arguments_of(call: ToolCall) -> dict[str, Any]:
    """Return the arguments as an object; anything else is put into it as text, so that nothing is lost."""
    try:
        value = orjson.loads(call.arguments) if call.arguments.strip() else {}
    except orjson.JSONDecodeError:
        value = None
    return value if isinstance(value, dict) else {"input": call.arguments}


def usage_document(usage: TokenUsage) -> dict[str, Any]:
    """Return the tokens: what came from the cache or went into it is not in the input. Unknown counts are 0."""
    read, written = usage.cached_input_tokens, usage.cache_write_tokens
    document: dict[str, Any] = {
        "input_tokens": max((usage.input_tokens or 0) - (read or 0) - (written or 0), 0),
        "output_tokens": usage.output_tokens or 0,
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": read,
    }
    if usage.cache_write_5m_tokens is not None or usage.cache_write_1h_tokens is not None:
        document["cache_creation"] = {
            "ephemeral_5m_input_tokens": usage.cache_write_5m_tokens or 0,
            "ephemeral_1h_input_tokens": usage.cache_write_1h_tokens or 0,
        }
    if usage.reasoning_tokens is not None:
        document["output_tokens_details"] = {"thinking_tokens": usage.reasoning_tokens}
    return document
