"""OpenAI's rules for JSON Schemas with `strict`.

Source: platform.openai.com/docs/guides/structured-outputs, supported schemas; the words are those of its refusals.
"""

from collections.abc import Iterator, Mapping

from sandbox.json_fields import list_at, object_at
from sandbox.provider_responses import RequestRefused

_NOT_PERMITTED = (
    "minProperties",
    "maxProperties",
    "patternProperties",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
    "contains",
    "minContains",
    "maxContains",
    "uniqueItems",
)


def refuse_loose_schema(schema: Mapping[str, object], what: str, *, param: str, code: str | None) -> None:
    """Hold a strict schema to its rules; `what` names it, e.g. `function 'get_weather'`.

    Raises:
        RequestRefused: an object takes further properties or does not require all, or a keyword is not permitted.
    """
    for path, part in _parts(schema, ()):
        fault = _fault_of(part)
        if fault:
            context = "(" + ", ".join(f"'{name}'" for name in path) + ("," if len(path) == 1 else "") + ")"
            message = f"Invalid schema for {what}: In context={context}, {fault}"
            raise RequestRefused(400, message, code=code, param=param)


def _fault_of(part: Mapping[str, object]) -> str:
    for name in _NOT_PERMITTED:
        if name in part:
            return f"'{name}' is not permitted."
    if part.get("type") != "object" and "properties" not in part:
        return ""
    if part.get("additionalProperties") is not False:
        return "'additionalProperties' is required to be supplied and to be false."
    required = list_at(part, "required")
    missing = next((name for name in object_at(part, "properties") if name not in required), None)
    if missing is None:
        return ""
    return (
        "'required' is required to be supplied and to be an array including every key in properties. "
        f"Missing '{missing}'."
    )


def _parts(
    schema: Mapping[str, object], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Mapping[str, object]]]:
    """The schema and every schema in it, with the way there."""
    yield path, schema
    for group in ("properties", "$defs", "definitions"):
        for name, part in object_at(schema, group).items():
            if isinstance(part, dict):
                yield from _parts(part, (*path, group, name))
    if isinstance(schema.get("items"), dict):
        yield from _parts(object_at(schema, "items"), (*path, "items"))
    for at, part in enumerate(list_at(schema, "anyOf")):
        if isinstance(part, dict):
            yield from _parts(part, (*path, "anyOf", str(at)))
