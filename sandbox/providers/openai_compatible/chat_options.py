"""How OpenAI-compatible servers differ in Chat Completions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from sandbox.json_fields import JsonObject, object_at, text_at
from sandbox.model_catalogue import SimulatedModel
from sandbox.model_reply import ModelReply
from sandbox.parsed_prompt import EFFORTS, Thinking
from sandbox.parsed_request import ApiCall
from sandbox.provider_responses import RequestRefused

Usage: TypeAlias = Callable[[ModelReply, SimulatedModel], JsonObject]


def plain_usage(reply: ModelReply, _model: SimulatedModel) -> JsonObject:
    """The three counts that every server sends."""
    return {
        "prompt_tokens": reply.input_tokens,
        "completion_tokens": reply.output_tokens,
        "total_tokens": reply.input_tokens + reply.output_tokens,
    }


def hyphenated_id(call: ApiCall) -> str:
    """`chatcmpl-` and a UUID, as most servers number their completions."""
    token = call.token(32)
    return f"chatcmpl-{token[:8]}-{token[8:12]}-{token[12:16]}-{token[16:20]}-{token[20:]}"


def no_fields(_call: ApiCall, _model: SimulatedModel) -> JsonObject:
    """Nothing beside the common fields."""
    return {}


def no_logprobs(_finish: str | None) -> JsonObject:
    """The field that most servers put into every choice."""
    return {"logprobs": None}


def no_edge(_call: ApiCall, _usage: JsonObject | None) -> JsonObject:
    """The first and the last chunk are like the others."""
    return {}


def no_check(_body: JsonObject) -> None:
    """Accept every request."""


def unknown_model(name: str) -> RequestRefused:
    """OpenAI's words for a model that does not exist, which most servers repeat."""
    message = f"The model `{name}` does not exist or you do not have access to it."
    return RequestRefused(404, message, code="model_not_found")


def read_thinking(body: JsonObject, model: SimulatedModel) -> Thinking | None:
    """Return how much a reasoning model thinks; a known effort is read from either field."""
    if not model.reasoning:
        return None
    effort = text_at(body, "reasoning_effort") or text_at(object_at(body, "reasoning"), "effort")
    if effort not in EFFORTS:
        return Thinking()
    return Thinking(EFFORTS[effort], f"Effort: {effort}") if EFFORTS[effort] else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatOptions:
    """Options of a server's Chat Completions endpoint."""

    usage: Usage = plain_usage
    completion_id: Callable[[ApiCall], str] = hyphenated_id
    #: Fields beside the common ones, in completions and in chunks.
    completion_fields: Callable[[ApiCall, SimulatedModel], JsonObject] = no_fields
    chunk_fields: Callable[[ApiCall, SimulatedModel], JsonObject] = no_fields
    #: Fields beside the common ones in every choice, from its finish reason.
    choice_fields: Callable[[str | None], JsonObject] = no_logprobs
    message_fields: Mapping[str, object] = field(default_factory=dict)
    #: Fields of the deltas that carry text.
    delta_fields: Mapping[str, object] = field(default_factory=dict)
    #: Fields of the first chunk, and, given the usage, of the last one.
    edge_fields: Callable[[ApiCall, JsonObject | None], JsonObject] = no_edge
    #: Comment lines or events before the first chunk.
    opening: tuple[bytes, ...] = ()
    #: Random padding in every chunk, against guessing words from packet sizes.
    obfuscated: bool = False
    #: Field in which thoughts are sent; None keeps them secret.
    thoughts_field: str | None = None
    #: Thoughts are repeated in OpenRouter's list of details.
    thoughts_in_details: bool = False
    #: Thoughts are parts of the content, which then is a list.
    thoughts_in_content: bool = False
    #: Usage comes unasked, on the last chunk that has a choice.
    usage_on_last_choice: bool = False
    #: Usage comes unasked, on a chunk without choices.
    usage_always: bool = False
    #: Chunks without usage say so with a null.
    usage_null: bool = False
    #: How much a model thinks on a request; it may refuse what does not go with thinking.
    thinking: Callable[[JsonObject, SimulatedModel], Thinking | None] = read_thinking
    #: Refuses what else the server does not take.
    check: Callable[[JsonObject], None] = no_check
    #: An assistant message with calls must come back with its thoughts.
    thoughts_must_return: bool = False
    #: The first chunk names the role and nothing else.
    role_chunk: bool = True
    unknown_model: Callable[[str], RequestRefused] = unknown_model
