"""Writing streamed Chat Completions answers."""

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
from application.prompts.conversation import ToolCall
from application.prompts.opaque_blobs import blob_of
from entrypoints.http.compatible_apis.chat_completions.answer import finish_reason, reasoning_detail, usage_document

DONE = b"[DONE]"


class ChunkEncoder:
    """Makes the chunks of one answer, as the data of server-sent events."""

    def __init__(self, *, completion_id: str, created: int, model: str, with_usage: bool) -> None:
        self._facts: dict[str, Any] = {"id": completion_id, "object": "chat.completion.chunk", "created": created}
        self._model = model
        self._with_usage = with_usage
        self._has_begun: set[int] = set()
        self._custom: set[tuple[int, int]] = set()
        self._with_arguments: set[tuple[int, int]] = set()

    def encode(self, event: CompletionEvent) -> Iterator[bytes]:
        """Yield the data of the chunks with what is new; the last event is followed by the end mark."""
        if isinstance(event, Completion):
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
                # Clients read the arguments' pieces together as JSON.
                rest = "" if call.is_custom or (choice, index) in self._with_arguments else "{}"
                blob = blob_of(call)
                if rest or blob is not None:
                    yield from self._chunks({"tool_calls": [_last_piece(index, call, rest, blob)]}, choice)
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
        """Yield the chunk with what is new; before the first one of a choice, the one that opens it."""
        if choice not in self._has_begun:
            self._has_begun.add(choice)
            yield self._chunk({"role": "assistant", "content": "", "refusal": None}, choice)
        yield self._chunk(delta, choice, **ending)

    def _chunk(self, delta: dict[str, Any], choice: int, **ending: object) -> bytes:
        chunk_choice = {"index": choice, "delta": delta, "logprobs": None, "finish_reason": None, **ending}
        chunk = {**self._facts, "model": self._model, "choices": [chunk_choice]}
        return orjson.dumps({**chunk, "usage": None} if self._with_usage else chunk)


def _last_piece(index: int, call: ToolCall, rest: str, blob: str | None) -> dict[str, Any]:
    """Return the piece that ends a call. OpenAI's own client breaks at a piece without words, be they none."""
    words = {"custom": {"input": rest}} if call.is_custom else {"function": {"arguments": rest}}
    signed = {} if blob is None else {"extra_content": {"google": {"thought_signature": blob}}}
    return {"index": index, **words, **signed}
