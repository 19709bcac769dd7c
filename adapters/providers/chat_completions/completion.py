"""Parses chat completions of all services."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final
from uuid import uuid4

import orjson

from adapters.providers.error_mapping import error_kinds
from adapters.providers.json_values import mapping, objects, text
from adapters.providers.prompting.parsed_completion import ParsedChoice, ParsedCompletion, count
from application.prompts.completion import FinishReason, TokenUsage
from application.prompts.conversation import Part, Reasoning, Refusal, Text, ToolCall

_FINISH_REASONS: Final[Mapping[str, FinishReason]] = {
    "stop": "stop",
    # Together's word for it.
    "eos": "stop",
    "length": "length",
    # Mistral's, when the context is full.
    "model_length": "length",
    "content_filter": "content_filter",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
}
_INTERRUPTIONS: Final = {
    # Mistral and OpenRouter.
    "error": error_kinds.PROVIDER_ERROR,
    # DeepSeek.
    "insufficient_system_resource": error_kinds.OVERLOADED,
}
_DEAREST_USD: Final = 1_000_000
_MOST_TICKS: Final = _DEAREST_USD * 10**10


def read_completion(document: Mapping[str, Any], origin: str) -> ParsedCompletion | None:
    """Parse a whole completion; none when it is not one."""
    parsed = observe_completion(document)
    if parsed is None:
        return None
    for position, choice in enumerate(objects(document["choices"])):
        into = parsed.choice(choice.get("index", position))
        message = mapping(choice.get("message"))
        into.parts = _parts(message, origin)
        into.annotations = objects(message.get("annotations"))
        settle(into)
    return parsed


def observe_completion(document: Mapping[str, Any]) -> ParsedCompletion | None:
    """Return how a whole completion ended and what it cost, without its words; none when it is no completion."""
    choices = objects(document.get("choices"))
    if not choices or not isinstance(choices[0].get("message"), dict):
        return None
    parsed = ParsedCompletion()
    note(parsed, document)
    for position, choice in enumerate(choices):
        note_choice(parsed, parsed.choice(choice.get("index", position)), choice)
    return parsed


def note(parsed: ParsedCompletion, document: Mapping[str, Any]) -> None:
    """Take note of what a completion or a chunk says about the whole; what a later chunk leaves out stays."""
    parsed.answered_by = text(document.get("model")) or parsed.answered_by
    parsed.response_id = text(document.get("id")) or parsed.response_id
    parsed.service_tier = text(document.get("service_tier")) or parsed.service_tier
    # Groq puts the usage of a stream into a field of its own.
    usage = document.get("usage") or mapping(document.get("x_groq")).get("usage")
    if isinstance(usage, dict):
        parsed.usage = read_usage(usage)
        parsed.cost_usd = read_cost(usage)


def note_choice(parsed: ParsedCompletion, into: ParsedChoice, choice: Mapping[str, Any]) -> None:
    """Take note of how a choice ended, and of the probabilities of its words, which come in pieces."""
    reason = choice.get("finish_reason")
    if isinstance(reason, str) and reason:
        into.finish_reason = _FINISH_REASONS.get(reason, "other")
        parsed.interruption = _INTERRUPTIONS.get(reason, parsed.interruption)
    logprobs = choice.get("logprobs")
    if isinstance(logprobs, dict):
        earlier = into.logprobs or {}
        into.logprobs = {
            name: [*(earlier.get(name) or ()), *value] if isinstance(value, list) else value
            for name, value in logprobs.items()
        }


def settle(choice: ParsedChoice) -> None:
    """Set the finish reason of a choice with calls that ended by itself to its calls, whatever the provider reports."""
    if choice.finish_reason in {"stop", "other", None} and any(isinstance(part, ToolCall) for part in choice.parts):
        choice.finish_reason = "tool_calls"


def reasoning_text(message: Mapping[str, Any]) -> str:
    """Return the thoughts, in the field of DeepSeek and older vLLM, or of Ollama, newer vLLM and OpenRouter."""
    for name in ("reasoning_content", "reasoning"):
        if isinstance(message.get(name), str) and message[name]:
            words: str = message[name]
            return words
    return ""


def content_text(message: Mapping[str, Any]) -> str:
    """Return the words of a message or a delta; Mistral writes parts, its thoughts in parts of their own."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    parts = (part.get("text") for part in objects(content) if part.get("type", "text") == "text")
    return "".join(part for part in parts if isinstance(part, str))


def thinking_text(message: Mapping[str, Any]) -> str:
    """Return the thoughts among the parts of a content, as Mistral writes them."""
    thoughts = (part.get("thinking") for part in objects(message.get("content")) if part.get("type") == "thinking")
    pieces = (piece.get("text") for thought in thoughts for piece in objects(thought))
    return "".join(piece for piece in pieces if isinstance(piece, str))


