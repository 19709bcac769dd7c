"""Reading whole messages of Anthropic's API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson

from adapters.providers.reading import mapping, objects, text
from adapters.providers.wire.parsed import ParsedCompletion, count, total
from application.prompts.completion import TokenUsage
from application.prompts.conversation import Reasoning, Refusal, Text, ToolCall

if TYPE_CHECKING:
    from collections.abc import Mapping

    from application.prompts.completion import FinishReason
    from application.prompts.conversation import Part

_FINISH_REASONS: Final[Mapping[str, FinishReason]] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}


def read_message(document: Mapping[str, Any], origin: str) -> ParsedCompletion | None:
    """Return what a whole message says; none when it is no message."""
    content = document.get("content")
    if document.get("type") != "message" or not isinstance(content, list):
        return None
    parsed = ParsedCompletion()
    note_message(parsed, document)
    note_ending(parsed, document)
    usage = mapping(document.get("usage"))
    parsed.usage = read_usage(usage)
    parsed.service_tier = text(usage.get("service_tier"))
    choice = parsed.choices[0]
    choice.parts = [part for block in objects(content) if (part := part_of(block, origin)) is not None]
    choice.annotations = [
        citation for block in objects(content) for citation in annotations_of(objects(block.get("citations")))
    ]
    return parsed


def note_message(parsed: ParsedCompletion, message: Mapping[str, Any]) -> None:
    """Take note of who has answered."""
    parsed.answered_by = text(message.get("model"))
    parsed.response_id = text(message.get("id"))


def note_ending(parsed: ParsedCompletion, ending: Mapping[str, Any]) -> None:
    """Take note of why it ended: of a message, or of the delta of one."""
    reason = ending.get("stop_reason")
    choice = parsed.choices[0]
    if isinstance(reason, str) and reason:
        choice.finish_reason = _FINISH_REASONS.get(reason, "other")
    if isinstance(ending.get("stop_sequence"), str):
        choice.stop_sequence = ending["stop_sequence"]
    explanation = mapping(ending.get("stop_details")).get("explanation")
    if reason == "refusal" and isinstance(explanation, str) and explanation:
        choice.parts.append(Refusal(text=explanation))


def part_of(block: Mapping[str, Any], origin: str) -> Part | None:
    """Return the part that a block is; none for blocks that only this protocol has, such as those of its own tools."""
    match block.get("type"):
        case "text" if isinstance(block.get("text"), str) and block["text"]:
            return Text(text=block["text"])
        case "thinking":
            return Reasoning(
                text=str(block.get("thinking") or ""), signature=str(block.get("signature") or ""), origin=origin
            )
        case "redacted_thinking":
            return Reasoning(redacted=str(block.get("data") or ""), origin=origin)
        case "tool_use":
            arguments = orjson.dumps(block.get("input") or {}).decode()
            return ToolCall(id=str(block.get("id") or ""), name=str(block.get("name") or ""), arguments=arguments)
        case _:
            return None


def annotations_of(citations: Any) -> list[Mapping[str, Any]]:  # noqa: ANN401 - JSON
    """Return those sources that are pages, as Chat Completions has them; it has none for places in a document."""
    return [
        {
            "type": "url_citation",
            "url_citation": {
                "start_index": 0,
                "end_index": 0,
                "url": citation["url"],
                "title": str(citation.get("title") or citation["url"]),
            },
        }
        for citation in citations
        if isinstance(citation.get("url"), str)
    ]


def read_usage(usage: Mapping[str, Any]) -> TokenUsage:
    """Return the tokens. What is read from and written to Anthropic's cache is not in its count of the input."""
    cached = count(usage.get("cache_read_input_tokens"))
    cache_write = count(usage.get("cache_creation_input_tokens"))
    lifetimes = mapping(usage.get("cache_creation"))
    return TokenUsage(
        input_tokens=total(count(usage.get("input_tokens")), cache_write, cached),
        output_tokens=count(usage.get("output_tokens")),
        cached_input_tokens=cached,
        cache_write_tokens=cache_write,
        cache_write_5m_tokens=count(lifetimes.get("ephemeral_5m_input_tokens")),
        cache_write_1h_tokens=count(lifetimes.get("ephemeral_1h_input_tokens")),
        reasoning_tokens=count(mapping(usage.get("output_tokens_details")).get("thinking_tokens")),
    )
