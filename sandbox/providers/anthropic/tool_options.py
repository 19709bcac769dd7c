"""Tools, tool results and output formats in a Messages request."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sandbox.json_fields import JsonObject, list_at, object_at, objects_at, text_at
from sandbox.parsed_prompt import Tool
from sandbox.provider_responses import RequestRefused
from sandbox.providers.anthropic.model_rules import Claude

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
_ID = re.compile(r"[a-zA-Z0-9_-]+")
_MOST_STRICT = 20
#: What an output format or a strict tool may not say.
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength")


@dataclass(frozen=True, slots=True)
class ToolOptions:
    """The tools that may be called, and how."""

    tools: tuple[Tool, ...]
    forced: bool
    parallel: bool


def read_tool_options(body: JsonObject) -> ToolOptions:
    """The tools of a request; those that Anthropic runs itself are left alone.

    Raises:
        RequestRefused: a tool or the choice is not one.
    """
    offered = [tool for tool in objects_at(body, "tools") if tool.get("type", "custom") == "custom"]
    choice = object_at(body, "tool_choice")
    if choice and not list_at(body, "tools"):
        raise RequestRefused(400, "tool_choice may only be specified while providing tools")
    tools = tuple(_read_tool(tool, at) for at, tool in enumerate(offered))
    if len({tool.name for tool in tools}) < len(tools):
        raise RequestRefused(400, "tools: Tool names must be unique.")
    if sum(1 for tool in offered if tool.get("strict") is True) > _MOST_STRICT:
        raise RequestRefused(400, f"tools: at most {_MOST_STRICT} strict tools are supported")
    kind = text_at(choice, "type")
    if kind == "tool":
        tools = tuple(tool for tool in tools if tool.name == choice.get("name"))
        if not tools:
            raise RequestRefused(400, f"tool_choice.name: Tool '{text_at(choice, 'name')}' not found in provided tools")
    parallel = choice.get("disable_parallel_tool_use") is not True
    return ToolOptions(() if kind == "none" else tools, kind in {"any", "tool"}, parallel)


def read_format(body: JsonObject, rules: Claude) -> Mapping[str, object] | None:
    """The JSON Schema of the answer, if one is requested.

    Raises:
        RequestRefused: the model has no formats, or the schema says more than it may.
    """
    asked = object_at(object_at(body, "output_config"), "format")
    if not asked:
        return None
    if not rules.formats_output:
        raise RequestRefused(400, "output_config.format: structured outputs are not supported by this model")
    if asked.get("type") != "json_schema":
        raise RequestRefused(400, "output_config.format.type: Input should be 'json_schema'")
    schema = object_at(asked, "schema")
    _refuse_loose(schema, "output_config.format.schema")
    return schema


def check_results(messages: Sequence[Mapping[str, object]]) -> None:
    """Hold tool results to come first in the very next turn, all of them.

    Raises:
        RequestRefused: a call has no result there, or a result has no call.
    """
    for at, message in enumerate(messages):
        asked = _ids(message, "tool_use", "id", f"messages.{at}.content")
        given = _ids(messages[at + 1], "tool_result", "tool_use_id", "") if at + 1 < len(messages) else []
        missing = [each for each in asked if each not in given]
        if missing:
            text = (
                f"messages.{at}: `tool_use` ids were found without `tool_result` blocks immediately after: "
                f"{', '.join(missing)}. Each `tool_use` block must have a corresponding `tool_result` block in the "
                "next message."
            )
            raise RequestRefused(400, text)
        before = _ids(messages[at - 1], "tool_use", "id", "") if at else []
        for block_at, block in enumerate(objects_at(message, "content")):
            if block.get("type") == "tool_result" and block.get("tool_use_id") not in before:
                text = (
                    f"messages.{at}.content.{block_at}: unexpected `tool_use_id` found in `tool_result` blocks: "
                    f"{text_at(block, 'tool_use_id')}. Each `tool_result` block must have a corresponding `tool_use` "
                    "block in the previous message."
                )
                raise RequestRefused(400, text)


def _ids(message: Mapping[str, object], kind: str, name: str, place: str) -> list[str]:
    """The ids of the blocks of this kind; results count only before any text."""
    found = []
    for at, block in enumerate(objects_at(message, "content")):
        if kind == "tool_result" and block.get("type") != kind:
            break
        if block.get("type") == kind:
            if place and not _ID.fullmatch(text_at(block, name)):
                text = f"{place}.{at}.{kind}.{name}: String should match pattern '^[a-zA-Z0-9_-]+$'"
                raise RequestRefused(400, text)
            if place and not isinstance(block.get("input"), dict):
                raise RequestRefused(400, f"{place}.{at}.{kind}.input: Input should be a valid dictionary")
            found.append(text_at(block, name))
    return found


def _read_tool(tool: Mapping[str, object], at: int) -> Tool:
    name = text_at(tool, "name")
    if not _NAME.fullmatch(name):
        raise RequestRefused(400, f"tools.{at}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'")
    if not isinstance(tool.get("input_schema"), dict):
        raise RequestRefused(400, f"tools.{at}.custom.input_schema: Field required")
    schema = object_at(tool, "input_schema")
    if schema.get("type") != "object":
        raise RequestRefused(400, f"tools.{at}.custom.input_schema.type: Input should be 'object'")
    if tool.get("strict") is True:
        _refuse_loose(schema, f"tools.{at}.custom.input_schema")
    return Tool(name=name, schema=schema)


def _refuse_loose(schema: Mapping[str, object], place: str) -> None:
    for part in _parts(schema):
        kind = text_at(part, "type")
        bound = next((name for name in _BOUNDS if name in part), None)
        if bound is not None:
            raise RequestRefused(400, f"{place}: For '{kind}' type, property '{bound}' is not supported")
        if kind == "object" and part.get("additionalProperties") is not False:
            text = f"{place}: For 'object' type, 'additionalProperties' must be explicitly set to false"
            raise RequestRefused(400, text)


def _parts(schema: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    yield schema
    inner = [*object_at(schema, "properties").values(), *object_at(schema, "$defs").values()]
    for part in (*inner, schema.get("items"), *list_at(schema, "anyOf"), *list_at(schema, "allOf")):
        if isinstance(part, dict):
            yield from _parts(part)
