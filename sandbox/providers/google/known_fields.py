"""The field names that the Gemini API accepts; it rejects all others.

Sources: the types of google-genai, ai.google.dev/api (Schema, GenerationConfig), and refusals that users pasted into
public threads. Names are taken in camel case and in snake case.
"""

import re
from collections.abc import Iterator, Mapping

from sandbox.json_fields import JsonObject, object_at, objects_at
from sandbox.provider_responses import RequestRefused

_CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")
_REQUEST = [
    "contents",
    "systemInstruction",
    "tools",
    "toolConfig",
    "safetySettings",
    "generationConfig",
    "cachedContent",
    "serviceTier",
    "store",
    "model",
]
_CONFIG = [
    "candidateCount",
    "stopSequences",
    "maxOutputTokens",
    "temperature",
    "topP",
    "topK",
    "seed",
    "presencePenalty",
    "frequencyPenalty",
    "responseMimeType",
    "responseSchema",
    "responseJsonSchema",
    "responseModalities",
    "responseLogprobs",
    "logprobs",
    "thinkingConfig",
    "mediaResolution",
    "speechConfig",
    "imageConfig",
    "enableEnhancedCivicAnswers",
    "responseFormat",
    "translationConfig",
    "audioTranscriptionConfig",
    "enableAffectiveDialog",
]
_SCHEMA = [
    "type",
    "format",
    "title",
    "description",
    "nullable",
    "enum",
    "maxItems",
    "minItems",
    "properties",
    "required",
    "minProperties",
    "maxProperties",
    "minLength",
    "maxLength",
    "pattern",
    "example",
    "anyOf",
    "propertyOrdering",
    "default",
    "items",
    "minimum",
    "maximum",
    "additionalProperties",
]
_DECLARATION = [
    "name",
    "description",
    "behavior",
    "parameters",
    "parametersJsonSchema",
    "response",
    "responseJsonSchema",
]
_THINKING = [
    "includeThoughts",
    "thinkingBudget",
    "thinkingLevel",
]
_PART = [
    "text",
    "inlineData",
    "fileData",
    "functionCall",
    "functionResponse",
    "executableCode",
    "codeExecutionResult",
    "thought",
    "thoughtSignature",
    "videoMetadata",
    "partMetadata",
    "mediaResolution",
    "toolCall",
    "toolResponse",
]


def either(source: Mapping[str, object], name: str) -> object:
    """The value under a name of camel case, or under the same one of snake case."""
    return source.get(name, source.get(snake(name)))


def object_of(source: Mapping[str, object], name: str) -> Mapping[str, object]:
    """The object under a name of either case; an empty one when there is none."""
    return object_at(source, name) or object_at(source, snake(name))


def snake(name: str) -> str:
    """The name as the protocol buffers have it."""
    return _CAPITAL.sub(r"_\1", name).lower()


def refuse_unknown(body: JsonObject) -> None:
    """Hold a request to the names that are known.

    Raises:
        RequestRefused: there is another one; the message names each, and where it is.
    """
    found = [
        f'Invalid JSON payload received. Unknown name "{name}"{_at(place)}: Cannot find field.'
        for name, place in _unknown(body)
    ]
    if found:
        raise RequestRefused(400, "\n".join(found), kind="INVALID_ARGUMENT")


def _at(place: str) -> str:
    return f" at '{place}'" if place else ""


def _unknown(body: JsonObject) -> Iterator[tuple[str, str]]:
    yield from _check(body, _REQUEST, "")
    config = object_of(body, "generationConfig")
    yield from _check(config, _CONFIG, "generation_config")
    yield from _check(object_of(config, "thinkingConfig"), _THINKING, "generation_config.thinking_config")
    yield from _schema(object_of(config, "responseSchema"), "generation_config.response_schema")
    for at, content in enumerate(objects_at(body, "contents")):
        for part_at, part in enumerate(objects_at(content, "parts")):
            yield from _check(part, _PART, f"contents[{at}].parts[{part_at}]")
    for at, tool in enumerate(objects_at(body, "tools")):
        declarations = objects_at(tool, "functionDeclarations") or objects_at(tool, "function_declarations")
        for declared_at, declared in enumerate(declarations):
            place = f"tools[{at}].function_declarations[{declared_at}]"
            yield from _check(declared, _DECLARATION, place)
            yield from _schema(object_of(declared, "parameters"), f"{place}.parameters")


def _schema(schema: Mapping[str, object], place: str) -> Iterator[tuple[str, str]]:
    if not schema:
        return
    yield from _check(schema, _SCHEMA, place)
    for at, part in enumerate(object_at(schema, "properties").values()):
        if isinstance(part, dict):
            yield from _schema(part, f"{place}.properties[{at}].value")
    yield from _schema(object_at(schema, "items"), f"{place}.items")
    for at, branch in enumerate(objects_at(schema, "anyOf") or objects_at(schema, "any_of")):
        yield from _schema(branch, f"{place}.any_of[{at}]")


def _check(source: Mapping[str, object], known: list[str], place: str) -> Iterator[tuple[str, str]]:
    names = {*known, *map(snake, known)}
    yield from ((name, place) for name in source if name not in names)
