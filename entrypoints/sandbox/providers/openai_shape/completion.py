"""A chat completion, whole or in chunks."""

from collections.abc import Mapping

import orjson

from entrypoints.sandbox.answers import Answer, EventStream
from entrypoints.sandbox.call import Call
from entrypoints.sandbox.catalogue import Model
from entrypoints.sandbox.faults.streams import FILLER_TEXT
from entrypoints.sandbox.json_types import JsonObject, object_at
from entrypoints.sandbox.providers.openai_shape.accent import Accent
from entrypoints.sandbox.reply import Reply

DONE = b"data: [DONE]\n\n"
_HALVES = ("Let me think", " about what was said.")
_THOUGHT = "".join(_HALVES)


def completion(call: Call, model: Model, reply: Reply, accent: Accent) -> Answer:
    """The whole completion."""
    message: JsonObject = {"role": "assistant", "content": reply.text, **accent.message_fields}
    if reply.thinking_tokens and accent.thoughts_field:
        message[accent.thoughts_field] = _THOUGHT
    if reply.thinking_tokens and accent.thoughts_in_content:
        message["content"] = [_thinking(_THOUGHT), {"type": "text", "text": reply.text}]
    finish = finish_reason(reply)
    choice: JsonObject = {"index": 0, "message": message, **accent.choice_fields(finish), "finish_reason": finish}
    body: JsonObject = {
        "id": accent.completion_id(call),
        "object": "chat.completion",
        "created": int(call.now),
        "model": model.snapshot,
        "choices": [choice],
        "usage": accent.usage(reply, model),
        **accent.completion_fields(call, model),
    }
    return Answer(body=body)


def finish_reason(reply: Reply) -> str:
    """Why the text ends here."""
    if reply.refused:
        return "content_filter"
    return "length" if reply.cut else "stop"


class Chunks:
    """Writes the chunks of one streamed completion."""

    def __init__(self, call: Call, model: Model, reply: Reply, accent: Accent) -> None:
        self._call = call
        self._reply = reply
        self._accent = accent
        self._usage = accent.usage(reply, model)
        # Only a caller that asked for the usage gets a place for it in every chunk.
        self._asked_for_usage = object_at(call.json(), "stream_options").get("include_usage") is True
        self._shared: JsonObject = {
            "id": accent.completion_id(call),
            "object": "chat.completion.chunk",
            "created": int(call.now),
            "model": model.snapshot,
            **accent.chunk_fields(call, model),
        }

    def stream(self) -> EventStream:
        """The whole stream, `[DONE]` included."""
        chunks = [*self._beginning(), *self._words(), *self._end()]
        chunks[0].update(self._accent.edge_fields(self._call, None))
        chunks[-1].update(self._accent.edge_fields(self._call, self._usage))
        return EventStream(
            frames=[*self._accent.opening, *map(frame, chunks), DONE],
            filler=frame(self._choice({"content": FILLER_TEXT.decode()})),
        )

    def _beginning(self) -> list[JsonObject]:
        accent = self._accent
        role = {"role": "assistant", "content": "", **({"refusal": None} if accent.obfuscated else {})}
        chunks = [self._choice(role)] if accent.role_chunk else []
        if self._reply.thinking_tokens and accent.thoughts_field:
            chunks += [self._choice({"content": None, accent.thoughts_field: half}) for half in _HALVES]
        if self._reply.thinking_tokens and accent.thoughts_in_content:
            chunks += [self._choice({"content": [_thinking(half)]}) for half in _HALVES]
        return chunks

    def _words(self) -> list[JsonObject]:
        return [self._choice({"content": piece, **self._accent.delta_fields}) for piece in self._reply.pieces]

    def _end(self) -> list[JsonObject]:
        accent, finish = self._accent, finish_reason(self._reply)
        if accent.usage_on_last_choice:
            return [{**self._choice({"content": ""}, finish), "usage": self._usage}]
        chunks = [self._choice(accent.delta_fields and {"content": "", **accent.delta_fields}, finish)]
        if self._asked_for_usage or accent.usage_always:
            chunks.append({**self._shared, "choices": [], "usage": self._usage, **self._padding("")})
        return chunks

    def _choice(self, delta: Mapping[str, object], finish: str | None = None) -> JsonObject:
        choice = {"index": 0, "delta": delta, **self._accent.choice_fields(finish), "finish_reason": finish}
        usage = {"usage": None} if self._asked_for_usage or self._accent.usage_null else {}
        return {**self._shared, "choices": [choice], **usage, **self._padding(delta.get("content"))}

    def _padding(self, content: object) -> JsonObject:
        if not self._accent.obfuscated:
            return {}
        length = len(content) if isinstance(content, str) else 0
        return {"obfuscation": self._call.token(16)[length % 12 :]}


def _thinking(text: str) -> JsonObject:
    return {"type": "thinking", "thinking": [{"type": "text", "text": text}]}


def frame(value: JsonObject) -> bytes:
    """One event without a name."""
    return b"data: " + orjson.dumps(value) + b"\n\n"
