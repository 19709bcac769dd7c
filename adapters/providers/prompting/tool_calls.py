"""Ids and arguments of tool calls."""

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Any, Final

import orjson

from adapters.providers.prompting.unsupported_fields import MESSAGES
from application.errors import InvalidInput
from application.prompts.conversation import Part, ToolCall, ToolResult, Turn

# OpenAI takes 64 characters; Anthropic these alone (`tool_use.id`: ^[a-zA-Z0-9_-]+$).
_PLAIN_ID: Final = re.compile(r"[a-zA-Z0-9_-]{1,64}", re.ASCII)


def plain_id(call_id: str) -> str:
    """Return an id of a call that every provider takes: the same for the same id, in the call and in its result."""
    if _PLAIN_ID.fullmatch(call_id):
        return call_id
    return f"call_{sha256(call_id.encode()).hexdigest()[:32]}"


def arguments_text(call: ToolCall) -> str:
    """Return the arguments as JSON text; a call without any has an empty object."""
    return call.arguments if call.arguments.strip() or call.is_custom else "{}"


def arguments_object(call: ToolCall) -> dict[str, Any]:
    """Return the arguments as a JSON object, for protocols that have no other form.

    Raises:
        InvalidInput: they are something else.
    """
    try:
        value = orjson.loads(call.arguments) if call.arguments.strip() else {}
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise InvalidInput(MESSAGES, f"The arguments of the call of {call.name} are not a JSON object.")
    return value


def names_of_calls(turns: Iterable[Turn]) -> dict[str, str]:
    """Return the name of the tool of each call by the call's id."""
    return {part.id: part.name for turn in turns for part in turn.parts if isinstance(part, ToolCall)}


def split_results(parts: tuple[Part, ...]) -> tuple[list[ToolResult], list[Part]]:
    """Return the results of tools in a turn, and the rest."""
    results = [part for part in parts if isinstance(part, ToolResult)]
    return results, [part for part in parts if not isinstance(part, ToolResult)]
