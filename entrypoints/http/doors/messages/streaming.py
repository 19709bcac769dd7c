"""Writing streamed Messages answers: one block open at a time, each opened, filled and closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from application.prompts.completion import (
    Completion,
    NativeEvent,
    ReasoningDelta,
    ReasoningDone,
    RefusalDelta,
    TextDelta,
    ToolArgumentsDelta,
    ToolCallDone,
    ToolCallStarted,
)
from entrypoints.http.doors.messages.answer import arguments_of, stop_reason, thinking_block, usage_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from application.prompts.completion import CompletionEvent

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
        self._is_native = False
        self._call: int | None = None
        # Calls that have begun while another one's block is open, and what was said of them meanwhile.
        self._waiting: dict[int, ToolCallStarted] = {}
        self._held: dict[int, list[str]] = {}

    def encode(self, event: CompletionEvent) -> Iterator[NamedEvent]:
        """Yield the events that say what is new."""
        if isinstance(event, NativeEvent):
            self._is_native = True
            yield event.name.encode(), event.data
            return
        if self._is_native:
            return
        if not self._has_begun:
            self._has_begun = True
            yield self._beginning()
        if isinstance(event, Completion):
            yield from self._ending(event)
        else:
            yield from self._delta(event)

    def _delta(self, event: CompletionEvent) -> Iterator[NamedEvent]:
        match event:
            case TextDelta(text) | RefusalDelta(text):
                yield from self._within("text", {"type": "text", "text": ""})
                yield self._piece({"type": "text_delta", "text": text})
            case ReasoningDelta(text):
                yield from self._within("thinking", {"type": "thinking", "thinking": "", "signature": ""})
                yield self._piece({"type": "thinking_delta", "thinking": text})
            case ReasoningDone(part):
                yield from self._thought(thinking_block(part))
            case ToolCallStarted():
                self._waiting[event.index] = event
            case ToolArgumentsDelta(index, text):
                if self._call not in {None, index}:
                    self._held.setdefault(index, []).append(text)
                    return
                yield from self._opened(index)
                yield self._piece({"type": "input_json_delta", "partial_json": text})
            case ToolCallDone(index, call):
                if index in self._waiting:
                    held = "".join(self._held.get(index, ())) or orjson.dumps(arguments_of(call)).decode()
                    self._held[index] = [held]
                    yield from self._opened(index)
                yield from self._closed()
            case _:
                pass

    def _thought(self, block: dict[str, Any] | None) -> Iterator[NamedEvent]:
        if self._open == "thinking":
            if block is not None and block.get("signature"):
                yield self._piece({"type": "signature_delta", "signature": block["signature"]})
            yield from self._closed()
        elif block is not None and block["type"] == "redacted_thinking":
            yield from self._closed()
            yield from self._within("redacted_thinking", block)
            yield from self._closed()

    def _opened(self, index: int) -> Iterator[NamedEvent]:
        started = self._waiting.pop(index, None)
        if started is None:
            return
        yield from self._closed()
        self._call = index
        start = {"type": "tool_use", "id": started.id, "name": started.name, "input": {}}
        yield from self._within("tool_use", start)
        for text in self._held.pop(index, ()):
            yield self._piece({"type": "input_json_delta", "partial_json": text})

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
        yield from self._closed()
        choice = completion.choices[0]
        delta = {"stop_reason": stop_reason(choice), "stop_sequence": choice.stop_sequence}
        yield _event({"type": "message_delta", "delta": delta, "usage": usage_document(completion.usage)})
        yield _event({"type": "message_stop"})


def _event(document: dict[str, Any]) -> NamedEvent:
    return str(document["type"]).encode(), orjson.dumps(document)
