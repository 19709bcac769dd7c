"""Reading whole messages of Anthropic's API."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import orjson

from adapters.providers.json_values import mapping, objects, text
from adapters.providers.prompting.parsed_completion import ParsedChoice, ParsedCompletion, count, total
from application.prompts.completion import FinishReason, TokenUsage
from application.prompts.conversation import Part, Reasoning, Refusal, Text, ToolCall

_FINISH_REASONS: Final[Mapping[str, FinishReason]] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}


def read_message(document: Mapping[str, Any], origin: str) -> ParsedCompletion | None:
    """Parse a whole message; none when it is not one."""
    content = document.get("content")
    if document.get("type") != "message" or not isinstance(content, list):
        return None
    parsed = ParsedCompletion()
    note_message(parsed, document)
    note_usage(parsed, mapping(document.get("usage")))
    for block in objects(content):
        part = part_of(block, origin)
        if part is not None:
            note_part(parsed.choices[0], part, objects(block.get("citations")))
    note_ending(parsed, document)
    return parsed


def note_message(parsed: ParsedCompletion, message: Mapping[str, Any]) -> None:
    """Take note of who has answered."""
    parsed.answered_by = text(message.get("model"))
    parsed.response_id = text(message.get("id"))


def note_usage(parsed: ParsedCompletion, usage: Mapping[str, Any]) -> None:
    """Take note of the tokens, and of what their price depends on."""
    parsed.usage = read_usage(usage)
    parsed.service_tier = text(usage.get("service_tier"))
    parsed.speed = text(usage.get("speed"))
    parsed.region = text(usage.get("inference_geo"))


def note_part(choice: ParsedChoice, part: Part, citations: Iterable[Mapping[str, Any]] = ()) -> None:
    """Take note of the next part, and of the pages that its words rest on."""
    if isinstance(part, Text):
        start = sum(len(each.text) for each in choice.parts if isinstance(each, Text))
        choice.annotations += _pages(citations, start, start + len(part.text))
    choice.parts.append(part)


def note_ending(parsed: ParsedCompletion, ending: Mapping[str, Any]) -> Refusal | None:
    """Take note of why it ended: of a message, or of the delta of one. Return the reasons of a refusal."""
    reason = ending.get("stop_reason")
    choice = parsed.choices[0]
    if isinstance(reason, str) and reason:
        choice.finish_reason = _FINISH_REASONS.get(reason, "other")
    if choice.finish_reason == "stop" and any(isinstance(part, ToolCall) for part in choice.parts):
        choice.finish_reason = "tool_calls"
    if isinstance(ending.get("stop_sequence"), str):
        choice.stop_sequence = ending["stop_sequence"]
    explanation = mapping(ending.get("stop_details")).get("explanation")
    if reason != "refusal" or not isinstance(explanation, str) or not explanation:
        return None
    refusal = Refusal(text=explanation)
    choice.parts.append(refusal)
    return refusal


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


def _pages(citations: Iterable[Mapping[str, Any]], start: int, end: int) -> Iterator[Mapping[str, Any]]:
    """Yield those sources that are pages, as Chat Completions has them; it has none for places in a document."""
    for citation in citations:
        if isinstance(citation.get("url"), str):
            title = str(citation.get("title") or citation["url"])
            place = {"start_index": start, "end_index": end, "url": citation["url"], "title": title}
            yield {"type": "url_citation", "url_citation": place}


def read_usage(usage: Mapping[str, Any]) -> TokenUsage:
    """Return the tokens. What is read from and written to Anthropic's cache is not in its count of the input."""
    cached = count(usage.get("cache_read_input_tokens"))
    cache_write = count(usage.get("cache_creation_input_tokens"))
    lifetimes = mapping(usage.get("cache_creation"))
    tools = mapping(usage.get("server_tool_use"))
    return TokenUsage(
        input_tokens=total(count(usage.get("input_tokens")), cache_write, cached),
        output_tokens=count(usage.get("output_tokens")),
        cached_input_tokens=cached,
        cache_write_tokens=cache_write,
        cache_write_5m_tokens=count(lifetimes.get("ephemeral_5m_input_tokens")),
        cache_write_1h_tokens=count(lifetimes.get("ephemeral_1h_input_tokens")),
        reasoning_tokens=count(mapping(usage.get("output_tokens_details")).get("thinking_tokens")),
        # Fetching pages is free; code is, as long as it searches or fetches (platform.claude.com, "Tool pricing").
        web_searches=count(tools.get("web_search_requests")),
        charged_tools=("code execution",) if count(tools.get("code_execution_requests")) else (),
    )
