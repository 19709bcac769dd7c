"""Writing streamed Messages answers: one block open at a time, each opened, filled and closed."""

from collections.abc import Iterator
from typing import Any

import orjson

from application.prompts.completion import (
    Completion,
    CompletionEvent,
    ReasoningDelta,
    ReasoningDone,
    RefusalDelta,
    TextDelta,
    ToolArgumentsDelta,
    ToolCallDone,
    ToolCallStarted,
)
from application.prompts.conversation import Reasoning, ToolCall
from application.prompts.opaque_blobs import blob_of, signature_of
from entrypoints.http.compatible_apis.messages.answer import arguments_of, ending_of, usage_document

# An event is its name and its data; the SDK skips events without a name.
NamedEvent = tuple[bytes, bytes]


class MessageEncoder:
    """Makes the events of one answer."""

    def __init__(self, *, message_id: str, model: str) -> None:
        self._message_id = message_id
        self._model = model
        self._index = -1
        self._open: str | None = None
        self._has_begun = False
        # The call whose block is open, and what came for other blocks meanwhile, in its order.
        self._call: int | None = None
        self._has_arguments = False
        self._waiting: list[CompletionEvent] = []

    def encode(self, event: CompletionEvent) -> Iterator[NamedEvent]:
        """Yield the events with what is new."""
        if not self._has_begun:
            self._has_begun = True
            yield self._beginning()
        if isinstance(event, Completion):
            yield from self._ending(event)
        else:
            yield from self._delta(event)

    def _delta(self, event: CompletionEvent) -> Iterator[NamedEvent]:
        if self._call is not None and getattr(event, "index", None) != self._call:
            self._waiting.append(event)
            return
        match event:
            case TextDelta(text) | RefusalDelta(text):
                yield from self._within("text", {"type": "text", "text": ""})
                yield self._piece({"type": "text_delta", "text": text})
            case ReasoningDelta(text):
                yield from self._within("thinking", {"type": "thinking", "thinking": "", "signature": ""})
                yield self._piece({"type": "thinking_delta", "thinking": text})
            case ReasoningDone(part):
                yield from self._thought(part)
            case ToolCallStarted():
                yield from self._called(event)
            case ToolArgumentsDelta(_, text):
                self._has_arguments = self._has_arguments or bool(text)
                yield self._piece({"type": "input_json_delta", "partial_json": text})
            case ToolCallDone(_, call):
                yield from self._call_done(call)
            case _:
                pass

    def _thought(self, part: Reasoning) -> Iterator[NamedEvent]:
        """Close the thoughts; what must come back without words, or after them, has a block of its own."""
        if self._open == "thinking":
            yield self._piece({"type": "signature_delta", "signature": signature_of(part)})
            yield from self._closed()
        elif (blob := blob_of(part)) is not None:
            yield from self._sealed(blob)

    def _called(self, started: ToolCallStarted) -> Iterator[NamedEvent]:
        blob = blob_of(
            ToolCall(id=started.id, name=started.name, arguments="", signature=started.signature, origin=started.origin)
        )
        if blob is not None:
            yield from self._sealed(blob)
        yield from self._closed()
        start = {"type": "tool_use", "id": started.id, "name": started.name, "input": {}}
        yield from self._within("tool_use", start)
        self._call, self._has_arguments = started.index, False

    def _call_done(self, call: ToolCall) -> Iterator[NamedEvent]:
        if not self._has_arguments:
            arguments = orjson.dumps(arguments_of(call)).decode()
            yield self._piece({"type": "input_json_delta", "partial_json": arguments})
        yield from self._closed()
        yield from self._go_on()

    def _go_on(self) -> Iterator[NamedEvent]:
        """Return what has waited for the block of a call to be closed."""
        waiting, self._waiting = self._waiting, []
        for event in waiting:
            yield from self._delta(event)

    def _sealed(self, blob: str) -> Iterator[NamedEvent]:
        yield from self._closed()
        yield from self._within("redacted_thinking", {"type": "redacted_thinking", "data": blob})
        yield from self._closed()

    def _within(self, kind: str, start: dict[str, Any]) -> Iterator[NamedEvent]:
        if self._open == kind:
            return
        yield from self._closed()
        self._index += 1
        self._open = kind
        yield _event({"type": "content_block_start", "index": self._index, "content_block": start})

    def _closed(self) -> Iterator[NamedEvent]:
        if self._open is not None:
            self._open = None
            self._call = None
            yield _event({"type": "content_block_stop", "index": self._index})

    def _piece(self, delta: dict[str, Any]) -> NamedEvent:
        return _event({"type": "content_block_delta", "index": self._index, "delta": delta})

    def _beginning(self) -> NamedEvent:
        message: dict[str, Any] = {
            "id": self._message_id,
            "type": "message",
            "role": "assistant",
            "model": self._model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {"input_tokens": 0, "output_tokens": 1},
        }
        return _event({"type": "message_start", "message": message})

    def _ending(self, completion: Completion) -> Iterator[NamedEvent]:
        while self._waiting:
            yield from self._closed()
            yield from self._go_on()
        yield from self._closed()
        delta = ending_of(completion.choices[0])
        yield _event({"type": "message_delta", "delta": delta, "usage": usage_document(completion.usage)})
        yield _event({"type": "message_stop"})


def _event(document: dict[str, Any]) -> NamedEvent:
    return str(document["type"]).encode(), orjson.dumps(document)
