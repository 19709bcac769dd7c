"""Writing streamed Responses answers: every item opened, filled and closed, and every event numbered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from application.prompts.completion import (
    Choice,
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
from application.prompts.opaque_blobs import blob_of
from entrypoints.http.compatible_apis.responses.answer import (
    blank_response,
    call_item,
    ending,
    finished,
    message_item,
    new_id,
    reasoning_item,
    sealed_item,
    text_content,
)

NamedEvent = tuple[bytes, bytes]


@dataclass(slots=True)
class _Item:
    """An item that is open. `contents` are those of a message that are closed, `words` those of the open one."""

    kind: str
    item_id: str
    place: int
    content: str | None = None
    contents: list[dict[str, Any]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    call: ToolCallStarted | None = None


class ResponseEncoder:
    """Makes the events of one answer."""

    def __init__(self, body: Mapping[str, Any], *, response_id: str, created: int, model: str) -> None:
        self._response = blank_response(body, response_id=response_id, created=created, model=model)
        self._number = 0
        self._has_begun = False
        self._output: list[dict[str, Any] | None] = []
        self._open: _Item | None = None
        self._calls: dict[int, _Item] = {}
        # Characters of the answer so far.
        self._said = 0

    def encode(self, event: CompletionEvent) -> Iterator[NamedEvent]:
        """Yield the events with what is new."""
        yield from self.begin()
        if isinstance(event, Completion):
            yield from self._ending(event)
        else:
            yield from self._delta(event)

    def begin(self) -> Iterator[NamedEvent]:
        """Yield the events that open the response, once."""
        if not self._has_begun:
            self._has_begun = True
            yield self._event("response.created", response=self._response)
            yield self._event("response.in_progress", response=self._response)

    def failed(self, code: str, message: str) -> Iterator[NamedEvent]:
        """Yield the event of an answer that broke off, in both shapes that clients look for."""
        error = {"code": code, "message": message, "param": None}
        yield self._event("error", **error, error={"type": "server_error", **error})

    def _delta(self, event: CompletionEvent) -> Iterator[NamedEvent]:
        match event:
            case TextDelta(text):
                yield from self._say("output_text", text)
            case RefusalDelta(text):
                yield from self._say("refusal", text)
            case ReasoningDelta(text):
                yield from self._think(text)
            case ReasoningDone(part):
                yield from self._thought(part)
            case ToolCallStarted():
                yield from self._called(event)
            case ToolArgumentsDelta(index, text):
                item = self._calls[index]
                item.words.append(text)
                kind = "response.custom_tool_call_input" if _is_custom(item) else "response.function_call_arguments"
                yield self._of_item(f"{kind}.delta", item, delta=text)
            case ToolCallDone(index, call):
                yield from self._call_done(self._calls.pop(index), call)
            case _:
                pass

    def _say(self, kind: str, text: str) -> Iterator[NamedEvent]:
        item = self._open
        if item is None or item.kind != "message":
            yield from self._close()
            item = self._open = self._new("message", new_id("msg"))
            yield self._added(item, message_item(item.item_id, [], "in_progress"))
        if item.content != kind:
            yield from self._close_content(item)
            item.content = kind
            part = {"type": "refusal", "refusal": ""} if kind == "refusal" else text_content("")
            yield self._of_content("response.content_part.added", item, part=part)
        item.words.append(text)
        self._said += len(text) if kind == "output_text" else 0
        extra: dict[str, Any] = {} if kind == "refusal" else {"logprobs": []}
        yield self._of_content(f"response.{kind}.delta", item, delta=text, **extra)

    def _close_content(self, item: _Item, choice: Choice | None = None) -> Iterator[NamedEvent]:
        if item.content is None:
            return
        text = "".join(item.words)
        if item.content == "refusal":
            part: dict[str, Any] = {"type": "refusal", "refusal": text}
            yield self._of_content("response.refusal.done", item, refusal=text)
        else:
            part = text_content(text, choice, self._said - len(text))
            yield self._of_content("response.output_text.done", item, text=text, logprobs=part["logprobs"])
        yield self._of_content("response.content_part.done", item, part=part)
        item.contents.append(part)
        item.content, item.words = None, []

    def _think(self, text: str) -> Iterator[NamedEvent]:
        item = self._open
        if item is None or item.kind != "reasoning":
            yield from self._close()
            item = self._open = self._new("reasoning", new_id("rs"))
            yield self._added(item, {"id": item.item_id, "type": "reasoning", "summary": []})
            part = {"type": "summary_text", "text": ""}
            yield self._of_item("response.reasoning_summary_part.added", item, summary_index=0, part=part)
        item.words.append(text)
        yield self._of_item("response.reasoning_summary_text.delta", item, summary_index=0, delta=text)

    def _thought(self, part: Reasoning) -> Iterator[NamedEvent]:
        item = self._open
        if item is None or item.kind != "reasoning":
            if reasoning_item("", part) is None:
                return
            yield from self._close()
            item = self._open = self._new("reasoning", new_id("rs"))
            yield self._added(item, {"id": item.item_id, "type": "reasoning", "summary": []})
        yield from self._close(thought=part)

    def _close(self, choice: Choice | None = None, thought: Reasoning | None = None) -> Iterator[NamedEvent]:
        """Close the message or the thoughts that are open; calls are closed when they are whole."""
        item, self._open = self._open, None
        if item is None:
            return
        if item.kind == "message":
            yield from self._close_content(item, choice)
            yield self._done(item, message_item(item.item_id, item.contents))
            return
        text = "".join(item.words)
        if item.words:
            part = {"type": "summary_text", "text": text}
            yield self._of_item("response.reasoning_summary_text.done", item, summary_index=0, text=text)
            yield self._of_item("response.reasoning_summary_part.done", item, summary_index=0, part=part)
        # The summary is what was streamed; what must be handed back is final only here.
        document = reasoning_item(item.item_id, thought or Reasoning(text=text)) or {}
        summary = [{"type": "summary_text", "text": text}] if item.words else document.get("summary", [])
        yield self._done(item, {**document, "id": item.item_id, "type": "reasoning", "summary": summary})

    def _called(self, event: ToolCallStarted) -> Iterator[NamedEvent]:
        yield from self._close()
        call = ToolCall(id=event.id, name=event.name, arguments="", signature=event.signature, origin=event.origin)
        blob = blob_of(call)
        if blob is not None:
            seal = self._new("reasoning", new_id("rs"))
            yield self._added(seal, {"id": seal.item_id, "type": "reasoning", "summary": []})
            yield self._done(seal, sealed_item(seal.item_id, blob))
        kind = "custom_tool_call" if event.is_custom else "function_call"
        item = self._calls[event.index] = self._new(kind, new_id("ctc" if event.is_custom else "fc"))
        item.call = event
        blank = call_item(
            ToolCall(id=event.id, name=event.name, arguments="", is_custom=event.is_custom),
            item_id=item.item_id,
            status="in_progress",
        )
        yield self._added(item, blank | ({} if event.is_custom else {"arguments": ""}))

    def _call_done(self, item: _Item, call: ToolCall) -> Iterator[NamedEvent]:
        document = call_item(call, item_id=item.item_id)
        if call.is_custom:
            yield self._of_item("response.custom_tool_call_input.done", item, input=call.arguments)
        else:
            arguments = document["arguments"]
            kind = "response.function_call_arguments"
            if not item.words:
                yield self._of_item(f"{kind}.delta", item, delta=arguments)
            yield self._of_item(f"{kind}.done", item, arguments=arguments, name=call.name)
        yield self._done(item, document)

    def _ending(self, completion: Completion) -> Iterator[NamedEvent]:
        choice = completion.choices[0]
        yield from self._close(choice)
        output = [item for item in self._output if item is not None]
        status, _ = ending(choice)
        yield self._event(f"response.{status}", response=finished(self._response, completion, output))

    def _new(self, kind: str, item_id: str) -> _Item:
        self._output.append(None)
        return _Item(kind, item_id, len(self._output) - 1)

    def _added(self, item: _Item, document: dict[str, Any]) -> NamedEvent:
        return self._event("response.output_item.added", output_index=item.place, item=document)

    def _done(self, item: _Item, document: dict[str, Any]) -> NamedEvent:
        self._output[item.place] = document
        return self._event("response.output_item.done", output_index=item.place, item=document)

    def _of_item(self, kind: str, item: _Item, **fields: object) -> NamedEvent:
        return self._event(kind, item_id=item.item_id, output_index=item.place, **fields)

    def _of_content(self, kind: str, item: _Item, **fields: object) -> NamedEvent:
        return self._of_item(kind, item, content_index=len(item.contents), **fields)

    def _event(self, kind: str, **fields: object) -> NamedEvent:
        document = {"type": kind, "sequence_number": self._number, **fields}
        self._number += 1
        return kind.encode(), orjson.dumps(document)


def _is_custom(item: _Item) -> bool:
    return item.call is not None and item.call.is_custom
