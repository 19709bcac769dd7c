"""Reading Anthropic's messages, whole and streamed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from adapters.providers.reading import mapping, objects, text
from adapters.providers.told import Told, count, total
from application.ports.generation import TokenUsage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from application.ports.generation import FinishReason

_FINISH_REASONS: Final[Mapping[str, FinishReason]] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}


def read_message(document: Mapping[str, Any]) -> Told | None:
    """Return what a whole message tells, without the model's thoughts; none when it is no message."""
    content = document.get("content")
    if document.get("type") != "message" or not isinstance(content, list):
        return None
    told = Told(answered_by=text(document.get("model")), response_id=text(document.get("id")))
    told.finish_reason = _finish_reason(document.get("stop_reason"))
    told.usage = read_usage(mapping(document.get("usage")))
    words = (block.get("text") for block in objects(content) if block.get("type") == "text")
    told.texts = [each for each in words if isinstance(each, str)]
    return told


@dataclass(slots=True)
class MessageReader:
    """Implements `StreamReader`. Events of a kind that is not known are passed over, as Anthropic asks for."""

    told: Told = field(default_factory=Told)
    has_ended: bool = False
    _usage: dict[str, Any] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        return self.has_ended

    def read(self, document: Mapping[str, Any]) -> str:
        match document.get("type"):
            case "content_block_delta":
                return self._words(mapping(document.get("delta")))
            case "content_block_start":
                return self._words(mapping(document.get("content_block")))
            case "message_start":
                message = mapping(document.get("message"))
                self.told.answered_by = text(message.get("model"))
                self.told.response_id = text(message.get("id"))
                self._count(message)
            case "message_delta":
                self.told.finish_reason = _finish_reason(mapping(document.get("delta")).get("stop_reason"))
                self._count(document)
            case "message_stop":
                self.has_ended = True
        return ""

    def _words(self, part: Mapping[str, Any]) -> str:
        words = part.get("text")
        if part.get("type") not in {"text_delta", "text"} or not isinstance(words, str) or not words:
            return ""
        self.told.texts.append(words)
        return words

    def _count(self, source: Mapping[str, Any]) -> None:
        """Counts are cumulative; what a later event leaves out stays."""
        self._usage.update((name, value) for name, value in mapping(source.get("usage")).items() if value is not None)
        self.told.usage = read_usage(self._usage)


def read_usage(usage: Mapping[str, Any]) -> TokenUsage:
    """Return the tokens. What is read from and written to Anthropic's cache is not in its count of the input."""
    cached = count(usage.get("cache_read_input_tokens"))
    return TokenUsage(
        input_tokens=total(count(usage.get("input_tokens")), count(usage.get("cache_creation_input_tokens")), cached),
        output_tokens=count(usage.get("output_tokens")),
        cached_input_tokens=cached,
        reasoning_tokens=count(mapping(usage.get("output_tokens_details")).get("thinking_tokens")),
    )


def _finish_reason(reason: object) -> FinishReason | None:
    return _FINISH_REASONS.get(reason, "other") if isinstance(reason, str) else None
