"""Reading streamed messages of Anthropic's API."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from adapters.providers.json_values import mapping
from adapters.providers.messages.completion import (
    note_ending,
    note_message,
    note_part,
    note_usage,
    part_of,
)
from adapters.providers.prompting.parsed_completion import ParsedCompletion
from application.prompts.completion import (
    Delta,
    ReasoningDelta,
    ReasoningDone,
    RefusalDelta,
    TextDelta,
    ToolArgumentsDelta,
    ToolCallDone,
    ToolCallStarted,
)
from application.prompts.conversation import Reasoning, Refusal, Text, ToolCall

STOP: Final = b'event: message_stop\ndata: {"type":"message_stop"}\n\n'


@dataclass(slots=True)
class _Block:
    """A content block as far as it has come."""

    start: Mapping[str, Any]
    words: list[str] = field(default_factory=list)
    signature: list[str] = field(default_factory=list)
    citations: list[Mapping[str, Any]] = field(default_factory=list)
    call_index: int = -1

    @property
    def kind(self) -> object:
        return self.start.get("type")


class MessageDecoder:
    """Implements `StreamDecoder`. Events of unknown kinds are ignored, as Anthropic's documentation requires."""

    def __init__(self, origin: str) -> None:
        self.parsed = ParsedCompletion()
        self.has_ended = False
        self._origin = origin
        self._usage: dict[str, Any] = {}
        self._blocks: dict[object, _Block] = {}
        self._calls = 0
        self._refusal: Refusal | None = None

    @property
    def is_whole(self) -> bool:
        return self.has_ended

    def observe(self, document: Mapping[str, Any]) -> bool:
        match document.get("type"):
            case "content_block_delta" | "content_block_start":
                self.parsed.has_begun = True
            case "message_start":
                message = mapping(document.get("message"))
                note_message(self.parsed, message)
                self._count(message)
            case "message_delta":
                self._refusal = note_ending(self.parsed, mapping(document.get("delta")))
                self._count(document)
            case "message_stop":
                self.has_ended = True
        return document.get("type") != "ping"

    def decode(self, document: Mapping[str, Any]) -> list[Delta]:
        self.observe(document)
        match document.get("type"):
            case "message_delta" if self._refusal is not None:
                return [RefusalDelta(self._refusal.text)]
            case "content_block_start":
                return list(self._started(document.get("index"), mapping(document.get("content_block"))))
            case "content_block_delta":
                return list(self._continued(document.get("index"), mapping(document.get("delta"))))
            case "content_block_stop":
                return list(self._stopped(document.get("index")))
            case _:
                return []

    def _started(self, index: object, start: Mapping[str, Any]) -> Iterator[Delta]:
        block = self._blocks[index] = _Block(start)
        if block.kind == "tool_use":
            # The empty input of the start is no part of the arguments that follow.
            block.call_index = self._calls
            self._calls += 1
            yield ToolCallStarted(block.call_index, str(start.get("id") or ""), str(start.get("name") or ""))
        elif block.kind == "text":
            yield from self._words(block, start.get("text"))
        elif block.kind == "thinking":
            yield from self._words(block, start.get("thinking"))

    def _continued(self, index: object, delta: Mapping[str, Any]) -> Iterator[Delta]:
        block = self._blocks.get(index)
        if block is None:
            return
        match delta.get("type"):
            case "text_delta":
                yield from self._words(block, delta.get("text"))
            case "thinking_delta":
                yield from self._words(block, delta.get("thinking"))
            case "input_json_delta":
                yield from self._words(block, delta.get("partial_json"))
            case "signature_delta":
                block.signature.append(str(delta.get("signature") or ""))
            case "citations_delta":
                block.citations.append(mapping(delta.get("citation")))

    def _words(self, block: _Block, words: object) -> Iterator[Delta]:
        if not isinstance(words, str) or not words:
            return
        block.words.append(words)
        if block.kind == "tool_use":
            yield ToolArgumentsDelta(block.call_index, words)
        elif block.kind == "thinking":
            yield ReasoningDelta(words)
        elif block.kind == "text":
            yield TextDelta(words)

    def _stopped(self, index: object) -> Iterator[Delta]:
        block = self._blocks.pop(index, None)
        if block is None:
            return
        parts = self.parsed.choices[0].parts
        words = "".join(block.words)
        match block.kind:
            case "text" if words:
                note_part(self.parsed.choices[0], Text(text=words), block.citations)
            case "thinking":
                signature = str(block.start.get("signature") or "") + "".join(block.signature)
                thought = Reasoning(text=words, signature=signature, origin=self._origin)
                parts.append(thought)
                yield ReasoningDone(thought)
            case "redacted_thinking":
                hidden = part_of(block.start, self._origin)
                if isinstance(hidden, Reasoning):
                    parts.append(hidden)
                    yield ReasoningDone(hidden)
            case "tool_use":
                given = block.start.get("input")
                arguments = words or (orjson.dumps(given).decode() if given else "{}")
                if not words:
                    yield ToolArgumentsDelta(block.call_index, arguments)
                call = ToolCall(
                    id=str(block.start.get("id") or ""), name=str(block.start.get("name") or ""), arguments=arguments
                )
                parts.append(call)
                yield ToolCallDone(block.call_index, call)

    def _count(self, source: Mapping[str, Any]) -> None:
        """Counts are cumulative; what a later event leaves out stays."""
        usage = mapping(source.get("usage"))
        self._usage.update((name, value) for name, value in usage.items() if value is not None)
        note_usage(self.parsed, self._usage)


def is_plain(event: bytes) -> bool:
    """Return whether an event only adds to an answer; see `PromptProtocol.plain_events`.

    A quotation mark within words is escaped, so that a name in quotation marks is that of a field, or a value.
    """
    return (
        event.startswith(b"event: content_block_")
        and event.endswith(b"}")
        and event.count(b"\n") == 1
        and b"\ndata: {" in event
        and b'"error"' not in event
    )
