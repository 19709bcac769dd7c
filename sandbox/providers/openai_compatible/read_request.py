"""Parse and validate a Chat Completions request, with OpenAI's error messages."""

from collections.abc import Mapping, Sequence
from typing import Literal

from sandbox.json_fields import JsonObject, count_at, list_at, object_at, objects_at, text_at
from sandbox.model_catalogue import SimulatedModel
from sandbox.parsed_prompt import Image, ParsedPrompt, Thinking, ToolResult, Turn, prompt_from_turns
from sandbox.provider_responses import RequestRefused
from sandbox.providers.openai_compatible.media_parts import read_audio, read_file, read_image
from sandbox.providers.openai_compatible.strict_schemas import refuse_loose_schema
from sandbox.providers.openai_compatible.tool_options import inner, read_stops, read_tool_options, refuse_long

_ROLES: Mapping[str, Literal["user", "assistant"]] = {"user": "user", "function": "user", "assistant": "assistant"}


def read_prompt(body: JsonObject, model: SimulatedModel, thinking: Thinking | None) -> ParsedPrompt:
    """The prompt of a chat completion.

    Raises:
        RequestRefused: there are no messages, tool results are out of place, or an image or a schema is not one.
    """
    messages = objects_at(body, "messages")
    if not messages:
        raise RequestRefused(
            400, "Missing required parameter: 'messages'.", code="missing_required_parameter", param="messages"
        )
    _check_results(messages)
    tool_options = read_tool_options(body, nested=True)
    return prompt_from_turns(
        _turns(messages, model),
        tools=tool_options.tools,
        forced=tool_options.forced,
        parallel=tool_options.parallel,
        schema=_read_format(object_at(body, "response_format")),
        stops=read_stops(body),
        thinking=thinking,
    )


def read_limit(body: JsonObject) -> int | None:
    """The largest number of output tokens requested, under its new or its old name."""
    limit = count_at(body, "max_completion_tokens")
    return limit if limit is not None else count_at(body, "max_tokens")


def refuse_json_without_word(body: JsonObject) -> None:
    """Hold a caller who wants any JSON to saying so in the messages, too.

    Raises:
        RequestRefused: `json_object` was requested, and no message has the word.
    """
    if object_at(body, "response_format").get("type") != "json_object":
        return
    if not any("json" in text_of(message).lower() for message in objects_at(body, "messages")):
        message = (
            "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."
        )
        raise RequestRefused(400, message, param="messages")


def text_of(message: Mapping[str, object]) -> str:
    """The text of a message, in one piece or in parts."""
    plain = text_at(message, "content")
    return plain or "\n".join(text_at(part, "text") for part in objects_at(message, "content") if "text" in part)


def _read_format(asked: Mapping[str, object]) -> Mapping[str, object] | None:
    if asked.get("type") == "json_object":
        return {}
    if asked.get("type") != "json_schema":
        return None
    facts = object_at(asked, "json_schema")
    schema = object_at(facts, "schema")
    if facts.get("strict") is True:
        what = f"response_format '{text_at(facts, 'name')}'"
        refuse_loose_schema(schema, what, param="response_format", code=None)
    return schema or {"type": "object"}


def _turns(messages: Sequence[Mapping[str, object]], model: SimulatedModel) -> list[Turn]:
    """The messages as turns; results that follow each other are one."""
    names = {
        text_at(call, "id"): text_at(inner(call, nested=True), "name")
        for message in messages
        for call in objects_at(message, "tool_calls")
    }
    turns: list[Turn] = []
    for at, message in enumerate(messages):
        if message.get("role") == "tool":
            result = ToolResult(names.get(text_at(message, "tool_call_id"), "tool"), text_of(message))
            earlier = turns.pop().results if turns and turns[-1].role == "tool" else ()
            turns.append(Turn(role="tool", results=(*earlier, result)))
        else:
            images = tuple(_images_of(message, at, model))
            turns.append(
                Turn(role=_ROLES.get(text_at(message, "role"), "system"), text=text_of(message), images=images)
            )
    return turns


def _images_of(message: Mapping[str, object], message_at: int, model: SimulatedModel) -> list[Image]:
    images = []
    for at, part in enumerate(list_at(message, "content")):
        if not isinstance(part, dict):
            continue
        place = f"messages.[{message_at}].content.[{at}]"
        if part.get("type") == "image_url":
            if not model.vision:
                message_text = "Invalid content type. image_url is only supported by certain models."
                raise RequestRefused(400, message_text, param=f"{place}.type")
            images.append(read_image(_image_address(part)))
        if part.get("type") == "file":
            images.append(read_file(object_at(part, "file"), f"{place}.file"))
        if part.get("type") == "input_audio":
            images.append(read_audio(part, model, place))
    return images


def _image_address(part: Mapping[str, object]) -> str:
    """The address, in OpenAI's object or, as Mistral allows, as a plain string."""
    return text_at(part, "image_url") or text_at(object_at(part, "image_url"), "url")


def _check_results(messages: Sequence[Mapping[str, object]]) -> None:
    """Require tool messages to follow the calls that they answer directly, one for each.

    Raises:
        RequestRefused: they do not, or an id is too long, or a result holds an image.
    """
    open_ids: list[str] = []
    for at, message in enumerate(messages):
        if message.get("role") == "tool":
            _check_result(message, at, open_ids)
            continue
        _refuse_unanswered(open_ids, at - 1)
        open_ids = [text_at(call, "id") for call in objects_at(message, "tool_calls")]
        for call_at, call_id in enumerate(open_ids):
            refuse_long(call_id, f"messages[{at}].tool_calls[{call_at}].id")
    _refuse_unanswered(open_ids, len(messages) - 1)


def _check_result(message: Mapping[str, object], at: int, open_ids: list[str]) -> None:
    call_id = text_at(message, "tool_call_id")
    if call_id not in open_ids:
        text = (
            "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'."
        )
        raise RequestRefused(400, text, param=f"messages.[{at}].role")
    open_ids.remove(call_id)
    if any(part.get("type") == "image_url" for part in objects_at(message, "content")):
        text = (
            f"Invalid 'messages[{at}]'. Image URLs are only allowed for messages with role 'user', but this message "
            "with role 'tool' contains an image URL."
        )
        raise RequestRefused(400, text, code="invalid_value", param=f"messages[{at}]")


def _refuse_unanswered(open_ids: Sequence[str], at: int) -> None:
    if open_ids:
        text = (
            "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
            f"'tool_call_id'. The following tool_call_ids did not have response messages: {', '.join(open_ids)}"
        )
        raise RequestRefused(400, text, param=f"messages.[{at}].role")
