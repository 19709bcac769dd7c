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
_THOUGHT = "Let me think about what was said."


def completion(call: Call, model: Model, reply: Reply, accent: Accent) -> Answer:
    """The whole completion."""
    message: JsonObject = {"role": "assistant", "content": reply.text, **accent.message_fields}
    if accent.thoughts_field and reply.thinking_tokens:
        message[accent.thoughts_field] = _THOUGHT
    choice: JsonObject = {"index": 0, "message": message, **accent.choice_fields, "finish_reason": finish_reason(reply)}
    body: JsonObject = {
        "id": accent.completion_id(call),
        "object": "chat.completion",
        "created": int(call.now),
        "model": model.snapshot,
        "choices": [choice],
        "usage": accent.usage(reply),
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
        """Fix what all chunks of the stream share; only a caller that asked for the usage gets a place for it."""
        self._call = call
        self._reply = reply
        self._accent = accent
        options = object_at(call.json(), "stream_options")
        self._with_usage = options.get("include_usage") is True
        self._shared: JsonObject = {
            "id": accent.completion_id(call),
            "object": "chat.completion.chunk",
            "created": int(call.now),
            "model": model.snapshot,
            **accent.chunk_fields(call, model),
        }

    def stream(self) -> EventStream:
        """The whole stream, `[DONE]` included."""
        return EventStream(
            frames=[*self._accent.opening, *self._beginning(), *self._words(), *self._end(), DONE],
            filler=self._choice({"content": FILLER_TEXT.decode()}),
        )

    def _beginning(self) -> list[bytes]:
        role = {"role": "assistant", "content": "", **({"refusal": None} if self._accent.obfuscated else {})}
        frames = [self._choice(role)] if self._accent.role_chunk else []
        field = self._accent.thoughts_field
        if field and self._reply.thinking_tokens:
            halves = (_THOUGHT[:12], _THOUGHT[12:])
            frames += [self._choice({"content": None, field: half}) for half in halves]
        return frames

    def _words(self) -> list[bytes]:
        return [self._choice({"content": piece}) for piece in self._reply.pieces]

    def _end(self) -> list[bytes]:
        last: JsonObject = {"content": ""} if self._accent.usage_on_last_choice else {}
        usage = self._accent.usage(self._reply)
        if self._accent.usage_on_last_choice:
            return [self._choice(last, finish_reason(self._reply), usage=usage)]
        frames = [self._choice(last, finish_reason(self._reply))]
        if self._with_usage:
            frames.append(self._frame({"choices": [], "usage": usage}, 8))
        return frames

    def _choice(
        self, delta: Mapping[str, object], finish: str | None = None, *, usage: JsonObject | None = None
    ) -> bytes:
        choice = {"index": 0, "delta": delta, **self._accent.choice_fields, "finish_reason": finish}
        fields: JsonObject = {"choices": [choice]}
        if usage is not None or self._with_usage:
            fields["usage"] = usage
        content = delta.get("content")
        return self._frame(fields, len(content) if isinstance(content, str) else 0)

    def _frame(self, fields: JsonObject, text_length: int) -> bytes:
        padding = {"obfuscation": self._call.token(16)[: 16 - text_length % 12]} if self._accent.obfuscated else {}
        return frame({**self._shared, **fields, **padding})


def frame(value: JsonObject) -> bytes:
    """One event without a name."""
    return b"data: " + orjson.dumps(value) + b"\n\n"
