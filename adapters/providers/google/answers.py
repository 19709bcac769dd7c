"""Reading what `generateContent` answers, whole and streamed."""

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
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
    "IMAGE_SAFETY": "content_filter",
    "IMAGE_PROHIBITED_CONTENT": "content_filter",
    "IMAGE_RECITATION": "content_filter",
}


def read_content(document: Mapping[str, Any]) -> Told | None:
    """Return what a whole answer tells; none when it is no answer."""
    reader = ContentReader()
    reader.read(document)
    is_answer = isinstance(document.get("candidates"), list) or reader.is_whole
    return reader.told if is_answer else None


@dataclass(slots=True)
class ContentReader:
    """Implements `StreamReader`. Nothing marks the end but that the last piece has a finish reason."""

    told: Told = field(default_factory=Told)
    has_ended: bool = False

    @property
    def is_whole(self) -> bool:
        return self.told.finish_reason is not None

    def read(self, document: Mapping[str, Any]) -> str:
        """Return the new words, which are none when the prompt was blocked or thinking has left no room for any."""
        told = self.told
        told.answered_by = text(document.get("modelVersion")) or told.answered_by
        told.response_id = text(document.get("responseId")) or told.response_id
        # Each piece has the counts up to then.
        if isinstance(document.get("usageMetadata"), dict):
            told.usage = read_usage(document["usageMetadata"])
        if mapping(document.get("promptFeedback")).get("blockReason"):
            told.finish_reason = "content_filter"
        candidate = next(objects(document.get("candidates")), {})
        reason = candidate.get("finishReason")
        if isinstance(reason, str) and reason not in {"", "FINISH_REASON_UNSPECIFIED"}:
            told.finish_reason = _FINISH_REASONS.get(reason, "other")
        words = [
            part["text"]
            for part in objects(mapping(candidate.get("content")).get("parts"))
            if isinstance(part.get("text"), str) and part.get("thought") is not True
        ]
        told.texts += words
        return "".join(words)


def read_usage(usage: Mapping[str, Any]) -> TokenUsage:
    """Return the tokens. Google's JSON leaves out what is 0, and counts thoughts beside the answer and not in it."""
    asked = count(usage.get("promptTokenCount"))
    thoughts = count(usage.get("thoughtsTokenCount"))
    written = total(count(usage.get("candidatesTokenCount")), thoughts)
    return TokenUsage(
        input_tokens=total(asked, count(usage.get("toolUsePromptTokenCount"))),
        output_tokens=0 if written is None and asked is not None else written,
        cached_input_tokens=count(usage.get("cachedContentTokenCount")),
        reasoning_tokens=thoughts,
    )
