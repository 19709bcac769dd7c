"""Writing Responses answers."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

from application.prompts.completion import Choice, Completion, FinishReason, TokenUsage
from application.prompts.conversation import Reasoning, Refusal, Text, ToolCall
from application.prompts.opaque_blobs import blob_of

# What a response repeats of its request, for strict clients; the value is that of a request that does not say.
_REPEATED: Mapping[str, Any] = {
    "instructions": None,
    "max_output_tokens": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "reasoning": {"effort": None, "summary": None},
    "temperature": None,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_p": None,
    "truncation": "disabled",
    "user": None,
}


def new_id(kind: str) -> str:
    """Return a new id: `msg`, `rs`, `fc`, `ctc`."""
    return f"{kind}_{uuid4().hex}"


def blank_response(body: Mapping[str, Any], *, response_id: str, created: int, model: str) -> dict[str, Any]:
    """Return the response before there is anything in it; `created` is in seconds since 1970."""
    repeated = {name: value if body.get(name) is None else body[name] for name, value in _REPEATED.items()}
    return {
        "id": response_id,
        "object": "response",
        "created_at": created,
        "status": "in_progress",
        "background": False,
        "error": None,
        "incomplete_details": None,
        "model": model,
        "output": [],
        "previous_response_id": None,
        "store": False,
        "usage": None,
        **repeated,
    }


def finished(response: dict[str, Any], completion: Completion, output: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the response with its output, and how it ended."""
    status, details = ending(completion.choices[0])
    document = {
        **response,
        "status": status,
        "incomplete_details": details,
        "model": completion.answered_by or response["model"],
        "output": output,
        "usage": usage_document(completion.usage),
    }
    return document | ({"service_tier": completion.service_tier} if completion.service_tier else {})


def ending(choice: Choice) -> tuple[str, dict[str, str] | None]:
    """Return the status and, of an answer that is not whole, the reason."""
    reasons: dict[FinishReason, str] = {"length": "max_output_tokens", "content_filter": "content_filter"}
    reason = reasons.get(choice.finish_reason)
    return ("completed", None) if reason is None else ("incomplete", {"reason": reason})


def response_document(
    completion: Completion, body: Mapping[str, Any], *, response_id: str, created: int, model: str
) -> Mapping[str, Any]:
    """Return the whole answer. The provider's own response is sent unchanged."""
    if completion.native is not None:
        return completion.native
    blank = blank_response(body, response_id=response_id, created=created, model=model)
    return finished(blank, completion, list(output_items(completion.choices[0])))


def output_items(choice: Choice) -> Iterator[dict[str, Any]]:
    """Yield the items of an answer in their order; adjacent words and refusals are one message."""
    contents: list[dict[str, Any]] = []
    start = 0
    for part in choice.parts:
        if isinstance(part, Text):
            contents.append(text_content(part.text, choice, start))
            start += len(part.text)
        elif isinstance(part, Refusal):
            contents.append({"type": "refusal", "refusal": part.text})
        elif isinstance(part, Reasoning | ToolCall):
            if contents:
                yield message_item(new_id("msg"), contents)
                contents = []
            yield from _own_items(part)
    if contents:
        yield message_item(new_id("msg"), contents)


def _own_items(part: Reasoning | ToolCall) -> Iterator[dict[str, Any]]:
    if isinstance(part, ToolCall):
        blob = blob_of(part)
        if blob is not None:
            yield sealed_item(new_id("rs"), blob)
        yield call_item(part)
    elif (item := reasoning_item(new_id("rs"), part)) is not None:
        yield item


def text_content(text: str, choice: Choice | None = None, start: int = 0) -> dict[str, Any]:
    """Return words as the content of a message, with their sources and probabilities.

    `start` is how many characters of the answer come before them; each source gets the positions of its words.
    """
    notes = []
    for note in choice.annotations if choice is not None else ():
        place = note.get("url_citation", {})
        first, last = place.get("start_index") or 0, place.get("end_index") or 0
        if start <= first <= start + len(text):
            notes.append({"type": "url_citation", **place, "start_index": first - start, "end_index": last - start})
    logprobs = (choice.logprobs or {}).get("content") or [] if choice is not None else []
    return {"type": "output_text", "text": text, "annotations": notes, "logprobs": logprobs}


def message_item(item_id: str, contents: list[dict[str, Any]], status: str = "completed") -> dict[str, Any]:
    """Return an item of words."""
    return {"id": item_id, "type": "message", "status": status, "role": "assistant", "content": contents}


def reasoning_item(item_id: str, part: Reasoning) -> dict[str, Any] | None:
    """Return an item of thoughts; none when there is nothing to read and nothing to hand back."""
    blob = blob_of(part)
    summary = part.summary or ((part.text,) if part.text else ())
    if not summary and blob is None:
        return None
    item = {"id": item_id, "type": "reasoning", "summary": [{"type": "summary_text", "text": t} for t in summary]}
    return item | ({"encrypted_content": blob} if blob is not None else {})


def sealed_item(item_id: str, blob: str) -> dict[str, Any]:
    """Return an item of thoughts that nobody can read: what another provider wants handed back."""
    return {"id": item_id, "type": "reasoning", "summary": [], "encrypted_content": blob}


def call_item(call: ToolCall, *, item_id: str | None = None, status: str = "completed") -> dict[str, Any]:
    """Return an item of a tool call."""
    if call.is_custom:
        item = {"id": item_id or new_id("ctc"), "type": "custom_tool_call", "input": call.arguments}
    else:
        item = {"id": item_id or new_id("fc"), "type": "function_call", "arguments": call.arguments or "{}"}
    return {**item, "status": status, "call_id": call.id, "name": call.name}


def usage_document(usage: TokenUsage) -> dict[str, Any] | None:
    """Return the tokens, none where the provider did not count. All details must be present; unknown counts are 0."""
    if usage.input_tokens is None or usage.output_tokens is None:
        return None
    read = {"cached_tokens": usage.cached_input_tokens or 0, "cache_write_tokens": usage.cache_write_tokens or 0}
    return {
        "input_tokens": usage.input_tokens,
        "input_tokens_details": read,
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens or 0},
        "total_tokens": usage.input_tokens + usage.output_tokens,
    }
