"""Writing streamed Chat Completions answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from application.prompts.blobs import blob_of
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
from entrypoints.http.doors.chat_completions.answer import finish_reason, reasoning_detail, usage_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from application.prompts.completion import CompletionEvent

DONE = b"[DONE]"
# How a chunk with the usage alone begins, in every server's way of writing it: it is looked into only then.
_USAGE = b'"usage"'


class ChunkEncoder:
    """Makes the chunks of one answer, as the data of server-sent events."""

    def __init__(self, *, completion_id: str, created: int, model: str, with_usage: bool) -> None:
        self._facts: dict[str, Any] = {"id": completion_id, "object": "chat.completion.chunk", "created": created}
        self._model = model
        self._with_usage = with_usage
        self._has_begun: set[int] = set()
        self._custom: set[tuple[int, int]] = set()
        self._with_arguments: set[tuple[int, int]] = set()
        self._is_native = False

    def encode(self, event: CompletionEvent) -> Iterator[bytes]:
        """Yield the data of the chunks that say what is new; the last event is followed by the end mark."""
        if isinstance(event, NativeEvent):
            self._is_native = True
            if self._with_usage or not _is_usage_alone(event.data):
                yield event.data
        elif isinstance(event, Completion):
            if not self._is_native:
                yield from self._ending(event)
            yield DONE
        else:
            yield from self._delta(event)

    def _delta(self, event: CompletionEvent) -> Iterator[bytes]:
        match event:
            case TextDelta(text, choice):
                yield from self._chunks({"content": text}, choice)
            case RefusalDelta(text, choice):
                yield from self._chunks({"refusal": text}, choice)
            case ReasoningDelta(text):
                yield from self._chunks({"reasoning_content": text}, 0)
            case ReasoningDone(part):
                detail = reasoning_detail(part)
                if detail is not None:
                    yield from self._chunks({"reasoning_details": [detail]}, 0)
            case ToolCallStarted(index, call_id, name, is_custom, choice):
                if is_custom:
                    self._custom.add((choice, index))
                kind, words = ("custom", "input") if is_custom else ("function", "arguments")
                call = {"index": index, "id": call_id, "type": kind, kind: {"name": name, words: ""}}
                yield from self._chunks({"tool_calls": [call]}, choice)
            case ToolArgumentsDelta(index, text, choice):
                self._with_arguments.add((choice, index))
                is_custom = (choice, index) in self._custom
                piece = {"custom": {"input": text}} if is_custom else {"function": {"arguments": text}}
                yield from self._chunks({"tool_calls": [{"index": index, **piece}]}, choice)
            case ToolCallDone(index, call, choice):
                if not call.is_custom and (choice, index) not in self._with_arguments:
                    # Clients read the pieces together as JSON.
                    empty = {"index": index, "function": {"arguments": "{}"}}
                    yield from self._chunks({"tool_calls": [empty]}, choice)
                if (blob := blob_of(call)) is not None:
                    # Clients look for the function in every piece of a call.
                    kind, words = ("custom", "input") if call.is_custom else ("function", "arguments")
                    extra = {"google": {"thought_signature": blob}}
                    signed = {"index": index, kind: {words: ""}, "extra_content": extra}
                    yield from self._chunks({"tool_calls": [signed]}, choice)
            case _:
                pass

    def _ending(self, completion: Completion) -> Iterator[bytes]:
        self._model = completion.answered_by or self._model
        for choice in completion.choices:
            if choice.annotations:
                yield from self._chunks({"annotations": list(choice.annotations)}, choice.index)
            ending = {"logprobs": choice.logprobs, "finish_reason": finish_reason(choice.finish_reason)}
            yield from self._chunks({}, choice.index, **ending)
        if self._with_usage:
            usage = usage_document(completion.usage)
            yield orjson.dumps({**self._facts, "model": self._model, "choices": [], "usage": usage})

    def _chunks(self, delta: dict[str, Any], choice: int, **ending: object) -> Iterator[bytes]:
        """Yield the chunk that says what is new; before the first one of a choice, the one that opens it."""
        if choice not in self._has_begun:
            self._has_begun.add(choice)
            yield self._chunk({"role": "assistant", "content": "", "refusal": None}, choice)
        yield self._chunk(delta, choice, **ending)

    def _chunk(self, delta: dict[str, Any], choice: int, **ending: object) -> bytes:
        told = {"index": choice, "delta": delta, "logprobs": None, "finish_reason": None, **ending}
        chunk = {**self._facts, "model": self._model, "choices": [told]}
        return orjson.dumps({**chunk, "usage": None} if self._with_usage else chunk)


def _is_usage_alone(data: bytes) -> bool:
    """Tell whether a chunk holds the usage and nothing else: we have asked for it, the client has not."""
    if _USAGE not in data:
        return False
    chunk = orjson.loads(data)
    return chunk.get("choices") == [] and chunk.get("usage") is not None
