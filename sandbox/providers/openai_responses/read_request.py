"""Parse and validate a Responses request, with OpenAI's error messages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sandbox.json_fields import JsonObject, count_at, list_at, object_at, objects_at, text_at
from sandbox.model_catalogue import SimulatedModel
from sandbox.parsed_prompt import ParsedPrompt, Thinking, ToolResult, Turn, prompt_from_turns
from sandbox.parsed_request import ApiCall
from sandbox.provider_responses import RequestRefused
from sandbox.providers.openai_compatible.strict_schemas import refuse_loose_schema
from sandbox.providers.openai_compatible.tool_options import read_tool_options, refuse_long
from sandbox.providers.openai_responses.content_parts import read_parts, text_of
from sandbox.signed_blobs import check_blob

#: Below this a response is refused.
_LEAST_TOKENS = 16
_CALLS = {"function_call": "function call", "custom_tool_call": "custom tool call"}
_OUTPUTS = {"function_call_output": "function call output", "custom_tool_call_output": "custom tool call output"}


def read_prompt(call: ApiCall, model: SimulatedModel, thinking: Thinking | None) -> ParsedPrompt:
    """The prompt of a response.

    Raises:
        RequestRefused: there is no input, results and calls do not match, or an item, a schema or a seal is not one.
    """
    body = call.json()
    _refuse_stored(body)
    tool_options = read_tool_options(body, nested=False, strict=True)
    turns = _turns(call, model)
    return prompt_from_turns(
        turns,
        tools=tool_options.tools,
        forced=tool_options.forced,
        parallel=tool_options.parallel,
        schema=_read_format(object_at(object_at(body, "text"), "format")),
        thinking=thinking,
    )


def read_limit(body: JsonObject) -> int | None:
    """The largest number of output tokens requested.

    Raises:
        RequestRefused: it is too small.
    """
    limit = count_at(body, "max_output_tokens")
    if limit is not None and limit < _LEAST_TOKENS:
        message = (
            f"Invalid 'max_output_tokens': integer below minimum value. Expected a value >= {_LEAST_TOKENS}, but got "
            f"{limit} instead."
        )
        raise RequestRefused(400, message, code="integer_below_min_value", param="max_output_tokens")
    return limit


def _refuse_stored(body: JsonObject) -> None:
    """The sandbox keeps no response, so none is found."""
    earlier = text_at(body, "previous_response_id")
    if earlier:
        message = f"Previous response with id '{earlier}' not found."
        raise RequestRefused(400, message, code="previous_response_not_found", param="previous_response_id")
    if body.get("stop") is not None:
        raise RequestRefused(400, "Unknown parameter: 'stop'.", code="unknown_parameter", param="stop")


def _turns(call: ApiCall, model: SimulatedModel) -> list[Turn]:
    body = call.json()
    instructions = Turn(role="system", text=text_at(body, "instructions"))
    if text_at(body, "input"):
        return [instructions, Turn(role="user", text=text_at(body, "input"))]
    items = objects_at(body, "input")
    if not items:
        message = "Missing required parameter: 'input'."
        raise RequestRefused(400, message, code="missing_required_parameter", param="input")
    _match_calls(items)
    names = {text_at(item, "call_id"): text_at(item, "name") for item in items if item.get("type") in _CALLS}
    reader = _Items(call, model, names)
    turns = [instructions]
    for at, item in enumerate(items):
        turn = reader.read(item, at)
        if turn.results and turns[-1].results:
            earlier = turns.pop()
            turn = replace(turn, results=earlier.results + turn.results, images=earlier.images + turn.images)
        turns.append(turn)
    return turns


@dataclass(frozen=True, slots=True)
class _Items:
    call: ApiCall
    model: SimulatedModel
    #: The names of the tools, by the ids of their calls.
    names: Mapping[str, str]

    def read(self, item: Mapping[str, object], at: int) -> Turn:
        """The item as a turn.

        Raises:
            RequestRefused: it is of no known kind, or wrong in itself.
        """
        kind = text_at(item, "type") or "message"
        place = f"input[{at}]"
        if kind == "message":
            return self._message(item, place)
        if kind in _CALLS:
            refuse_long(text_at(item, "call_id"), f"{place}.call_id")
            return Turn(role="assistant", text=text_at(item, "arguments") or text_at(item, "input"))
        if kind in _OUTPUTS:
            result = ToolResult(self.names.get(text_at(item, "call_id"), "tool"), text_of(item, "output"))
            images = read_parts(list_at(item, "output"), "user", self.model, f"{place}.output")
            return Turn(role="tool", results=(result,), images=images)
        if kind == "reasoning":
            self._check_reasoning(item)
            return Turn(role="assistant")
        if kind == "item_reference":
            raise RequestRefused(404, f"Item with id '{text_at(item, 'id')}' not found.", param="input")
        raise RequestRefused(400, f"Invalid value: '{kind}'.", code="invalid_value", param=f"{place}.type")

    def _message(self, item: Mapping[str, object], place: str) -> Turn:
        role = text_at(item, "role")
        if role not in {"user", "assistant", "system", "developer"}:
            message = f"Invalid value: '{role}'. Supported values are: 'assistant', 'system', 'developer', and 'user'."
            raise RequestRefused(400, message, code="invalid_value", param=f"{place}.role")
        images = read_parts(list_at(item, "content"), role, self.model, f"{place}.content")
        known: dict[str, Turn] = {
            "user": Turn(role="user", text=text_of(item, "content"), images=images),
            "assistant": Turn(role="assistant", text=text_of(item, "content")),
        }
        return known.get(role, Turn(role="system", text=text_of(item, "content"), images=images))

    def _check_reasoning(self, item: Mapping[str, object]) -> None:
        encrypted = text_at(item, "encrypted_content")
        if not encrypted:
            message = (
                f"Item with id '{text_at(item, 'id')}' not found. Items are not persisted when `store` is set to "
                "false. Try again with `store` set to true, or remove this item from your input."
            )
            raise RequestRefused(404, message, param="input")
        if check_blob(encrypted, self.call, self.model) is not None:
            message = (
                f"The encrypted content {encrypted[:4]}...{encrypted[-4:]} could not be verified. Reason: Encrypted "
                "content could not be decrypted or parsed."
            )
            raise RequestRefused(400, message, code="invalid_encrypted_content")


def _match_calls(items: Sequence[Mapping[str, object]]) -> None:
    """Hold calls and outputs to each other; a last call may wait for nothing.

    Raises:
        RequestRefused: one lacks the other, or reasoning is alone at the end.
    """
    called = {text_at(item, "call_id"): text_at(item, "type") for item in items if item.get("type") in _CALLS}
    answered = {text_at(item, "call_id"): text_at(item, "type") for item in items if item.get("type") in _OUTPUTS}
    for call_id, kind in answered.items():
        if call_id not in called:
            raise RequestRefused(400, f"No tool call found for {_OUTPUTS[kind]} with call_id {call_id}.", param="input")
    for call_id, kind in called.items():
        if call_id not in answered:
            raise RequestRefused(400, f"No tool output found for {_CALLS[kind]} {call_id}.", param="input")
    for item, following in zip(items, [*items[1:], {"role": "user"}], strict=True):
        if item.get("type") == "reasoning" and following.get("role") in {"user", "system", "developer"}:
            message = (
                f"Item '{text_at(item, 'id')}' of type 'reasoning' was provided without its required following item."
            )
            raise RequestRefused(400, message, param="input")


def _read_format(asked: Mapping[str, object]) -> Mapping[str, object] | None:
    if asked.get("type") == "json_object":
        return {}
    if asked.get("type") != "json_schema":
        return None
    schema = object_at(asked, "schema")
    if not text_at(asked, "name"):
        message = "Missing required parameter: 'text.format.name'."
        raise RequestRefused(400, message, code="missing_required_parameter", param="text.format.name")
    if asked.get("strict") is not False:
        what = f"response_format '{text_at(asked, 'name')}'"
        refuse_loose_schema(schema, what, param="text.format.schema", code="invalid_json_schema")
    return schema or {"type": "object"}
