"""`POST /v1/messages`, whole or streamed, and the free counting of its tokens."""

import orjson

from entrypoints.sandbox.answers import Answer, EventStream, RefusedError
from entrypoints.sandbox.call import Call
from entrypoints.sandbox.cases import Case, fill, play
from entrypoints.sandbox.catalogue import Model
from entrypoints.sandbox.faults.streams import FILLER_TEXT
from entrypoints.sandbox.json_types import JsonObject
from entrypoints.sandbox.providers.anthropic.cases import error
from entrypoints.sandbox.providers.anthropic.reading import check_version, read_limit, read_model, read_prompt
from entrypoints.sandbox.reply import Reply, count_tokens, write_reply

_KINDS = {404: "not_found_error", 500: "api_error"}


def create_message(call: Call) -> Answer | EventStream:
    """The model's message."""
    check_version(call)
    model = read_model(call)
    limit = read_limit(call, model)
    reply = write_reply(read_prompt(call.json(), model), limit=limit, reasoning=False)
    if call.operation == "stream":
        return EventStream(frames=_events(call, model, reply), filler=_text_delta(FILLER_TEXT.decode()))
    return Answer(
        body={
            **_message(call, model),
            "content": [{"type": "text", "text": reply.text}] if reply.pieces else [],
            "stop_reason": _stop_reason(reply),
            "usage": _usage(reply.input_tokens, reply.output_tokens),
        }
    )


def count_message_tokens(call: Call) -> Answer:
    """What a message would cost as input."""
    check_version(call)
    model = read_model(call)
    return Answer(body={"input_tokens": count_tokens(read_prompt(call.json(), model))})


def refuse(refused: RefusedError, call: Call) -> Answer:
    """The refusal in Anthropic's envelope."""
    kind = _KINDS.get(refused.status, refused.kind)
    body = fill(error(refused.message, kind), {"request_id": call.request_id})
    return Answer(body=body, status=refused.status)


def error_frame(case: Case, call: Call) -> bytes:
    """The case as an event of a stream."""
    body = play(case, call).body
    return event("error", body if isinstance(body, dict) else error(str(body), "api_error"))


def event(name: str, value: JsonObject) -> bytes:
    """One named event; like the real ones it has some white space before the closing brace."""
    return f"event: {name}\ndata: ".encode() + orjson.dumps(value)[:-1] + b"     }\n\n"


def _message(call: Call, model: Model) -> JsonObject:
    return {
        "id": f"msg_01{call.token(22)}",
        "type": "message",
        "role": "assistant",
        "model": model.snapshot,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
    }


def _usage(input_tokens: int, output_tokens: int) -> JsonObject:
    return {
        "input_tokens": input_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
        "output_tokens": output_tokens,
        "service_tier": "standard",
    }


def _stop_reason(reply: Reply) -> str:
    if reply.refused:
        return "refusal"
    return "max_tokens" if reply.cut else "end_turn"


def _events(call: Call, model: Model, reply: Reply) -> list[bytes]:
    start = {**_message(call, model), "usage": {**_usage(reply.input_tokens, 1), "inference_geo": "not_available"}}
    end: JsonObject = {
        "type": "message_delta",
        "delta": {"stop_reason": _stop_reason(reply), "stop_sequence": None},
        "usage": {
            "input_tokens": reply.input_tokens,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "output_tokens": reply.output_tokens,
        },
    }
    block: JsonObject = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    return [
        event("message_start", {"type": "message_start", "message": start}),
        event("content_block_start", block),
        b'event: ping\ndata: {"type": "ping"}\n\n',
        *(_text_delta(piece) for piece in reply.pieces),
        event("content_block_stop", {"type": "content_block_stop", "index": 0}),
        event("message_delta", end),
        event("message_stop", {"type": "message_stop"}),
    ]


def _text_delta(text: str) -> bytes:
    delta = {"type": "text_delta", "text": text}
    return event("content_block_delta", {"type": "content_block_delta", "index": 0, "delta": delta})
