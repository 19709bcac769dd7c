"""Reading what `generateContent` answers, whole and streamed."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import uuid4

import orjson

from adapters.providers.error_mapping import error_kinds
from adapters.providers.json_values import mapping, objects, text
from adapters.providers.prompting.parsed_completion import ParsedChoice, ParsedCompletion, count, total
from application.prompts.completion import (
    Delta,
    FinishReason,
    ReasoningDelta,
    ReasoningDone,
    TextDelta,
    TokenUsage,
    ToolArgumentsDelta,
    ToolCallDone,
    ToolCallStarted,
)
from application.prompts.conversation import Reasoning, Text, ToolCall

_FINISH_REASONS: Final[Mapping[str, FinishReason]] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "CONTINUATION": "length",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
    "MODEL_ARMOR": "content_filter",
    "IMAGE_SAFETY": "content_filter",
    "IMAGE_PROHIBITED_CONTENT": "content_filter",
    "IMAGE_RECITATION": "content_filter",
}

# So many are free each month, so that what one costs cannot be known (ai.google.dev/gemini-api/docs/pricing).
_GROUNDING: Final = ("grounding",)


def read_content(document: Mapping[str, Any], origin: str) -> ParsedCompletion | None:
    """Parse a whole answer; none when it is not one."""
    decoder = ContentDecoder(origin)
    decoder.decode(document)
    is_answer = isinstance(document.get("candidates"), list) or decoder.is_whole
    return decoder.parsed if is_answer else None


class ContentDecoder:
    """Implements `StreamDecoder`. Nothing marks the end but that the last piece has a finish reason."""

    def __init__(self, origin: str) -> None:
        self.parsed = ParsedCompletion()
        self.has_ended = False
        self._origin = origin
        self._thoughts: dict[int, list[str]] = {}
        self._tools: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        return self.parsed.finish_reason is not None

    def observe(self, document: Mapping[str, Any]) -> bool:
        self.decode(document)
        return True

    def decode(self, document: Mapping[str, Any]) -> list[Delta]:
        parsed = self.parsed
        parsed.answered_by = text(document.get("modelVersion")) or parsed.answered_by
        parsed.response_id = text(document.get("responseId")) or parsed.response_id
        for candidate in objects(document.get("candidates")):
            if candidate.get("groundingMetadata"):
                self._tools = _GROUNDING
                parsed.usage = replace(parsed.usage, charged_tools=self._tools)
        # Each piece has the counts up to then.
        if isinstance(document.get("usageMetadata"), dict):
            parsed.usage = read_usage(document["usageMetadata"], self._tools)
            parsed.service_tier = text(document["usageMetadata"].get("serviceTier")) or parsed.service_tier
        if mapping(document.get("promptFeedback")).get("blockReason"):
            parsed.choices[0].finish_reason = "content_filter"
        deltas: list[Delta] = []
        for position, candidate in enumerate(objects(document.get("candidates"))):
            choice = parsed.choice(candidate.get("index", position))
            index = parsed.choices.index(choice)
            for part in objects(mapping(candidate.get("content")).get("parts")):
                deltas += self._part(choice, part, index)
            if self._ending(choice, candidate):
                deltas += self._thought(choice, index)
        parsed.has_begun = parsed.has_begun or bool(deltas)
        return deltas

    def _part(self, choice: ParsedChoice, part: Mapping[str, Any], index: int) -> Iterator[Delta]:
        signature = part.get("thoughtSignature")
        signature = signature if isinstance(signature, str) and signature else None
        call = part.get("functionCall")
        words = part.get("text")
        if isinstance(call, dict):
            yield from self._thought(choice, index)
            yield from self._call(choice, call, signature, index)
        elif isinstance(words, str) and part.get("thought") is True:
            if words:
                self._thoughts.setdefault(index, []).append(words)
                yield ReasoningDelta(words)
            if signature is not None:
                yield from self._thought(choice, index, signature)
        elif isinstance(words, str):
            yield from self._thought(choice, index)
            if words:
                self._say(choice, words)
                yield TextDelta(words, index)
            if signature is not None:
                # The signature of words: handed back on an empty part after them.
                yield from self._thought(choice, index, signature)

    def _say(self, choice: ParsedChoice, words: str) -> None:
        last = choice.parts[-1] if choice.parts else None
        if isinstance(last, Text):
            choice.parts[-1] = Text(text=last.text + words)
        else:
            choice.parts.append(Text(text=words))

    def _call(
        self, choice: ParsedChoice, call: Mapping[str, Any], signature: str | None, index: int
    ) -> Iterator[Delta]:
        """Yield a call, which comes whole; parallel calls have no numbers of their own, so they are counted here."""
        place = sum(isinstance(part, ToolCall) for part in choice.parts)
        arguments = orjson.dumps(call.get("args") or {}).decode()
        encoded = ToolCall(
            id=call["id"] if isinstance(call.get("id"), str) and call["id"] else f"call_{uuid4().hex[:24]}",
            name=str(call.get("name") or ""),
            arguments=arguments,
            signature=signature,
            origin=self._origin,
        )
        choice.parts.append(encoded)
        yield ToolCallStarted(place, encoded.id, encoded.name, choice=index, signature=signature, origin=self._origin)
        yield ToolArgumentsDelta(place, arguments, index)
        yield ToolCallDone(place, encoded, index)

    def _thought(self, choice: ParsedChoice, index: int, signature: str | None = None) -> Iterator[Delta]:
        words = self._thoughts.pop(index, [])
        if words or signature is not None:
            thought = Reasoning(text="".join(words), signature=signature, origin=self._origin)
            choice.parts.append(thought)
            yield ReasoningDone(thought)

    def _ending(self, choice: ParsedChoice, candidate: Mapping[str, Any]) -> bool:
        """Record why the choice ended, and return whether this piece is its end."""
        reason = candidate.get("finishReason")
        is_end = isinstance(reason, str) and reason not in {"", "FINISH_REASON_UNSPECIFIED"}
        if is_end:
            choice.finish_reason = _FINISH_REASONS.get(str(reason), "other")
            if choice.finish_reason == "other" and not choice.parts:
                # The model wrote nothing that could be used, such as a malformed call; trying again often helps.
                self.parsed.interruption = error_kinds.PROVIDER_ERROR
        # The end may come a piece after the call, or before it.
        if choice.finish_reason == "stop" and any(isinstance(part, ToolCall) for part in choice.parts):
            choice.finish_reason = "tool_calls"
        return is_end


def read_usage(usage: Mapping[str, Any], tools: tuple[str, ...] = ()) -> TokenUsage:
    """Return the tokens. Google's JSON leaves out what is 0, and counts thoughts beside the answer and not in it."""
    asked_details, written_details = usage.get("promptTokensDetails"), usage.get("candidatesTokensDetails")
    asked = count(usage.get("promptTokenCount"))
    thoughts = count(usage.get("thoughtsTokenCount"))
    written = total(count(usage.get("candidatesTokenCount")), thoughts)
    return TokenUsage(
        input_tokens=total(asked, count(usage.get("toolUsePromptTokenCount"))),
        output_tokens=0 if written is None and asked is not None else written,
        cached_input_tokens=count(usage.get("cachedContentTokenCount")),
        reasoning_tokens=thoughts,
        audio_input_tokens=_of("AUDIO", asked_details),
        audio_output_tokens=_of("AUDIO", written_details),
        cached_audio_tokens=_of("AUDIO", usage.get("cacheTokensDetails")),
        image_input_tokens=_of("IMAGE", asked_details),
        image_output_tokens=_of("IMAGE", written_details),
        charged_tools=tools,
    )


def _of(modality: str, details: object) -> int | None:
    return total(*(count(each.get("tokenCount")) for each in objects(details) if each.get("modality") == modality))
