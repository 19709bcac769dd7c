"""Reading whole responses."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from adapters.providers.chat_completions.completion import long_cache_writes, read_cost
from adapters.providers.json_values import mapping, objects, text
from adapters.providers.prompting.parsed_completion import ParsedChoice, ParsedCompletion, count
from application.prompts.completion import FinishReason, TokenUsage
from application.prompts.conversation import Part, Reasoning, Refusal, Text, ToolCall

_INCOMPLETE: Final[Mapping[str, FinishReason]] = {
    "max_output_tokens": "length",
    "content_filter": "content_filter",
}
# Charged by the call, the session or the picture (developers.openai.com/api/docs/pricing, "Built-in tools").
_CHARGED_TOOLS: Final = frozenset(
    {"file_search_call", "code_interpreter_call", "image_generation_call", "shell_call", "web_search_preview_call"}
)


def read_response(document: Mapping[str, Any], origin: str) -> ParsedCompletion | None:
    """Parse a whole response; none when it is not one, or one that failed."""
    if document.get("object") != "response" or not isinstance(document.get("output"), list):
        return None
    if document.get("status") in {"failed", "cancelled"}:
        return None
    parsed = ParsedCompletion()
    for item in objects(document["output"]):
        note_item(parsed.choices[0], item, origin)
    parsed.choices[0].logprobs = _logprobs(document)
    note_response(parsed, document)
    return parsed


def note_item(choice: ParsedChoice, item: Mapping[str, Any], origin: str) -> list[Part]:
    """Take note of an item that is whole, and return the parts that it is."""
    start = sum(len(part.text) for part in choice.parts if isinstance(part, Text))
    choice.annotations += _annotations(item, start)
    parts = list(parts_of(item, origin))
    choice.parts += parts
    return parts


def note_response(parsed: ParsedCompletion, response: Mapping[str, Any]) -> None:
    """Take note of what a response says about the whole: who has answered, how it ended and what it cost."""
    parsed.answered_by = text(response.get("model")) or parsed.answered_by
    parsed.response_id = text(response.get("id")) or parsed.response_id
    parsed.service_tier = text(response.get("service_tier")) or parsed.service_tier
    if isinstance(response.get("usage"), dict):
        parsed.usage = replace(read_usage(response["usage"]), **_tools_used(response))
        parsed.cost_usd = read_cost(response["usage"])
    status = response.get("status")
    choice = parsed.choices[0]
    if status == "completed":
        called = any(isinstance(part, ToolCall) for part in choice.parts) or any(
            item.get("type") in {"function_call", "custom_tool_call"} for item in objects(response.get("output"))
        )
        choice.finish_reason = "tool_calls" if called else "stop"
    elif status == "incomplete":
        reason = mapping(response.get("incomplete_details")).get("reason")
        choice.finish_reason = _INCOMPLETE.get(reason, "other") if isinstance(reason, str) else "other"


def parts_of(item: Mapping[str, Any], origin: str) -> Iterator[Part]:
    """Yield the parts that an item is; nothing for items of the provider's own tools."""
    match item.get("type"):
        case "message":
            for content in objects(item.get("content")):
                if content.get("type") == "output_text" and content.get("text"):
                    yield Text(text=str(content["text"]))
                elif content.get("type") == "refusal" and content.get("refusal"):
                    yield Refusal(text=str(content["refusal"]))
        case "reasoning":
            summary = tuple(str(each.get("text") or "") for each in objects(item.get("summary")))
            raw = "".join(str(each.get("text") or "") for each in objects(item.get("content")))
            yield Reasoning(
                text=raw or "\n\n".join(summary),
                summary=summary,
                encrypted=text(item.get("encrypted_content"), longest=2**24),
                item_id=text(item.get("id")),
                origin=origin,
            )
        case "function_call" | "custom_tool_call":
            is_custom = item.get("type") == "custom_tool_call"
            yield ToolCall(
                id=str(item.get("call_id") or item.get("id") or ""),
                name=str(item.get("name") or ""),
                arguments=str(item.get("input" if is_custom else "arguments") or ""),
                is_custom=is_custom,
                item_id=text(item.get("id")),
                origin=origin,
            )


def _annotations(item: Mapping[str, Any], start: int) -> Iterator[Mapping[str, Any]]:
    """Yield those sources that are pages, as Chat Completions has them: with their places in all words of the answer.

    `start` is how many characters were before the item.
    """
    for content in objects(item.get("content")):
        for note in objects(content.get("annotations")):
            if note.get("type") == "url_citation":
                encoded = {name: note.get(name) for name in ("start_index", "end_index", "url", "title")}
                for name in ("start_index", "end_index"):
                    encoded[name] = start + (count(encoded[name]) or 0)
                yield {"type": "url_citation", "url_citation": encoded}
        start += len(str(content.get("text") or "")) if content.get("type") == "output_text" else 0


def _logprobs(document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    encoded = [
        each
        for item in objects(document.get("output"))
        for content in objects(item.get("content"))
        for each in objects(content.get("logprobs"))
    ]
    return {"content": encoded, "refusal": None} if encoded else None


def read_usage(usage: Mapping[str, Any]) -> TokenUsage:
    """Return the tokens."""
    asked = mapping(usage.get("input_tokens_details"))
    written = mapping(usage.get("output_tokens_details"))
    return TokenUsage(
        input_tokens=count(usage.get("input_tokens")),
        output_tokens=count(usage.get("output_tokens")),
        cached_input_tokens=count(asked.get("cached_tokens")),
        cache_write_tokens=count(asked.get("cache_write_tokens")),
        reasoning_tokens=count(written.get("reasoning_tokens")),
        charged_tools=long_cache_writes(asked),
    )


def _tools_used(response: Mapping[str, Any]) -> dict[str, Any]:
    """Return which of the provider's own tools the answer used, as `TokenUsage` has them; function calls are none."""
    items = list(objects(response.get("output")))
    kinds = [str(item.get("type") or "") for item in items]
    # Opening a page and looking for words in it are free (developers.openai.com/api/docs/guides/tools-web-search).
    searches = sum(
        kind == "web_search_call" and mapping(item.get("action")).get("type", "search") == "search"
        for kind, item in zip(kinds, items, strict=True)
    )
    others = {kind.removesuffix("_call") for kind in kinds if kind in _CHARGED_TOOLS}
    others.update(long_cache_writes(mapping(mapping(response["usage"]).get("input_tokens_details"))))
    return {"web_searches": searches or None, "charged_tools": tuple(sorted(others))}
