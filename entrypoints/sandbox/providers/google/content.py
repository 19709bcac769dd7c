"""`generateContent`, `streamGenerateContent` and `countTokens`."""

from collections.abc import Sequence

import orjson

from entrypoints.sandbox.answers import Answer, EventStream, RefusedError
from entrypoints.sandbox.call import Call
from entrypoints.sandbox.cases import Case, play
from entrypoints.sandbox.catalogue import Model
from entrypoints.sandbox.faults.streams import FILLER_TEXT
from entrypoints.sandbox.json_types import JsonObject, object_at
from entrypoints.sandbox.providers.google.cases import error
from entrypoints.sandbox.providers.google.listing import find_model
from entrypoints.sandbox.providers.google.reading import read_limit, read_prompt
from entrypoints.sandbox.reply import Reply, count_tokens, write_reply

#: Gemini streams in larger pieces than the others.
_TOKENS_PER_CHUNK = 3
_CANONICAL = {400: "INVALID_ARGUMENT", 404: "NOT_FOUND", 500: "INTERNAL", 503: "UNAVAILABLE"}


def generate(call: Call) -> Answer:
    """The whole answer."""
    model = find_model(call, "generateContent")
    reply = _reply(call, model)
    return Answer(
        body=_blocked(call, model, reply) if reply.refused else _chunk(call, model, reply, reply.pieces, end=True)
    )


def stream(call: Call) -> EventStream:
    """The answer in pieces: events with `alt=sse`, else the elements of one JSON array."""
    model = find_model(call, "streamGenerateContent")
    reply = _reply(call, model)
    chunks = [_blocked(call, model, reply)] if reply.refused else _chunks(call, model, reply)
    filler = _chunk(call, model, reply, (FILLER_TEXT.decode(),), end=False)
    if call.query.get("alt") == "sse":
        return EventStream(frames=[_event(chunk) for chunk in chunks], filler=_event(filler))
    parts = [orjson.dumps(chunk) for chunk in chunks]
    opened = [(b"[" if at == 0 else b",\r\n") + part for at, part in enumerate(parts)]
    return EventStream(frames=[*opened, b"]"], filler=b",\r\n" + orjson.dumps(filler), content_type="application/json")


def count(call: Call) -> Answer:
    """What a prompt would cost as input; free."""
    model = find_model(call, "countTokens")
    body = call.json()
    total = count_tokens(read_prompt({**body, **object_at(body, "generateContentRequest")}, model))
    return Answer(body={"totalTokens": total, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": total}]})


def refuse(refused: RefusedError, call: Call) -> Answer:
    """The refusal in Google's envelope; a stream that is a JSON array wraps it in one."""
    status = refused.kind if refused.kind.isupper() else _CANONICAL.get(refused.status, "INTERNAL")
    body: object = error(refused.status, refused.message, status)
    if call.operation == "stream" and call.query.get("alt") != "sse":
        body = [body]
    return Answer(body=body, status=refused.status)


def error_frame(case: Case, call: Call) -> bytes:
    """The case as a piece of a stream."""
    body = orjson.dumps(play(case, call).body)
    return b"data: " + body + b"\n\n" if call.query.get("alt") == "sse" else b",\r\n" + body + b"]"


def _event(chunk: JsonObject) -> bytes:
    return b"data: " + orjson.dumps(chunk) + b"\r\n\r\n"


def _reply(call: Call, model: Model) -> Reply:
    body = call.json()
    return write_reply(read_prompt(body, model), limit=read_limit(body), reasoning=model.reasoning)


def _chunks(call: Call, model: Model, reply: Reply) -> list[JsonObject]:
    starts = range(0, max(1, len(reply.pieces)), _TOKENS_PER_CHUNK)
    return [
        _chunk(call, model, reply, reply.pieces[start : start + _TOKENS_PER_CHUNK], end=start == starts[-1])
        for start in starts
    ]


def _chunk(call: Call, model: Model, reply: Reply, pieces: Sequence[str], *, end: bool) -> JsonObject:
    # A thinking model that was given too little room answers without a single part.
    content: JsonObject = {"parts": [{"text": "".join(pieces)}]} if pieces else {}
    candidate: JsonObject = {"content": {**content, "role": "model"}}
    if end:
        candidate["finishReason"] = "MAX_TOKENS" if reply.cut else "STOP"
    return {
        "candidates": [{**candidate, "index": 0}],
        "usageMetadata": _usage(reply, end=end),
        "modelVersion": model.snapshot,
        "responseId": call.token(22),
    }


def _usage(reply: Reply, *, end: bool) -> JsonObject:
    text = reply.input_tokens - reply.image_tokens
    details: list[JsonObject] = [{"modality": "TEXT", "tokenCount": text}]
    if reply.image_tokens:
        details.append({"modality": "IMAGE", "tokenCount": reply.image_tokens})
    usage: JsonObject = {"promptTokenCount": reply.input_tokens}
    if end and reply.text_tokens:
        usage["candidatesTokenCount"] = reply.text_tokens
    usage["totalTokenCount"] = reply.input_tokens + (reply.output_tokens if end else reply.thinking_tokens)
    usage["promptTokensDetails"] = details
    if end and reply.text_tokens:
        usage["candidatesTokensDetails"] = [{"modality": "TEXT", "tokenCount": reply.text_tokens}]
    if reply.thinking_tokens:
        usage["thoughtsTokenCount"] = reply.thinking_tokens
    return usage


def _blocked(call: Call, model: Model, reply: Reply) -> JsonObject:
    """A prompt that the safety filter stopped: a 200 without candidates."""
    return {
        "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"},
        "usageMetadata": {"promptTokenCount": reply.input_tokens, "totalTokenCount": reply.input_tokens},
        "modelVersion": model.snapshot,
        "responseId": call.token(22),
    }
