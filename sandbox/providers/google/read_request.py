"""Parse and validate a `generateContent` request, with Google's error messages."""

import re
from collections.abc import Iterator, Mapping

import orjson

from sandbox.json_fields import JsonObject, object_at, objects_at, text_at
from sandbox.model_catalogue import SimulatedModel
from sandbox.parsed_prompt import Image, ParsedPrompt, Tool, ToolResult, Turn, decode_image, prompt_from_turns
from sandbox.parsed_request import ApiCall
from sandbox.provider_responses import RequestRefused
from sandbox.providers.google.known_fields import either, object_of, refuse_unknown
from sandbox.providers.google.thinking_rules import read_thinking, version_of
from sandbox.providers.google.turn_checks import check_signatures, check_turns, parts_with

_INVALID = "INVALID_ARGUMENT"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]{0,127}")


def read_prompt(call: ApiCall, body: JsonObject, model: SimulatedModel) -> ParsedPrompt:
    """The prompt; field names are accepted in camel case and in snake case, as Google does.

    Raises:
        RequestRefused: there are no contents, a name is not known, calls and results do not match, or an image or a
            signature is not one.
    """
    refuse_unknown(body)
    contents = objects_at(body, "contents")
    if not contents:
        raise RequestRefused(400, "* GenerateContentRequest.contents: contents is not specified\n", kind=_INVALID)
    check_turns(contents)
    check_signatures(call, model, contents)
    config = settings_of(body)
    tools, forced = _offer(body)
    system = Turn(role="system", text=_text_of(object_of(body, "systemInstruction")))
    return prompt_from_turns(
        [system, *(_turn(content, model) for content in contents)],
        tools=tools,
        forced=forced,
        schema=_format(config, model, has_tools=bool(tools)),
        stops=tuple(str(stop) for stop in _list(config, "stopSequences")),
        thinking=read_thinking(object_of(config, "thinkingConfig"), model),
    )


def settings_of(body: JsonObject) -> Mapping[str, object]:
    """The settings of the generation."""
    return object_of(body, "generationConfig")


def read_limit(body: JsonObject) -> int | None:
    """The largest number of output tokens, thinking included."""
    limit = either(settings_of(body), "maxOutputTokens")
    return limit if isinstance(limit, int) else None


def _list(source: Mapping[str, object], name: str) -> list[object]:
    found = either(source, name)
    return found if isinstance(found, list) else []


def _turn(content: Mapping[str, object], model: SimulatedModel) -> Turn:
    text = _text_of(content)
    images = tuple(_images_of(content, model))
    if content.get("role") == "model":
        return Turn(role="assistant", text=text)
    results = tuple(_result(object_of(part, "functionResponse")) for part in parts_with(content, "functionResponse"))
    inside = (image for part in parts_with(content, "functionResponse") for image in _shown(part, model))
    return Turn(role="user" if text else "tool", text=text, images=(*images, *inside), results=results)


def _result(given: Mapping[str, object]) -> ToolResult:
    response = object_at(given, "response")
    error = response.get("error")
    value = error if error is not None else response.get("output", response)
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return ToolResult(text_at(given, "name"), text, is_error=error is not None)


def _shown(part: Mapping[str, object], model: SimulatedModel) -> Iterator[Image]:
    """The images in a result, which a model before the third generation does not take."""
    given = object_of(part, "functionResponse")
    if objects_at(given, "parts") and version_of(model) < (3, 0):
        raise RequestRefused(400, "Multimodal function responses are not supported by this model.", kind=_INVALID)
    yield from _images_of(given, model)


def _offer(body: JsonObject) -> tuple[tuple[Tool, ...], bool]:
    declared = [
        declaration
        for tool in objects_at(body, "tools")
        for declaration in objects_at(tool, "functionDeclarations") or objects_at(tool, "function_declarations")
    ]
    tools = tuple(_read_tool(declaration, at) for at, declaration in enumerate(declared))
    config = object_of(object_of(body, "toolConfig"), "functionCallingConfig")
    mode = text_at(config, "mode").upper()
    allowed = set(map(str, _list(config, "allowedFunctionNames")))
    if allowed and mode not in {"ANY", "VALIDATED"}:
        message = "Function calling config: allowed_function_names may only be set when the mode is ANY or VALIDATED."
        raise RequestRefused(400, message, kind=_INVALID)
    if allowed - {tool.name for tool in tools}:
        message = f"allowed_function_names: {min(allowed - {tool.name for tool in tools})} is not declared."
        raise RequestRefused(400, message, kind=_INVALID)
    chosen = tuple(tool for tool in tools if not allowed or tool.name in allowed)
    return () if mode == "NONE" else chosen, mode == "ANY"


def _read_tool(declaration: Mapping[str, object], at: int) -> Tool:
    name = text_at(declaration, "name")
    place = f"* GenerateContentRequest.tools[0].function_declarations[{at}]"
    if not _NAME.fullmatch(name):
        message = (
            f"{place}.name: [Invalid function name. Must start with a letter or an underscore. Must be alphameric "
            "(a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 128.]\n"
        )
        raise RequestRefused(400, message, kind=_INVALID)
    plain, schema = object_at(declaration, "parameters"), object_of(declaration, "parametersJsonSchema")
    if plain and schema:
        message = f"{place}: parameters and parameters_json_schema are mutually exclusive.\n"
        raise RequestRefused(400, message, kind=_INVALID)
    return Tool(name=name, schema=plain or schema)


def _format(config: Mapping[str, object], model: SimulatedModel, *, has_tools: bool) -> Mapping[str, object] | None:
    media_type = str(either(config, "responseMimeType") or "")
    schema = object_of(config, "responseJsonSchema") or object_of(config, "responseSchema")
    if schema and media_type != "application/json":
        message = "Unsupported response mime type for a response schema: it must be application/json."
        raise RequestRefused(400, message, kind=_INVALID)
    if media_type != "application/json":
        return None
    if has_tools and version_of(model) < (3, 0):
        message = "Function calling with a response mime type: 'application/json' is unsupported"
        raise RequestRefused(400, message, kind=_INVALID)
    return schema


def _text_of(content: Mapping[str, object]) -> str:
    return "\n".join(text_at(part, "text") for part in objects_at(content, "parts") if text_at(part, "text"))


def _images_of(content: Mapping[str, object], model: SimulatedModel) -> Iterator[Image]:
    for part in objects_at(content, "parts"):
        inline = object_of(part, "inlineData")
        if inline:
            if not model.vision:
                raise RequestRefused(400, "Image input modality is not enabled for " + model.id, kind=_INVALID)
            yield _read_image(inline)
        elif object_of(part, "fileData"):
            yield Image("file", None)


def _read_image(inline: Mapping[str, object]) -> Image:
    declared = str(either(inline, "mimeType") or "")
    # Google accepts the URL-safe alphabet too, which its own SDK sends.
    encoded = text_at(inline, "data").replace("-", "+").replace("_", "/")
    try:
        content, found = decode_image(encoded)
    except ValueError as error:
        message = "Invalid value at 'contents[0].parts[0].inline_data.data' (TYPE_BYTES), Base64 decoding failed"
        raise RequestRefused(400, message, kind=_INVALID) from error
    if declared.startswith("image/") and found is None:
        raise RequestRefused(400, "Unable to process input image. Please retry or report.", kind=_INVALID)
    if not declared or found == "image/gif":
        raise RequestRefused(400, f"Unsupported MIME type: {declared}", kind=_INVALID)
    return Image(found or declared, len(content), "image" if declared.startswith("image/") else "file")
