"""Writing a Messages request."""

from collections.abc import Sequence
from typing import Any, Final

from adapters.providers.messages.content_blocks import MEDIA, bound_marks, marked
from adapters.providers.messages.json_schemas import MOST_STRICT_TOOLS, StrictSchemas, UnfitSchema
from adapters.providers.messages.message_turns import messages_of, system_and_turns
from adapters.providers.messages.model_rules import VERSION_WITHOUT_SAMPLING, ClaudeRules, rules_of
from adapters.providers.messages.thinking_options import set_thinking
from adapters.providers.prompting.model_defaults import has_system, limited, without_dropped
from adapters.providers.prompting.prompt_protocol import WireRequest
from adapters.providers.prompting.unsupported_fields import Translation
from application.prompts.conversation import Conversation, Image, Tool, ToolChoice
from application.prompts.generation import GenerationRequest

_HOTTEST: Final = 1.0
_TYPES_OF_CHOICE: Final = {"auto": "auto", "none": "none", "required": "any"}


def encode(
    conversation: Conversation,
    request: GenerationRequest,
    version: str,
    default_max_tokens: int | None = None,
    *,
    stream: bool,
) -> WireRequest:
    """Return the conversation as a body for a version of the API.

    Raises:
        InvalidInput: it cannot be expressed in Messages, or Anthropic does not take a part of it.
    """
    translation = Translation(conversation, MEDIA.label)
    defaults = request.defaults
    rules = rules_of(defaults.base_model or request.model_id)
    system, turns = system_and_turns(conversation)
    body: dict[str, Any] = {
        "model": request.model_id,
        "messages": messages_of(turns, request.origin, rules, translation),
    }
    if system:
        body["system"] = system
    elif defaults.system_prompt is not None and not has_system(conversation):
        body["system"] = defaults.system_prompt
    body["max_tokens"] = max_output_tokens(conversation.sampling.max_tokens, request, default_max_tokens)
    schemas = StrictSchemas()
    _output_format(body, conversation, rules, schemas, translation)
    output = body.pop("output_config", {})
    _tools(body, conversation, rules, schemas, translation)
    set_thinking(body, conversation.reasoning, defaults.reasoning_effort, rules, translation)
    if output:
        body["output_config"] = {**body.get("output_config", {}), **output}
    _sampling(body, conversation, request, version, translation)
    _tuning(body, conversation, translation)
    bound_marks(body)
    if stream:
        body["stream"] = True
    body, dropped = without_dropped(body, defaults)
    return WireRequest(body=body, ignored=(*translation.ignored, *dropped))


def max_output_tokens(wish: int | None, request: GenerationRequest, default_max_tokens: int | None) -> int:
    """Return how long an answer may be, which Anthropic requires."""
    defaults = request.defaults
    known = limited(wish, defaults)
    if known is not None:
        return known
    rules = rules_of(defaults.base_model or request.model_id)
    return defaults.most_tokens or default_max_tokens or rules.most_tokens


def takes_sampling(version: str, rules: ClaudeRules) -> bool:
    """Return whether the model takes temperature, top_p and top_k in this version of the API."""
    return rules.takes_sampling and version < VERSION_WITHOUT_SAMPLING


def _tools(
    body: dict[str, Any],
    conversation: Conversation,
    rules: ClaudeRules,
    schemas: StrictSchemas,
    translation: Translation,
) -> None:
    choice = conversation.tool_choice
    tools: Sequence[Tool] = conversation.tools
    names_one = choice is not None and choice.mode == "required" and len(choice.names) == 1
    if choice is not None and choice.names and not names_one:
        tools = [tool for tool in tools if tool.name in choice.names]
    if not tools:
        return
    body["tools"] = [_tool(tool, rules, schemas, translation) for tool in tools]
    encoded = None if choice is None else _tool_choice(choice, rules, translation)
    if conversation.parallel_tool_calls is False and (encoded is None or encoded["type"] != "none"):
        encoded = {**(encoded or {"type": "auto"}), "disable_parallel_tool_use": True}
    if encoded is not None:
        body["tool_choice"] = encoded


