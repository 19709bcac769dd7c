"""A response as a stream of events, in OpenAI's order.

Source: the types `openai.types.responses.*Event` of the official client, and platform.openai.com/docs (streaming).
"""

from collections.abc import Iterator

import orjson

from sandbox.faults.stream_faults import FILLER_TEXT
from sandbox.json_fields import JsonObject
from sandbox.model_reply import TextBlock, ThinkingBlock
from sandbox.provider_responses import ProviderStream
from sandbox.providers.openai_compatible.completion import arguments_of
from sandbox.providers.openai_responses.response_object import ResponseObject
from sandbox.token_counting import split_tokens
from sandbox.tool_calls import ToolCall

_BARE = ("response.output_item.added", "response.content_part.added", "response.reasoning_summary_part.added")
_SPARSE = ("output", "status", "background", "error")


class StreamedResponse:
    """Writes the events of one streamed response."""

    def __init__(self, output: ResponseObject) -> None:
        self._output = output
        self._reply = output.reply
        self._number = 0

    def stream(self) -> ProviderStream:
        """The whole stream; it has no mark of its end but the last event."""
        frames = [self._frame(event) for event in self._events() if not self._is_left_out(event)]
        filler: JsonObject = {"type": "response.output_text.delta", "item_id": "msg_filler", "output_index": 0}
        filler |= {"content_index": 0, "delta": FILLER_TEXT.decode(), "logprobs": []}
        return ProviderStream(frames=frames, filler=self._frame(filler))

    def _events(self) -> Iterator[JsonObject]:
        for name in ("response.created", "response.in_progress"):
            yield {"type": name, "response": self._output.response("in_progress")}
        for index, block in enumerate(self._reply.blocks):
            place: JsonObject = {"item_id": self._output.item_id(index), "output_index": index}
            added = self._output.item(index, done=False)
            yield {"type": "response.output_item.added", "output_index": index, "item": added}
            if isinstance(block, ThinkingBlock):
                yield from self._thought(block, place)
            elif isinstance(block, TextBlock):
                yield from self._words(block, place)
            else:
                yield from self._tool_call(block, place)
            item = self._output.item(index)
            yield {"type": "response.output_item.done", "output_index": index, "item": item}
        last = self._output.response()
        yield {"type": f"response.{last['status']}", "response": last}

    def _thought(self, block: ThinkingBlock, place: JsonObject) -> Iterator[JsonObject]:
        if not self._output.has_summary:
            return
        place = {**place, "summary_index": 0}
        name = "response.reasoning_summary"
        yield {"type": f"{name}_part.added", **place, "part": {"type": "summary_text", "text": ""}}
        for piece in block.pieces:
            yield {"type": f"{name}_text.delta", **place, "delta": piece, "obfuscation": "x9"}
        yield {"type": f"{name}_text.done", **place, "text": block.text}
        yield {"type": f"{name}_part.done", **place, "part": {"type": "summary_text", "text": block.text}}

    def _words(self, block: TextBlock, place: JsonObject) -> Iterator[JsonObject]:
        place = {**place, "content_index": 0}
        declined = self._reply.declined
        name, field = ("refusal", "refusal") if declined else ("output_text", "text")
        logprobs: JsonObject = {} if declined else {"logprobs": []}
        yield {"type": "response.content_part.added", **place, "part": self._output.part("")}
        for piece in block.pieces:
            yield {"type": f"response.{name}.delta", **place, "delta": piece, **logprobs, "obfuscation": "x9"}
        yield {"type": f"response.{name}.done", **place, field: block.text, **logprobs}
        yield {"type": "response.content_part.done", **place, "part": self._output.part(block.text)}

    def _tool_call(self, block: ToolCall, place: JsonObject) -> Iterator[JsonObject]:
        if block.free_text:
            name, field, text = "response.custom_tool_call_input", "input", block.arguments
        else:
            name, field = "response.function_call_arguments", "arguments"
            text = arguments_of(block, self._reply)
        whole = "whole-calls" in self._reply.directives
        for piece in (text,) if whole and text else split_tokens(text):
            yield {"type": f"{name}.delta", **place, "delta": piece, "obfuscation": "x9"}
        named = {} if block.free_text else {"name": block.name}
        yield {"type": f"{name}.done", **place, **named, field: text}

    def _is_left_out(self, event: JsonObject) -> bool:
        """The beginnings of items and parts are, under `sandbox:bare-deltas`; those of calls hold their names."""
        item = event.get("item")
        is_call = isinstance(item, dict) and "call_id" in item
        return "bare-deltas" in self._reply.directives and event["type"] in _BARE and not is_call

    def _frame(self, event: JsonObject) -> bytes:
        event = {"type": event["type"], "sequence_number": self._number, **event}
        self._number += 1
        if "changing-ids" in self._reply.directives and str(event["type"]).endswith(".delta"):
            event["item_id"] = f"{event['item_id']}{self._number}"
        response = event.get("response")
        if "sparse-events" in self._reply.directives:
            del event["sequence_number"]
            if isinstance(response, dict):
                event["response"] = {name: value for name, value in response.items() if name not in _SPARSE}
        return named_frame(event)


def named_frame(event: JsonObject) -> bytes:
    """One event, with its type as its name."""
    return f"event: {event['type']}\ndata: ".encode() + orjson.dumps(event) + b"\n\n"
