"""Parses streamed chat completions of all services."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

import orjson

from adapters.providers.chat_completions.completion import (
    content_text,
    note,
    note_choice,
    reasoning_text,
    settle,
    thinking_text,
)
from adapters.providers.json_values import mapping, objects
from adapters.providers.prompting.parsed_completion import ParsedChoice, ParsedCompletion
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

_OF_WORDS: Final = frozenset({"content", "role"})


@dataclass(slots=True)
class _OpenCall:
    """A call as far as it has come."""

    id: str
    name: str
    is_custom: bool
    pieces: list[str] = field(default_factory=list)
    has_started: bool = False


@dataclass(slots=True)
class _Writing:
    """One choice as it is written."""

    texts: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    thoughts: list[str] = field(default_factory=list)
    details: list[Any] = field(default_factory=list)
    is_thinking: bool = False
    is_done: bool = False
    calls: list[_OpenCall] = field(default_factory=list)
    by_id: dict[str, int] = field(default_factory=dict)
    by_index: dict[int, int] = field(default_factory=dict)
    signatures: dict[int, str] = field(default_factory=dict)


class ChunkDecoder:
    """Implements `StreamDecoder`. The end is `[DONE]`; as not all write it, every choice's end will do."""

    def __init__(self, origin: str) -> None:
        self.parsed = ParsedCompletion()
        self._has_ended = False
        self._origin = origin
        self._writing: dict[int, _Writing] = {}

    @property
    def has_ended(self) -> bool:
        return self._has_ended

    @has_ended.setter
    def has_ended(self, has_ended: bool) -> None:
        self._has_ended = has_ended
        # Some servers end without a reason.
        for index, writing in self._writing.items():
            self._gather(writing, self.parsed.choices[index])

    @property
    def is_whole(self) -> bool:
        return self.has_ended or self.parsed.is_finished

    def observe(self, document: Mapping[str, Any]) -> bool:
        note(self.parsed, document)
        choices = list(objects(document.get("choices")))
        for choice in choices:
            into = self.parsed.choice(choice.get("index"))
            if choice.get("finish_reason"):
                note_choice(self.parsed, into, choice)
            # The first chunk often names the role alone, before there is any content.
            if any(value for name, value in mapping(choice.get("delta")).items() if name != "role"):
                self.parsed.has_begun = True
        return bool(choices)

    def decode(self, document: Mapping[str, Any]) -> list[Delta]:
        writing = self._writing.get(0)
        if writing is not None and writing.texts and not writing.is_thinking and (words := _next_words(document)):
            writing.texts.append(words)
            return [TextDelta(words)]
        note(self.parsed, document)
        deltas: list[Delta] = []
        for choice in objects(document.get("choices")):
            into = self.parsed.choice(choice.get("index"))
            index = self.parsed.choices.index(into)
            note_choice(self.parsed, into, choice)
            writing = self._writing.setdefault(index, _Writing())
            deltas += self._deltas(writing, mapping(choice.get("delta")), index)
            into.annotations += objects(mapping(choice.get("delta")).get("annotations"))
            if choice.get("finish_reason"):
                deltas += self._finished(writing, into, index)
        if deltas:
            self.parsed.has_begun = True
        return deltas

    def _deltas(self, writing: _Writing, delta: Mapping[str, Any], index: int) -> Iterator[Delta]:
        details = delta.get("reasoning_details")
        if isinstance(details, list):
            writing.details += details
        if thoughts := reasoning_text(delta) or thinking_text(delta):
            writing.is_thinking = True
            writing.thoughts.append(thoughts)
            yield ReasoningDelta(thoughts)
        words = content_text(delta)
        refusal = delta.get("refusal")
        calls = list(objects(delta.get("tool_calls")))
        if writing.is_thinking and (words or refusal or calls):
            yield self._thought(writing)
        if words:
            writing.texts.append(words)
            yield TextDelta(words, index)
        if isinstance(refusal, str) and refusal:
            writing.refusals.append(refusal)
            yield RefusalDelta(refusal, index)
        for call in calls:
            yield from self._call(writing, call, index)

    def _call(self, writing: _Writing, piece: Mapping[str, Any], index: int) -> Iterator[Delta]:
        """Find the call that a piece belongs to: by its id, then by its index, then as the last one that began.

        Some servers leave the index out, or write 0 for all calls; a new id is a new call.
        """
        is_custom = piece.get("type") == "custom" or isinstance(piece.get("custom"), dict)
        function_fields = mapping(piece.get("custom" if is_custom else "function"))
        place = _place(writing, piece, str(function_fields.get("name") or ""), is_custom=is_custom)
        call = writing.calls[place]
        call.name = call.name or str(function_fields.get("name") or "")
        signature = mapping(mapping(piece.get("extra_content")).get("google")).get("thought_signature")
        if isinstance(signature, str) and signature:
            writing.signatures[place] = signature
        if not call.has_started and call.name:
            call.has_started = True
            yield ToolCallStarted(place, call.id, call.name, is_custom=call.is_custom, choice=index)
            if call.pieces:
                yield ToolArgumentsDelta(place, "".join(call.pieces), index)
        arguments = function_fields.get("input" if is_custom else "arguments")
        if isinstance(arguments, dict):
            arguments = orjson.dumps(arguments).decode()
        if isinstance(arguments, str) and arguments:
            call.pieces.append(arguments)
            if call.has_started:
                yield ToolArgumentsDelta(place, arguments, index)

    def _finished(self, writing: _Writing, into: ParsedChoice, index: int) -> Iterator[Delta]:
        if writing.is_thinking or (writing.details and not writing.thoughts):
            yield self._thought(writing)
        self._gather(writing, into)
        if not writing.is_done:
            writing.is_done = True
            calls = [part for part in into.parts if isinstance(part, ToolCall)]
            yield from (ToolCallDone(place, call, index) for place, call in enumerate(calls))

    def _gather(self, writing: _Writing, into: ParsedChoice) -> None:
        """Make the parts of what was written."""
        calls = [
            ToolCall(
                id=call.id,
                name=call.name,
                arguments="".join(call.pieces),
                is_custom=call.is_custom,
                signature=writing.signatures.get(place),
                origin=self._origin,
            )
            for place, call in enumerate(writing.calls)
        ]
        into.parts = []
        if writing.thoughts or writing.details:
            into.parts.append(self._reasoning(writing))
        if writing.texts:
            into.parts.append(Text(text="".join(writing.texts)))
        if writing.refusals:
            into.parts.append(Refusal(text="".join(writing.refusals)))
        into.parts += calls
        settle(into)

    def _thought(self, writing: _Writing) -> ReasoningDone:
        writing.is_thinking = False
        return ReasoningDone(self._reasoning(writing))

    def _reasoning(self, writing: _Writing) -> Reasoning:
        kept = orjson.dumps(writing.details).decode() if writing.details else None
        return Reasoning(text="".join(writing.thoughts), encrypted=kept, origin=self._origin)


