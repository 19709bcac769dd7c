"""Reads the fields that Chat Completions and Responses have in common."""

from collections.abc import Iterator, Mapping
from typing import Final, get_args

from application.prompts.conversation import Effort, OutputFormat, Tool
from entrypoints.http.compatible_apis.body_value import BodyValue

_EFFORTS: Final = get_args(Effort)
_DEFAULT_TIERS: Final = frozenset({"auto", "default"})


def tool_of(kind: str, fields: BodyValue) -> Tool | None:
    """Return a tool of this kind whose fields stand here; none for one that its own provider runs."""
    match kind:
        case "function":
            return Tool(
                name=fields.get("name").text(),
                description=fields.get("description").optional_text(),
                parameters=fields.get("parameters").optional_mapping(),
                # A function that does not say is strict in Responses as far as its schema fits; nowhere else is it.
                strict=fields.get("strict").truth(),
            )
        case "custom":
            return Tool(
                name=fields.get("name").text(),
                description=fields.get("description").optional_text(),
                is_custom=True,
                grammar=fields.get("format").optional_mapping(),
            )
    return None


def output_format_of(output: BodyValue, fields: BodyValue, *, needs_schema: bool) -> OutputFormat | None:
    """Return the form of the answer, none for text; what is said of a schema stands in the `fields`."""
    match output.kind if output.value is not None else None:
        case None | "text":
            return None
        case "json_object":
            return OutputFormat(kind="json_object")
        case "json_schema":
            schema = fields.get("schema")
            return OutputFormat(
                kind="json_schema",
                name=fields.get("name").text(),
                description=fields.get("description").optional_text(),
                schema=schema.mapping() if needs_schema else schema.optional_mapping() or {},
                strict=fields.get("strict").truth(),
            )
    raise output.refused("This must be of the type text, json_object or json_schema.")


def effort_of(effort: BodyValue) -> Effort | None:
    """Return how much the model is to think, none where the client does not say."""
    if effort.value is not None and effort.value not in _EFFORTS:
        raise effort.refused(f"This must be one of {', '.join(_EFFORTS)}.")
    chosen: Effort | None = effort.value
    return chosen


def options_of(root: BodyValue, verbosity: BodyValue) -> Iterator[tuple[str, str]]:
    """Yield the names and values of options that are not as usual."""
    for name, place in (
        ("user", root.get("user")),
        ("service_tier", root.get("service_tier")),
        ("cache_key", root.get("prompt_cache_key")),
        ("verbosity", verbosity),
    ):
        value = place.optional_text()
        if value is not None and not (name == "service_tier" and value in _DEFAULT_TIERS):
            yield name, value


def metadata_of(root: BodyValue) -> Mapping[str, str] | None:
    """Return the client's own notes, none where there are none."""
    metadata = root.get("metadata")
    entries = metadata.optional_mapping()
    return {name: metadata.get(name).text() for name in entries} if entries else None