def _parts(message: Mapping[str, Any], origin: str) -> list[Part]:
    parts: list[Part] = []
    details = message.get("reasoning_details")
    thoughts = reasoning_text(message) or thinking_text(message)
    if thoughts or isinstance(details, list):
        kept = orjson.dumps(details).decode() if isinstance(details, list) and details else None
        parts.append(Reasoning(text=thoughts, encrypted=kept, origin=origin))
    if words := content_text(message):
        parts.append(Text(text=words))
    if isinstance(message.get("refusal"), str) and message["refusal"]:
        parts.append(Refusal(text=message["refusal"]))
    parts += [call_of(call, origin) for call in objects(message.get("tool_calls"))]
    if isinstance(message.get("function_call"), dict):
        parts.append(call_of({"function": message["function_call"]}, origin))
    return parts


def call_of(call: Mapping[str, Any], origin: str) -> ToolCall:
    """Return a tool call; one without an id is given one."""
    is_custom = call.get("type") == "custom"
    function_fields = mapping(call.get("custom" if is_custom else "function"))
    arguments = function_fields.get("input" if is_custom else "arguments")
    if isinstance(arguments, dict):
        # Ollama and others write the object itself.
        arguments = orjson.dumps(arguments).decode()
    return ToolCall(
        id=call["id"] if isinstance(call.get("id"), str) and call["id"] else f"call_{uuid4().hex[:24]}",
        name=str(function_fields.get("name") or ""),
        arguments=arguments if isinstance(arguments, str) else "",
        is_custom=is_custom,
        signature=_google_signature(call),
        origin=origin,
    )


def _google_signature(call: Mapping[str, Any]) -> str | None:
    """Google's own speaker of the protocol puts the thought signature here."""
    signature = mapping(mapping(call.get("extra_content")).get("google")).get("thought_signature")
    return signature if isinstance(signature, str) and signature else None


def read_usage(usage: Mapping[str, Any]) -> TokenUsage:
    """Return the tokens. xAI counts reasoning beside the completion and not in it, as its total gives away."""
    written = count(usage.get("completion_tokens"))
    asked = count(usage.get("prompt_tokens"))
    asked_details = mapping(usage.get("prompt_tokens_details"))
    written_details = mapping(usage.get("completion_tokens_details"))
    reasoning = count(written_details.get("reasoning_tokens"))
    in_all = count(usage.get("total_tokens"))
    if reasoning and None not in {written, asked, in_all} and in_all == (asked or 0) + (written or 0) + reasoning:
        written = (written or 0) + reasoning
    return TokenUsage(
        input_tokens=asked,
        output_tokens=written,
        cached_input_tokens=_cached(usage, asked_details),
        cache_write_tokens=count(asked_details.get("cache_write_tokens")),
        reasoning_tokens=reasoning,
        audio_input_tokens=count(asked_details.get("audio_tokens")),
        audio_output_tokens=count(written_details.get("audio_tokens")),
        charged_tools=long_cache_writes(asked_details),
    )


def long_cache_writes(details: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a name for what OpenAI writes to its cache for twelve hours, which no list of prices has."""
    is_long = count(mapping(details.get("cache_write_tokens_details")).get("ttl_12h_tokens"))
    return ("cache writes for 12 hours",) if is_long else ()


def _cached(usage: Mapping[str, Any], details: Mapping[str, Any]) -> int | None:
    """Look in OpenAI's place for it, in DeepSeek's, and in Mistral's."""
    for place in (details.get("cached_tokens"), usage.get("prompt_cache_hit_tokens"), usage.get("num_cached_tokens")):
        if (cached := count(place)) is not None:
            return cached
    return None


def read_cost(usage: Mapping[str, Any]) -> Decimal | None:
    """Return the cost that the answer itself reports, in USD.

    OpenRouter writes `cost`, and beside it, for a call with a key of one's own at the provider, what that is charged
    (openrouter.ai/docs/use-cases/usage-accounting). xAI writes `cost_in_usd_ticks`; 10,000,000,000 are a dollar.
    Perplexity writes an object with a `total_cost`.
    """
    ticks = count(usage.get("cost_in_usd_ticks"), _MOST_TICKS)
    if ticks is not None:
        return Decimal(ticks).scaleb(-10)
    cost = usage.get("cost")
    if cost is None:
        return None
    charged = _amount(mapping(cost).get("total_cost") if isinstance(cost, dict) else cost)
    if charged is None or usage.get("is_byok") is not True:
        return charged
    upstream = _amount(mapping(usage.get("cost_details")).get("upstream_inference_cost"))
    return None if upstream is None else charged + upstream


def _amount(value: object) -> Decimal | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return Decimal(str(value)) if is_number and 0 <= float(str(value)) < _DEAREST_USD else None