def _tool_choice(choice: ToolChoice, rules: ClaudeRules, translation: Translation) -> dict[str, Any]:
    if choice.mode == "required" and not rules.takes_forced_tool:
        translation.refuse("tool_choice", "This model does not take a forced tool: use auto.")
    if choice.mode == "required" and len(choice.names) == 1:
        return {"type": "tool", "name": choice.names[0]}
    return {"type": _TYPES_OF_CHOICE[choice.mode]}


def _tool(tool: Tool, rules: ClaudeRules, schemas: StrictSchemas, translation: Translation) -> dict[str, Any]:
    if tool.is_custom:
        translation.refuse("tools", "Give the tool a JSON Schema instead of free text.")
    encoded: dict[str, Any] = {"name": tool.name}
    if tool.description:
        encoded["description"] = tool.description
    encoded["input_schema"] = {"type": "object", **(tool.parameters or {})}
    if tool.strict and rules.formats_output and schemas.tools < MOST_STRICT_TOOLS:
        try:
            encoded |= {"input_schema": schemas.bound(encoded["input_schema"]), "strict": True}
            schemas.tools += 1
        except UnfitSchema:
            translation.ignore("tool_strict", tool.strict)
    elif tool.strict:
        translation.ignore("tool_strict", tool.strict)
    return marked(encoded, tool.cache)


def _output_format(
    body: dict[str, Any],
    conversation: Conversation,
    rules: ClaudeRules,
    schemas: StrictSchemas,
    translation: Translation,
) -> None:
    output = conversation.output_format
    if output is None:
        return
    if output.kind == "json_object" or output.schema is None:
        translation.refuse("response_format", "Give a JSON Schema instead.")
    if not rules.formats_output:
        translation.refuse("response_format", "Use a newer model of Claude, or ask for JSON in words.")
    try:
        schema = schemas.bound(output.schema)
    except UnfitSchema as unfit:
        translation.refuse("response_format", f"Its schema has {unfit}, which Claude's answers cannot be bound by.")
    body["output_config"] = {"format": {"type": "json_schema", "schema": schema}}


def _sampling(
    body: dict[str, Any], conversation: Conversation, request: GenerationRequest, version: str, translation: Translation
) -> None:
    sampling, defaults = conversation.sampling, request.defaults
    if sampling.temperature is not None and sampling.temperature > _HOTTEST:
        translation.refuse("temperature", "Anthropic takes 0 to 1.")
    temperature = defaults.temperature if sampling.temperature is None else sampling.temperature
    values = {
        "temperature": None if temperature is None else min(temperature, _HOTTEST),
        "top_p": defaults.top_p if sampling.top_p is None else sampling.top_p,
        "top_k": sampling.top_k,
    }
    rules = rules_of(defaults.base_model or request.model_id)
    is_thinking = body.get("thinking", {}).get("type") in {"enabled", "adaptive"}
    takes = takes_sampling(version, rules) and not is_thinking
    for name, value in values.items():
        if value is None:
            continue
        # The newer ones of those that take both take one of them at a time.
        if takes and (name != "top_p" or rules.takes_both_samplings or "temperature" not in body):
            body[name] = value
        else:
            translation.ignore(name, getattr(sampling, name))
    stop = sampling.stop if sampling.stop is not None else defaults.stop
    if stop:
        body["stop_sequences"] = list(stop)
    for name in ("seed", "presence_penalty", "frequency_penalty"):
        translation.ignore(name, getattr(sampling, name))
    translation.refuse_if("logit_bias", sampling.logit_bias, "Leave it out.")
    translation.refuse_if("logprobs", sampling.logprobs or None, "Leave it out.")
    translation.refuse_if("top_logprobs", sampling.top_logprobs or None, "Leave it out.")
    translation.refuse_if("n", sampling.n if sampling.n != 1 else None, "Send the prompt several times.")


def _tuning(body: dict[str, Any], conversation: Conversation, translation: Translation) -> None:
    for name, value in conversation.options.items():
        if name == "user":
            body["metadata"] = {"user_id": value}
        else:
            translation.ignore(name, value)
    translation.ignore("metadata", conversation.metadata)
    details = (part.detail for turn in conversation.turns for part in turn.parts if isinstance(part, Image))
    if next((detail for detail in details if detail and detail != "auto"), None):
        translation.ignore("image_detail", value=True)
