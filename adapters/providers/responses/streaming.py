"""Reading streamed responses."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from adapters.providers.json_values import mapping, text
from adapters.providers.prompting.parsed_completion import ParsedCompletion
from adapters.providers.responses.completion import note_item, note_response
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
from application.prompts.conversation import Reasoning, ToolCall

# `response.failed` is an error, which whoever reads the events has looked for before (see `answering.error_status`).
_ENDS: Final = frozenset({"response.completed", "response.incomplete"})


class ResponseDecoder:
    """Implements `StreamDecoder`. Items of the provider's own tools are passed over."""

    def __init__(self, origin: str) -> None:
        self.parsed = ParsedCompletion()
        self.has_ended = False
        self._origin = origin
        self._calls: dict[object, int] = {}
        self._spoken: set[object] = set()

    @property
    def is_whole(self) -> bool:
        return self.has_ended

    def observe(self, document: Mapping[str, Any]) -> bool:
        kind = document.get("type")
        if kind in _ENDS:
            note_response(self.parsed, mapping(document.get("response")))
            self.has_ended = True
        elif kind in {"response.created", "response.in_progress"}:
            response = mapping(document.get("response"))
            self.parsed.response_id = text(response.get("id"))
            self.parsed.answered_by = text(response.get("model"))
        elif kind not in {"response.queued", "keepalive"}:
            self.parsed.has_begun = True
        return kind != "keepalive"

    def decode(self, document: Mapping[str, Any]) -> list[Delta]:
        self.observe(document)
        place = document.get("output_index")
        match document.get("type"):
            case "response.output_item.added":
                return list(self._added(place, mapping(document.get("item"))))
            case "response.output_item.done":
                return list(self._done(place, mapping(document.get("item"))))
            case "response.reasoning_summary_part.added" if document.get("summary_index"):
                return [ReasoningDelta("\n\n", is_summary=True)]
            case _:
                words = document.get("delta")
                return list(self._said(document.get("type"), place, words)) if words and isinstance(words, str) else []

    def _said(self, kind: object, place: object, words: str) -> Iterator[Delta]:
        match kind:
            case "response.output_text.delta":
                yield TextDelta(words)
            case "response.refusal.delta":
                yield RefusalDelta(words)
            case "response.reasoning_summary_text.delta":
                yield ReasoningDelta(words, is_summary=True)
            case "response.reasoning_text.delta":
                yield ReasoningDelta(words)
            case "response.function_call_arguments.delta" | "response.custom_tool_call_input.delta":
                if place in self._calls:
                    self._spoken.add(place)
                    yield ToolArgumentsDelta(self._calls[place], words)

    def _added(self, place: object, item: Mapping[str, Any]) -> Iterator[Delta]:
        if item.get("type") in {"function_call", "custom_tool_call"}:
            index = self._calls[place] = len(self._calls)
            is_custom = item.get("type") == "custom_tool_call"
            call_id = str(item.get("call_id") or item.get("id") or "")
            yield ToolCallStarted(index, call_id, str(item.get("name") or ""), is_custom=is_custom)

    def _done(self, place: object, item: Mapping[str, Any]) -> Iterator[Delta]:
        """Keep the whole item: what must be handed back is final only here."""
        if place not in self._calls:
            yield from self._added(place, item)
        for part in note_item(self.parsed.choices[0], item, self._origin):
            if isinstance(part, Reasoning):
                yield ReasoningDone(part)
            elif isinstance(part, ToolCall):
                if place not in self._spoken and part.arguments:
                    yield ToolArgumentsDelta(self._calls[place], part.arguments)
                yield ToolCallDone(self._calls[place], part)


def is_plain(event: bytes) -> bool:
    """Return whether an event only adds to an answer; see `PromptProtocol.plain_events`.

    A quotation mark within words is escaped, so that a name in quotation marks is that of a field, or a value. Events
    that begin or end an answer hold the whole response.
    """
    return (
        event.startswith(b"event: response.")
        and event.endswith(b"}")
        and event.count(b"\n") == 1
        and b"\ndata: {" in event
        and b'"response"' not in event
        and b'"error"' not in event
    )
