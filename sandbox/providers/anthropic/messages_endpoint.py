"""`POST /v1/messages`, whole or streamed, and the free counting of its tokens."""

from collections.abc import Iterator

import orjson

from sandbox.faults.stream_faults import FILLER_TEXT
from sandbox.json_fields import JsonObject
from sandbox.model_catalogue import SimulatedModel
from sandbox.model_reply import Finish, ModelReply, write_reply
from sandbox.parsed_request import ApiCall
from sandbox.provider_responses import ProviderResponse, ProviderStream, RequestRefused
from sandbox.providers.anthropic.content_blocks import write_blocks
from sandbox.providers.anthropic.prompt_caching import CacheUse, use_cache
from sandbox.providers.anthropic.read_request import check_version, read_limit, read_model, read_prompt
from sandbox.providers.anthropic.refusal_cases import error
from sandbox.refusal_cases import RefusalCase, fill_placeholders, refusal_response
from sandbox.token_counting import count_tokens

_KINDS = {404: "not_found_error", 500: "api_error"}
_WINDOW = 200_000
_STOP_REASONS: dict[Finish, str] = {
    "stop": "end_turn",
    "calls": "tool_use",
    "length": "max_tokens",
    "filter": "refusal",
    # It has no such word.
    "failed": "error",
}
_PING = b'event: ping\ndata: {"type": "ping"}\n\n'
_REFUSAL = {"type": "refusal", "category": "cyber", "explanation": "The request could enable harm."}


def create_message(call: ApiCall) -> ProviderResponse | ProviderStream:
    """The model's message."""
    check_version(call)
    model = read_model(call)
    limit = read_limit(call, model)
    call.prompt = read_prompt(call, model)
    reply = write_reply(call.prompt, limit)
    call.billed = reply.billed
    _refuse_too_long(reply, limit)
    usage = _usage(reply, use_cache(call))
    if call.operation == "stream":
        return ProviderStream(
            frames=list(_events(call, model, reply, usage)), filler=_delta(0, _text(FILLER_TEXT.decode()))
        )
    message: JsonObject = {
        **_message(call, model),
        "content": [block.whole for block in write_blocks(call, model, reply)],
        **_ending(reply),
        "usage": {**usage, "inference_geo": "not_available"},
    }
    if not reply.has_usage:
        del message["usage"]
    return ProviderResponse(body=message)


def count_message_tokens(call: ApiCall) -> ProviderResponse:
    """What a message would cost as input."""
    check_version(call)
    model = read_model(call)
    return ProviderResponse(body={"input_tokens": count_tokens(read_prompt(call, model))})


def refuse(refused: RequestRefused, call: ApiCall) -> ProviderResponse:
    """The refusal in Anthropic's envelope."""
    kind = _KINDS.get(refused.status, refused.kind)
    body = fill_placeholders(error(refused.message, kind), {"request_id": call.request_id})
    return ProviderResponse(body=body, status=refused.status)


def error_frame(case: RefusalCase, call: ApiCall) -> bytes:
    """The case as an event of a stream."""
    body = refusal_response(case, call).body
    return event("error", body if isinstance(body, dict) else error(str(body), "api_error"))


def event(name: str, value: JsonObject) -> bytes:
    """One named event; like the real ones it has some white space before the closing brace."""
    return f"event: {name}\ndata: ".encode() + orjson.dumps(value)[:-1] + b"     }\n\n"


def _refuse_too_long(reply: ModelReply, limit: int) -> None:
    if "too-long" not in reply.directives:
        return
    if reply.directives.text("too-long") == "output":
        message = (
            f"input length and `max_tokens` exceed context limit: {_WINDOW - 100} + {limit} > {_WINDOW}, decrease "
            "input length or `max_tokens` and try again"
        )
        raise RequestRefused(400, message)
    raise RequestRefused(400, f"prompt is too long: {_WINDOW + reply.input_tokens} tokens > {_WINDOW} maximum")


def _message(call: ApiCall, model: SimulatedModel) -> JsonObject:
    return {
        "id": f"msg_01{call.token(22)}",
        "type": "message",
        "role": "assistant",
        "model": model.snapshot,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
    }


def _usage(reply: ModelReply, cache: CacheUse) -> JsonObject:
    """The counts: what was read from the cache and written to it is no part of the input."""
    read, written = cache.read + reply.cached_tokens, cache.written + reply.written_tokens
    usage: JsonObject = {
        "input_tokens": max(reply.input_tokens - read - written, 0),
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": read,
        "cache_creation": {
            "ephemeral_5m_input_tokens": written - cache.long,
            "ephemeral_1h_input_tokens": cache.long,
        },
        "output_tokens": reply.output_tokens,
        "service_tier": "standard",
    }
    if reply.thinking_tokens:
        usage["output_tokens_details"] = {"thinking_tokens": reply.thinking_tokens}
    return usage


def _ending(reply: ModelReply) -> JsonObject:
    """Why the message ends, and where."""
    reason = reply.finish_word(_STOP_REASONS)
    if reply.stopped_by is not None and reason == "end_turn":
        reason = "stop_sequence"
    ending: JsonObject = {"stop_reason": reason, "stop_sequence": reply.stopped_by}
    return {**ending, "stop_details": _REFUSAL} if reason == "refusal" else ending


def _events(call: ApiCall, model: SimulatedModel, reply: ModelReply, usage: JsonObject) -> Iterator[bytes]:
    late = "late-usage" in reply.directives
    first = {**usage, "output_tokens": 1, **({"input_tokens": 0} if late else {}), "inference_geo": "not_available"}
    first.pop("output_tokens_details", None)
    message = {**_message(call, model), "usage": first if reply.has_usage else {}}
    yield event("message_start", {"type": "message_start", "message": message})
    if not reply.blocks:
        yield _PING
    for index, block in enumerate(write_blocks(call, model, reply)):
        start: JsonObject = {"type": "content_block_start", "index": index, "content_block": block.start}
        yield event("content_block_start", start)
        if index == 0:
            yield _PING
        for delta in block.deltas:
            yield _delta(index, delta)
        yield event("content_block_stop", {"type": "content_block_stop", "index": index})
    last = {name: value for name, value in usage.items() if name not in {"cache_creation", "service_tier"}}
    end: JsonObject = {"type": "message_delta", "delta": _ending(reply)}
    yield event("message_delta", {**end, "usage": last} if reply.has_usage else end)
    yield event("message_stop", {"type": "message_stop"})


def _text(text: str) -> JsonObject:
    return {"type": "text_delta", "text": text}


def _delta(index: int, delta: JsonObject) -> bytes:
    return event("content_block_delta", {"type": "content_block_delta", "index": index, "delta": delta})
