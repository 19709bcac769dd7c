"""A streamed chat completion."""

from collections.abc import Iterator, Mapping

from sandbox.faults.stream_faults import FILLER_TEXT
from sandbox.json_fields import JsonObject, object_at
from sandbox.model_catalogue import SimulatedModel
from sandbox.model_reply import ModelReply, TextBlock, ThinkingBlock
from sandbox.parsed_request import ApiCall
from sandbox.provider_responses import ProviderStream
from sandbox.providers.openai_compatible.chat_options import ChatOptions
from sandbox.providers.openai_compatible.completion import (
    arguments_of,
    call_id,
    choice_count,
    finish_reason,
    frame,
    logprobs_of,
    reasoning_detail,
    thinking_part,
)
from sandbox.token_counting import split_tokens
from sandbox.tool_calls import ToolCall

DONE = b"data: [DONE]\n\n"


class StreamedCompletion:
    """Writes the chunks of one streamed completion."""

    def __init__(self, call: ApiCall, model: SimulatedModel, reply: ModelReply, options: ChatOptions) -> None:
        self._call = call
        self._reply = reply
        self._options = options
        self._usage = options.usage(reply, model)
        # Only a caller that requested the usage gets a place for it in every chunk.
        self._asked_for_usage = object_at(call.json(), "stream_options").get("include_usage") is True
        self._shared: JsonObject = {
            "id": options.completion_id(call),
            "object": "chat.completion.chunk",
            "created": int(call.now),
            "model": model.snapshot,
            **options.chunk_fields(call, model),
        }

    def stream(self) -> ProviderStream:
        """The whole stream, `[DONE]` included."""
        chunks = [chunk for number in range(choice_count(self._call.json())) for chunk in self._choices(number)]
        chunks += self._end()
        chunks[0].update(self._options.edge_fields(self._call, None))
        chunks[-1].update(self._options.edge_fields(self._call, self._usage))
        return ProviderStream(
            frames=[*self._options.opening, *map(frame, chunks), DONE],
            filler=frame(self._choice({"content": FILLER_TEXT.decode()})),
        )

    def _choices(self, number: int) -> Iterator[JsonObject]:
        """Yield the chunks of one choice. Without text, the first tool call carries the role."""
        role = {"role": "assistant", "content": "", **({"refusal": None} if self._options.obfuscated else {})}
        silent = bool(self._reply.calls) and not self._reply.pieces and not self._shows_thoughts
        if self._options.role_chunk and not silent:
            yield self._choice(role, number=number)
        calls = 0
        for block in self._reply.blocks:
            if isinstance(block, ThinkingBlock):
                deltas = self._thought(block)
            elif isinstance(block, TextBlock):
                deltas = self._words(block)
            else:
                deltas = self._tool_call(block, calls)
                calls += 1
            for delta in deltas:
                yield self._choice({**role, "content": None, **delta} if silent else delta, number=number)
                silent = False
        finish = finish_reason(self._reply)
        if self._options.usage_on_last_choice:
            usage = {"usage": self._usage} if self._reply.has_usage else {}
            yield {**self._choice({"content": ""}, finish, number), **usage}
        else:
            last = {"content": "", **self._options.delta_fields} if self._options.delta_fields else {}
            yield self._choice(last, finish, number)

    @property
    def _shows_thoughts(self) -> bool:
        shown = bool(self._options.thoughts_field) or self._options.thoughts_in_content
        return shown and bool(self._reply.thoughts)

    def _thought(self, thought: ThinkingBlock) -> Iterator[JsonObject]:
        for piece in thought.pieces:
            if self._options.thoughts_field:
                detail = {"reasoning_details": [reasoning_detail(piece)]} if self._options.thoughts_in_details else {}
                yield {"content": None, self._options.thoughts_field: piece, **detail}
            if self._options.thoughts_in_content:
                yield {"content": [thinking_part(piece)]}

    def _words(self, words: TextBlock) -> Iterator[JsonObject]:
        field = "refusal" if self._reply.declined and "refusal" in self._options.message_fields else "content"
        for piece in words.pieces:
            yield {field: piece, **self._options.delta_fields}

    def _tool_call(self, called: ToolCall, number: int) -> Iterator[JsonObject]:
        """The call's id and name first, then its arguments in pieces."""
        directives = self._reply.directives
        kind, field = ("custom", "input") if called.free_text else ("function", "arguments")
        text = called.arguments if called.free_text else arguments_of(called, self._reply)
        whole = "whole-calls" in directives
        index = {} if "no-index" in directives else {"index": 0 if "index-0" in directives else number}
        facts = {"name": called.name, field: text if whole else ""}
        first = {**index, "id": call_id(self._call, self._reply, number), "type": kind, kind: facts}
        yield {"tool_calls": [first]}
        for piece in () if whole else split_tokens(text):
            yield {"tool_calls": [{**index, kind: {field: piece}}]}

    def _end(self) -> list[JsonObject]:
        if not self._reply.has_usage or self._options.usage_on_last_choice:
            return []
        if self._asked_for_usage or self._options.usage_always:
            return [{**self._shared, "choices": [], "usage": self._usage, **self._padding("")}]
        return []

    def _choice(self, delta: Mapping[str, object], finish: str | None = None, number: int = 0) -> JsonObject:
        choice: JsonObject = {"index": number, "delta": delta, **self._options.choice_fields(finish)}
        content = delta.get("content")
        if isinstance(content, str) and content:
            logprobs = logprobs_of(self._call, [content])
            choice |= {"logprobs": logprobs} if logprobs else {}
        choice["finish_reason"] = finish
        usage = {"usage": None} if self._asked_for_usage or self._options.usage_null else {}
        return {**self._shared, "choices": [choice], **usage, **self._padding(content)}

    def _padding(self, content: object) -> JsonObject:
        if not self._options.obfuscated:
            return {}
        length = len(content) if isinstance(content, str) else 0
        return {"obfuscation": self._call.token(16)[length % 12 :]}
