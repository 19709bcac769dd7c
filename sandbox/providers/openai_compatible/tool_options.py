"""Tools in Chat Completions and Responses requests, which nest them differently."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.json_fields import JsonObject, list_at, object_at, objects_at, text_at
from sandbox.parsed_prompt import Tool
from sandbox.provider_responses import RequestRefused
from sandbox.providers.openai_compatible.strict_schemas import refuse_loose_schema

_NAME = re.compile(r"[a-zA-Z0-9_-]+")
_LONGEST_NAME = 64
_OWN = {"function", "custom"}


@dataclass(frozen=True, slots=True)
class ToolOptions:
    """The tools that may be called, and how."""

    tools: tuple[Tool, ...]
    forced: bool
    parallel: bool


def read_tool_options(body: JsonObject, *, nested: bool, strict: bool = False) -> ToolOptions:
    """The tools of a request; `nested` as in Chat Completions, `strict` where a function is unless it says otherwise.

    Raises:
        RequestRefused: a name, a strict schema, or the choice is not one.
    """
    offered = objects_at(body, "tools")
    choice = body.get("tool_choice")
    for name in ("tool_choice", "parallel_tool_calls"):
        if not offered and body.get(name) not in (None, "none", "auto", *(() if nested else (True,))):
            message = f"Invalid value for '{name}': '{name}' is only allowed when 'tools' are specified."
            raise RequestRefused(400, message, param=name)
    tools = tuple(
        _read_tool(tool, at, nested=nested, strict=strict)
        for at, tool in enumerate(offered)
        if nested or tool.get("type") in _OWN
    )
    chosen, forced = _chosen(choice, tools, nested=nested)
    return ToolOptions(chosen, forced, body.get("parallel_tool_calls") is not False)


def inner(tool: Mapping[str, object], *, nested: bool) -> Mapping[str, object]:
    """The object in which a tool's, or a call's, name is."""
    return object_at(tool, text_at(tool, "type")) if nested else tool


def _read_tool(tool: Mapping[str, object], at: int, *, nested: bool, strict: bool) -> Tool:
    kind = text_at(tool, "type")
    if kind not in _OWN:
        message = f"Invalid value: '{kind}'. Supported values are: 'function' and 'custom'."
        raise RequestRefused(400, message, code="invalid_value", param=f"tools[{at}].type")
    facts = inner(tool, nested=nested)
    place = f"tools[{at}].{kind}" if nested else f"tools[{at}]"
    name = text_at(facts, "name")
    _check_name(name, f"{place}.name")
    schema = object_at(facts, "parameters")
    asked_strict = facts.get("strict", strict)
    if asked_strict is True and kind == "function":
        place = f"{place}.parameters"
        refuse_loose_schema(schema, f"function '{name}'", param=place, code="invalid_function_parameters")
    return Tool(name=name, schema=schema, free_text=kind == "custom")


def _check_name(name: str, param: str) -> None:
    if not name:
        raise RequestRefused(
            400, f"Missing required parameter: '{param}'.", code="missing_required_parameter", param=param
        )
    if not _NAME.fullmatch(name):
        message = (
            f"Invalid '{param}': string does not match pattern. Expected a string that matches the pattern "
            "'^[a-zA-Z0-9_-]+$'."
        )
        raise RequestRefused(400, message, code="invalid_value", param=param)
    refuse_long(name, param)


def refuse_long(text: str, param: str, longest: int = _LONGEST_NAME) -> None:
    """Refuse a name or an id that is too long, in OpenAI's words.

    Raises:
        RequestRefused: it is.
    """
    if len(text) > longest:
        message = (
            f"Invalid '{param}': string too long. Expected a string with maximum length {longest}, but got a string "
            f"with length {len(text)} instead."
        )
        raise RequestRefused(400, message, code="string_above_max_length", param=param)


def _chosen(choice: object, tools: tuple[Tool, ...], *, nested: bool) -> tuple[tuple[Tool, ...], bool]:
    """The tools that the choice leaves, and whether one of them must be called."""
    if choice == "none":
        return (), False
    if choice in ("required", "any"):
        return tools, True
    if not isinstance(choice, dict):
        return tools, False
    if choice.get("type") == "allowed_tools":
        allowed = inner(choice, nested=nested)
        names = {text_at(inner(tool, nested=nested), "name") for tool in objects_at(allowed, "tools")}
        return tuple(tool for tool in tools if tool.name in names), allowed.get("mode") == "required"
    name = text_at(inner(choice, nested=nested), "name")
    named = tuple(tool for tool in tools if tool.name == name)
    if not named and choice.get("type") in _OWN:
        raise RequestRefused(400, f"Tool choice '{name}' not found in 'tools' parameter.", param="tool_choice")
    return named, bool(named)


def read_stops(body: JsonObject) -> tuple[str, ...]:
    """The stop sequences, one or a list."""
    one = text_at(body, "stop")
    return (one,) if one else tuple(str(stop) for stop in list_at(body, "stop"))