def _next_words(document: Mapping[str, Any]) -> str | None:
    """Return the words of a chunk that has nothing else, as most have; none for any other."""
    choices = document.get("choices")
    if type(choices) is not list or len(choices) != 1 or document.get("usage") is not None:
        return None
    choice = choices[0]
    if type(choice) is not dict or choice.get("finish_reason") or choice.get("logprobs") or choice.get("index") != 0:
        return None
    delta = choice.get("delta")
    if type(delta) is not dict or not _OF_WORDS.issuperset(name for name in delta if delta[name] is not None):
        return None
    words = delta.get("content")
    return words if type(words) is str and words else None


def is_plain(event: bytes) -> bool:
    """Return whether a chunk only adds to an answer; see `PromptProtocol.plain_events`.

    A quotation mark within words is escaped, so that a name in quotation marks is that of a field, or a value.
    """
    return (
        event.startswith(b"data: {")
        and event.endswith(b"}")
        and b"\n" not in event
        and b'"delta"' in event
        and b'"error"' not in event
        and (b'"finish_reason":null' in event or b'"finish_reason": null' in event or b'"finish_reason"' not in event)
        and (b'"usage":null' in event or b'"usage": null' in event or b'"usage"' not in event)
        and b'"usage":{' not in event
    )


def _place(writing: _Writing, piece: Mapping[str, Any], name: str, *, is_custom: bool) -> int:
    call_id = piece.get("id")
    number = piece.get("index")
    if isinstance(call_id, str) and call_id:
        if call_id in writing.by_id:
            return writing.by_id[call_id]
    elif type(number) is int and number in writing.by_index:
        place = writing.by_index[number]
        if not name or not writing.calls[place].has_started or writing.calls[place].name == name:
            return place
    elif type(number) is not int and writing.calls and not name:
        return len(writing.calls) - 1
    place = len(writing.calls)
    new_id = call_id if isinstance(call_id, str) and call_id else f"call_{uuid4().hex[:24]}"
    writing.calls.append(_OpenCall(new_id, name, is_custom))
    writing.by_id[new_id] = place
    if type(number) is int:
        writing.by_index[number] = place
    return place
