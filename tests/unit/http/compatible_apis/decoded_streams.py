"""Streams as the APIs write them, and what the official clients make of them."""

from collections.abc import Iterable
from typing import Any, Protocol

import orjson

from application.prompts.completion import Choice, Completion, CompletionEvent, FinishReason, TokenUsage
from application.prompts.conversation import Part

USAGE = TokenUsage(input_tokens=10, output_tokens=5)


class Encoder(Protocol):
    """What writes one stream."""

    def encode(self, event: CompletionEvent) -> Iterable[tuple[bytes, bytes]]: ...


def an_ending(
    *parts: Part,
    finish_reason: FinishReason = "stop",
    usage: TokenUsage = USAGE,
    **facts: Any,  # noqa: ANN401
) -> Completion:
    """Return the end of an answer; the facts are fields of its choice."""
    choice = Choice(parts=parts, finish_reason=finish_reason, **facts)
    return Completion(choices=(choice,), usage=usage, protocol="chat_completions", answered_by="snapshot-1")


def decoded(encoder: Encoder, *events: CompletionEvent) -> list[dict[str, Any]]:
    """Return the data of all events; the name of each is its type."""
    found = []
    for event in events:
        for name, data in encoder.encode(event):
            document = orjson.loads(data)
            assert name.decode() == document["type"]
            found.append(document)
    return found
