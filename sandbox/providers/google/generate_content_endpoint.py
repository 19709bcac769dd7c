"""`generateContent`, `streamGenerateContent` and `countTokens`."""

from collections.abc import Sequence

import orjson

from sandbox.faults.stream_faults import FILLER_TEXT
from sandbox.json_fields import JsonObject, object_at
from sandbox.model_catalogue import SimulatedModel
from sandbox.model_reply import Finish, ModelReply, write_reply
from sandbox.parsed_request import ApiCall
from sandbox.provider_responses import ProviderResponse, ProviderStream, RequestRefused
from sandbox.providers.google.list_models import find_model
from sandbox.providers.google.read_request import read_limit, read_prompt
from sandbox.providers.google.refusal_cases import error
from sandbox.providers.google.response_parts import candidate_count, logprobs_of, parts_of
from sandbox.refusal_cases import RefusalCase, refusal_response
from sandbox.token_counting import count_tokens

_CANONICAL = {400: "INVALID_ARGUMENT", 404: "NOT_FOUND", 500: "INTERNAL", 503: "UNAVAILABLE"}
_FINISHES: dict[Finish, str] = {
    "stop": "STOP",
    # There is no other word for an answer that calls.
    "calls": "STOP",
    "length": "MAX_TOKENS",
    "filter": "SAFETY",
    "failed": "MALFORMED_FUNCTION_CALL",
}
_LARGEST_INPUT = 1_048_576


def generate(call: ApiCall) -> ProviderResponse | ProviderStream:
    """The answer: whole, or in pieces where the address says so, as events with `alt=sse`, else as one JSON array."""
    streamed = call.operation == "stream"
    model = find_model(call, "streamGenerateContent" if streamed else "generateContent")
    body = call.json()
    call.prompt = read_prompt(call, body, model)
    reply = write_reply(call.prompt, read_limit(body))
    call.billed = reply.billed
    if "too-long" in reply.directives:
        count = _LARGEST_INPUT + reply.input_tokens
        message = f"The input token count ({count}) exceeds the maximum number of tokens allowed ({_LARGEST_INPUT})."
        raise RequestRefused(400, message, kind="INVALID_ARGUMENT")
    if streamed:
        return _stream(call, model, reply)
    parts = [part for group in parts_of(call, model, reply, whole=True) for part in group]
    return ProviderResponse(
        body=_blocked(call, model, reply) if reply.refused else _chunk(call, model, reply, parts, end=True)
    )


def count(call: ApiCall) -> ProviderResponse:
    """What a prompt would cost as input; free."""
    model = find_model(call, "countTokens")
    inner = dict(object_at(call.json(), "generateContentRequest"))
    total = count_tokens(read_prompt(call, inner or call.json(), model))
    return ProviderResponse(
        body={"totalTokens": total, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": total}]}
    )


def refuse(refused: RequestRefused, call: ApiCall) -> ProviderResponse:
    """The refusal in Google's envelope; a stream that is a JSON array wraps it in one."""
    status = refused.kind if refused.kind.isupper() else _CANONICAL.get(refused.status, "INTERNAL")
    body: object = error(refused.status, refused.message, status)
    if call.operation == "stream" and call.query.get("alt") != "sse":
        body = [body]
    return ProviderResponse(body=body, status=refused.status)


def error_frame(case: RefusalCase, call: ApiCall) -> bytes:
    """The case as a piece of a stream."""
    body = orjson.dumps(refusal_response(case, call).body)
    return b"data: " + body + b"\n\n" if call.query.get("alt") == "sse" else b",\r\n" + body + b"]"


def _stream(call: ApiCall, model: SimulatedModel, reply: ModelReply) -> ProviderStream:
    groups = parts_of(call, model, reply, whole=False) or [[]]
    last = len(groups) - 1
    chunks = [_chunk(call, model, reply, parts, end=at == last) for at, parts in enumerate(groups)]
    if reply.refused:
        chunks = [_blocked(call, model, reply)]
    filler = _chunk(call, model, reply, [{"text": FILLER_TEXT.decode()}], end=False)
    if call.query.get("alt") == "sse":
        return ProviderStream(frames=[_event(chunk) for chunk in chunks], filler=_event(filler))
    opened = [(b"[" if at == 0 else b",\r\n") + orjson.dumps(chunk) for at, chunk in enumerate(chunks)]
    return ProviderStream(
        frames=[*opened, b"]"], filler=b",\r\n" + orjson.dumps(filler), content_type="application/json"
    )


def _event(chunk: JsonObject) -> bytes:
    return b"data: " + orjson.dumps(chunk) + b"\r\n\r\n"


def _chunk(
    call: ApiCall, model: SimulatedModel, reply: ModelReply, parts: Sequence[JsonObject], *, end: bool
) -> JsonObject:
    # A thinking model that was given too little room answers without a single part.
    content: JsonObject = {"parts": list(parts)} if parts else {}
    candidate: JsonObject = {"content": {**content, "role": "model"}, **logprobs_of(call, parts)}
    if end:
        candidate["finishReason"] = reply.finish_word(_FINISHES)
        if candidate["finishReason"] == _FINISHES["failed"]:
            candidate["finishMessage"] = "Malformed function call: print(default_api."
    return {
        "candidates": [{**candidate, "index": number} for number in range(candidate_count(call))],
        **({"usageMetadata": _usage(reply, end=end)} if reply.has_usage else {}),
        "modelVersion": model.snapshot,
        "responseId": call.token(22),
    }


def _usage(reply: ModelReply, *, end: bool) -> JsonObject:
    """The counts; thoughts are beside what was said, and input from the cache is inside the input."""
    text = reply.input_tokens - reply.image_tokens - reply.audio_tokens
    details: list[JsonObject] = [{"modality": "TEXT", "tokenCount": text}]
    for modality, tokens in (("IMAGE", reply.image_tokens), ("AUDIO", reply.audio_tokens)):
        if tokens:
            details.append({"modality": modality, "tokenCount": tokens})
    usage: JsonObject = {"promptTokenCount": reply.input_tokens}
    if reply.cached_tokens:
        usage["cachedContentTokenCount"] = reply.cached_tokens
        usage["cacheTokensDetails"] = [{"modality": "TEXT", "tokenCount": reply.cached_tokens}]
    if end and reply.text_tokens:
        usage["candidatesTokenCount"] = reply.text_tokens
    usage["totalTokenCount"] = reply.input_tokens + (reply.output_tokens if end else reply.thinking_tokens)
    usage["promptTokensDetails"] = details
    if end and reply.text_tokens:
        usage["candidatesTokensDetails"] = [{"modality": "TEXT", "tokenCount": reply.text_tokens}]
    if reply.thinking_tokens:
        usage["thoughtsTokenCount"] = reply.thinking_tokens
    return usage


def _blocked(call: ApiCall, model: SimulatedModel, reply: ModelReply) -> JsonObject:
    """A prompt that the safety filter stopped: a 200 without candidates."""
    return {
        "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"},
        "usageMetadata": {"promptTokenCount": reply.input_tokens, "totalTokenCount": reply.input_tokens},
        "modelVersion": model.snapshot,
        "responseId": call.token(22),
    }
