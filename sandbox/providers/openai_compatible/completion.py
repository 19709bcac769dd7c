"""A chat completion in one piece, and the parts it shares with streamed ones."""

from collections.abc import Sequence

import orjson

from sandbox.json_fields import JsonObject, count_at
from sandbox.model_catalogue import SimulatedModel
from sandbox.model_reply import Finish, ModelReply
from sandbox.parsed_request import ApiCall
from sandbox.provider_responses import ProviderResponse
from sandbox.providers.openai_compatible.chat_options import ChatOptions
from sandbox.tool_calls import ToolCall

_FINISHES: dict[Finish, str] = {
    "stop": "stop",
    "calls": "tool_calls",
    "length": "length",
    "filter": "content_filter",
    "failed": "error",
}
_MOST_CHOICES = 128


def completion(call: ApiCall, model: SimulatedModel, reply: ModelReply, options: ChatOptions) -> ProviderResponse:
    """The whole completion."""
    choices = [_choice(call, reply, options, number) for number in range(choice_count(call.json()))]
    body: JsonObject = {
        "id": options.completion_id(call),
        "object": "chat.completion",
        "created": int(call.now),
        "model": model.snapshot,
        "choices": choices,
        "usage": options.usage(reply, model),
        **options.completion_fields(call, model),
    }
    if not reply.has_usage:
        del body["usage"]
    return ProviderResponse(body=body)


def choice_count(body: JsonObject) -> int:
    """How many answers are wanted."""
    return min(count_at(body, "n") or 1, _MOST_CHOICES)


def finish_reason(reply: ModelReply) -> str:
    """Why the answer ends here."""
    return reply.finish_word(_FINISHES)


def call_id(call: ApiCall, reply: ModelReply, number: int) -> str:
    """The id of one of the calls; under `sandbox:long-ids` of a kind that not everyone takes."""
    if "long-ids" in reply.directives:
        return f"call_{call.numbered_token(60, number)}/{call.numbered_token(60, number + 100)}=="
    return f"call_{call.numbered_token(24, number)}"


def arguments_of(called: ToolCall, reply: ModelReply) -> str:
    """Return the arguments as text, invalid if a directive says so."""
    if "empty-arguments" in reply.directives:
        return ""
    return called.arguments[:-1] if "bad-arguments" in reply.directives else called.arguments


def logprobs_of(call: ApiCall, pieces: Sequence[str]) -> JsonObject | None:
    """How likely each token was, when that was requested: all alike, with as many others as wanted."""
    if call.json().get("logprobs") is not True:
        return None
    others = count_at(call.json(), "top_logprobs") or 0
    content = []
    for piece in pieces:
        token = {"token": piece, "logprob": -0.25, "bytes": list(piece.encode())}
        tops = [{**token, "token": piece if at == 0 else f"{piece}{at}", "logprob": -0.25 - at} for at in range(others)]
        content.append({**token, "top_logprobs": tops})
    return {"content": content, "refusal": None}


def frame(value: JsonObject) -> bytes:
    """One event without a name."""
    return b"data: " + orjson.dumps(value) + b"\n\n"


def thinking_part(text: str) -> JsonObject:
    """A thought as a part of the content."""
    return {"type": "thinking", "thinking": [{"type": "text", "text": text}]}


def reasoning_detail(text: str) -> JsonObject:
    """A thought as OpenRouter details it."""
    return {"type": "reasoning.text", "text": text, "format": "unknown", "index": 0}


def _choice(call: ApiCall, reply: ModelReply, options: ChatOptions, number: int) -> JsonObject:
    finish = finish_reason(reply)
    fields = options.choice_fields(finish)
    logprobs = logprobs_of(call, reply.pieces)
    shown = {"logprobs": logprobs} if logprobs else {}
    return {"index": number, "message": _message(call, reply, options), **fields, **shown, "finish_reason": finish}


def _message(call: ApiCall, reply: ModelReply, options: ChatOptions) -> JsonObject:
    # A message that is nothing but calls has no content; one that is nothing at all has an empty one.
    content = None if reply.calls and not reply.text else reply.text
    message: JsonObject = {"role": "assistant", "content": content, **options.message_fields}
    if reply.declined and "refusal" in message:
        message |= {"content": None, "refusal": reply.text}
    thoughts = "".join(thought.text for thought in reply.thoughts)
    if thoughts and options.thoughts_field:
        message[options.thoughts_field] = thoughts
    if thoughts and options.thoughts_in_details:
        message["reasoning_details"] = [reasoning_detail(thoughts)]
    if thoughts and options.thoughts_in_content:
        message["content"] = [thinking_part(thoughts), {"type": "text", "text": reply.text}]
    if reply.calls:
        message["tool_calls"] = [
            _tool_call(call_id(call, reply, at), called, reply) for at, called in enumerate(reply.calls)
        ]
    return message


def _tool_call(name: str, called: ToolCall, reply: ModelReply) -> JsonObject:
    if called.free_text:
        return {"id": name, "type": "custom", "custom": {"name": called.name, "input": called.arguments}}
    facts = {"name": called.name, "arguments": arguments_of(called, reply)}
    return {"id": name, "type": "function", "function": facts}
