"""Reading chat completions, whole and streamed, from everybody who writes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from adapters.providers.reading import mapping, objects, text
from adapters.providers.told import Told, count
from adapters.providers.verdicts import meanings
from application.ports.generation import TokenUsage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from application.ports.generation import FinishReason

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
    "error": meanings.PROVIDER_ERROR,
    # DeepSeek.
    "insufficient_system_resource": meanings.OVERLOADED,
}


def read_completion(document: Mapping[str, Any]) -> Told | None:
    """Return what a whole completion tells; none when it is no completion."""
    choice = next(objects(document.get("choices")), None)
    if choice is None or not isinstance(choice.get("message"), dict):
        return None
    told = Told()
    _note(told, document, choice)
    told.texts = _words(told, choice["message"])
    return told


@dataclass(slots=True)
class ChunkReader:
    """Implements `StreamReader`. The end is `[DONE]`; where that may be missing, the finish reason will do."""

    always_says_done: bool = True
    told: Told = field(default_factory=Told)
    has_ended: bool = False

    @property
    def is_whole(self) -> bool:
        return self.has_ended or (not self.always_says_done and self.told.finish_reason is not None)

    def read(self, document: Mapping[str, Any]) -> str:
        choice = next(objects(document.get("choices")), None)
        _note(self.told, document, choice or {})
        if choice is None:
            return ""
        words = _words(self.told, mapping(choice.get("delta")))
        self.told.texts += words
        return "".join(words)


def _note(told: Told, document: Mapping[str, Any], choice: Mapping[str, Any]) -> None:
    """Take note of everything but the words; what a later chunk leaves out stays."""
    told.answered_by = text(document.get("model")) or told.answered_by
    told.response_id = text(document.get("id")) or told.response_id
    reason = choice.get("finish_reason")
    if isinstance(reason, str) and reason:
        told.finish_reason = _FINISH_REASONS.get(reason, "other")
        told.interruption = _INTERRUPTIONS.get(reason)
    # Groq puts the usage of a stream into a field of its own.
    usage = document.get("usage") or mapping(document.get("x_groq")).get("usage")
    if isinstance(usage, dict):
        told.usage = read_usage(usage)


def _words(told: Told, message: Mapping[str, Any]) -> list[str]:
    """Return the words of a message or a delta without the thoughts, which stand beside them or in parts of their own.

    A refusal is an answer that the model's own filter has written.
    """
    content = message.get("content")
    if isinstance(content, str):
        words = [content] if content else []
    else:
        parts = (part.get("text") for part in objects(content) if part.get("type", "text") == "text")
        words = [part for part in parts if isinstance(part, str)]
    refusal = message.get("refusal")
    if isinstance(refusal, str) and refusal:
        told.is_refusal = True
        words.append(refusal)
    return words


def read_usage(usage: Mapping[str, Any]) -> TokenUsage:
    """Return the tokens. xAI counts reasoning beside the completion and not in it, as its total gives away."""
    written = count(usage.get("completion_tokens"))
    asked = count(usage.get("prompt_tokens"))
    reasoning = count(mapping(usage.get("completion_tokens_details")).get("reasoning_tokens"))
    in_all = count(usage.get("total_tokens"))
    if reasoning and None not in {written, asked, in_all} and in_all == (asked or 0) + (written or 0) + reasoning:
        written = (written or 0) + reasoning
    return TokenUsage(
        input_tokens=asked, output_tokens=written, cached_input_tokens=_cached(usage), reasoning_tokens=reasoning
    )


def _cached(usage: Mapping[str, Any]) -> int | None:
    """Look in OpenAI's place for it, in DeepSeek's, and in Mistral's."""
    details = mapping(usage.get("prompt_tokens_details"))
    for place in (details.get("cached_tokens"), usage.get("prompt_cache_hit_tokens"), usage.get("num_cached_tokens")):
        if (cached := count(place)) is not None:
            return cached
    return None
