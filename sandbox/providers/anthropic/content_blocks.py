"""Content blocks of a message, complete and as stream events."""

from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from sandbox.json_fields import JsonObject
from sandbox.model_catalogue import SimulatedModel
from sandbox.model_reply import ModelReply, TextBlock, ThinkingBlock
from sandbox.parsed_request import ApiCall
from sandbox.providers.anthropic.model_rules import rules_of
from sandbox.providers.anthropic.thinking_options import shows_thoughts
from sandbox.providers.anthropic.thinking_signatures import redacted_data, sign
from sandbox.token_counting import split_tokens
from sandbox.tool_calls import ToolCall


@dataclass(frozen=True, slots=True)
class Block:
    """A block of content: as it begins, the deltas that fill it, and whole."""

    start: JsonObject
    deltas: tuple[JsonObject, ...]
    whole: JsonObject


def write_blocks(call: ApiCall, model: SimulatedModel, reply: ModelReply) -> Iterator[Block]:
    """The blocks of the message, in order."""
    calls = 0
    for block in reply.blocks:
        if isinstance(block, ThinkingBlock):
            yield _thought(call, model, block)
            if "redacted" in reply.directives:
                redacted: JsonObject = {"type": "redacted_thinking", "data": redacted_data(call, model)}
                yield Block(redacted, (), redacted)
        elif isinstance(block, TextBlock):
            yield _words(block)
        else:
            yield _tool_use(block, f"toolu_01{call.numbered_token(22, calls)}", reply)
            calls += 1


def _thought(call: ApiCall, model: SimulatedModel, thought: ThinkingBlock) -> Block:
    """A thought; where its text is not shown, only the signature comes."""
    pieces = thought.pieces if shows_thoughts(call.json(), rules_of(model)) else ()
    text = "".join(pieces)
    signature = sign(call, model, text)
    deltas: list[JsonObject] = [{"type": "thinking_delta", "thinking": piece} for piece in pieces]
    deltas.append({"type": "signature_delta", "signature": signature})
    start: JsonObject = {"type": "thinking", "thinking": "", "signature": ""}
    return Block(start, tuple(deltas), {"type": "thinking", "thinking": text, "signature": signature})


def _words(words: TextBlock) -> Block:
    deltas: list[JsonObject] = [{"type": "text_delta", "text": piece} for piece in words.pieces]
    return Block({"type": "text", "text": ""}, tuple(deltas), {"type": "text", "text": words.text})


def _tool_use(called: ToolCall, name: str, reply: ModelReply) -> Block:
    """A call; its first piece of arguments is empty, and so is all of them when there are none."""
    parsed = called.parsed()
    text = orjson.dumps(parsed).decode() if parsed else ""
    pieces = (text,) if "whole-calls" in reply.directives else ("", *split_tokens(text))
    start: JsonObject = {"type": "tool_use", "id": name, "name": called.name, "input": {}}
    deltas: list[JsonObject] = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
    return Block(start, tuple(deltas), {**start, "input": parsed})
