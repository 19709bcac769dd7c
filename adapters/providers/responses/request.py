"""Writing a Responses request."""

from typing import Any, Final

from adapters.providers.openai.protocol_choice import is_reasoning_model
from adapters.providers.prompting.media_support import MediaSupport
from adapters.providers.prompting.model_defaults import has_system, limited, without_dropped
from adapters.providers.prompting.prompt_protocol import WireRequest
from adapters.providers.prompting.reasoning_effort import effort_of
from adapters.providers.prompting.unsupported_fields import Translation
from adapters.providers.responses.input_items import ItemWriter
from adapters.providers.responses.json_schemas import narrowed, requires_all, unfit_word
from adapters.providers.responses.reasoning_rules import effort_for, is_reasoning
from application.prompts.conversation import (
    Conversation,
    Effort,
    OutputFormat,
    ReasoningOptions,
    Text,
    Tool,
    ToolChoice,
)
from application.prompts.generation import GenerationRequest

ENCRYPTED: Final = "reasoning.encrypted_content"
# The API takes no smaller limit.
_FEWEST_TOKENS: Final = 16
_OPTIONS: Final = {"user": "user", "service_tier": "service_tier", "cache_key": "prompt_cache_key"}


def encode(conversation: Conversation, request: GenerationRequest, media: MediaSupport, *, stream: bool) -> WireRequest:
    """Return the conversation as a body. Nothing is kept at the provider.

    Raises:
        InvalidInput: it cannot be expressed in Responses, or the provider does not take a part of it.
    """
    translation = Translation(conversation, media.label)
    defaults = request.defaults
    turns = list(conversation.turns)
    instructions: list[str] = []
    while turns and turns[0].role == "system":
        instructions += [part.text for part in turns.pop(0).parts if isinstance(part, Text) and part.text]
    if not instructions and defaults.system_prompt is not None and not has_system(conversation):
        instructions = [defaults.system_prompt]
    body: dict[str, Any] = {
        "model": request.model_id,
        "input": ItemWriter(request.origin, media).items(turns),
        "store": False,
    }
    if instructions:
        body["instructions"] = "\n\n".join(instructions)
    _tools(body, conversation, translation)
    _output(body, conversation, translation)
    effort = _reasoning(body, conversation.reasoning, request, translation)
    _sampling(body, conversation, request, effort, translation)
    _tuning(body, conversation, translation)
    if stream:
        body["stream"] = True
    body, dropped = without_dropped(body, defaults)
    return WireRequest(body=body, ignored=(*translation.ignored, *dropped))


def _tools(body: dict[str, Any], conversation: Conversation, translation: Translation) -> None:
    if not conversation.tools:
        return
    body["tools"] = [_tool(tool, translation) for tool in conversation.tools]
    if conversation.tool_choice is not None:
        body["tool_choice"] = _tool_choice(conversation.tool_choice)
    if conversation.parallel_tool_calls is not None:
        body["parallel_tool_calls"] = conversation.parallel_tool_calls


def _tool(tool: Tool, translation: Translation) -> dict[str, Any]:
    if tool.is_custom:
        custom = {"type": "custom", "name": tool.name, "description": tool.description, "format": tool.grammar}
        return {name: value for name, value in custom.items() if value is not None}
    parameters = tool.parameters if tool.parameters is not None else {"type": "object", "properties": {}}
    is_strict = bool(tool.strict) and unfit_word(parameters) is None and requires_all(parameters)
    if is_strict:
        parameters = narrowed(parameters)
    elif tool.strict:
        translation.ignore("tool_strict", tool.strict)
    # Only in this protocol a tool is strict by default.
    encoded = {"type": "function", "name": tool.name, "parameters": parameters, "strict": is_strict}
    return encoded | ({"description": tool.description} if tool.description else {})


def _tool_choice(choice: ToolChoice) -> object:
    if not choice.names:
        return choice.mode
    if len(choice.names) == 1 and choice.mode == "required":
        return {"type": "function", "name": choice.names[0]}
    tools = [{"type": "function", "name": name} for name in choice.names]
    return {"type": "allowed_tools", "mode": choice.mode, "tools": tools}


def _output(body: dict[str, Any], conversation: Conversation, translation: Translation) -> None:
    text: dict[str, Any] = {}
    if conversation.output_format is not None:
        text["format"] = _format(conversation.output_format, translation)
    if "verbosity" in conversation.options:
        text["verbosity"] = conversation.options["verbosity"]
    if text:
        body["text"] = text


def _format(output: OutputFormat, translation: Translation) -> dict[str, Any]:
    if output.kind == "json_object":
        return {"type": "json_object"}
    schema = output.schema
    if output.strict and schema is not None:
        word = unfit_word(schema)
        if word is not None:
            translation.refuse("response_format", f"Its schema has {word}, which answers cannot be bound by.")
        schema = narrowed(schema)
    encoded = {
        "type": "json_schema",
        "name": output.name or "answer",
        "description": output.description,
        "schema": schema,
        "strict": output.strict,
    }
    return {name: value for name, value in encoded.items() if value is not None}


def _reasoning(
    body: dict[str, Any], wish: ReasoningOptions | None, request: GenerationRequest, translation: Translation
) -> Effort | None:
    """Write how much to think, request the thoughts that must be handed back, and return the effort."""
    model_id = request.defaults.base_model or request.model_id
    if not is_reasoning_model(model_id):
        # It would refuse both; not to think is all that it can.
        translation.ignore("reasoning_effort", effort_of(wish) if wish is not None else None)
        return "none"
    effort = effort_for(model_id, effort_of(wish) if wish is not None else request.defaults.reasoning_effort)
    encoded: dict[str, Any] = {} if effort is None else {"effort": effort}
    if wish is not None and wish.summary not in {None, "hidden"}:
        encoded["summary"] = wish.summary
    if encoded:
        body["reasoning"] = encoded
    body["include"] = [ENCRYPTED]
    return effort


def _sampling(
    body: dict[str, Any],
    conversation: Conversation,
    request: GenerationRequest,
    effort: Effort | None,
    translation: Translation,
) -> None:
    sampling, defaults = conversation.sampling, request.defaults
    limit = limited(sampling.max_tokens, defaults)
    if limit is not None:
        body["max_output_tokens"] = max(limit, _FEWEST_TOKENS)
    takes_sampling = not is_reasoning(defaults.base_model or request.model_id, effort)
    for name in ("temperature", "top_p"):
        wish = getattr(sampling, name)
        value = getattr(defaults, name) if wish is None else wish
        if not takes_sampling:
            translation.ignore(name, wish)
        elif value is not None:
            body[name] = value
    if sampling.logprobs or sampling.top_logprobs is not None:
        if not takes_sampling:
            translation.refuse("logprobs", "Leave it out, or use a model without reasoning.")
        body["include"] = [*body.get("include", ()), "message.output_text.logprobs"]
        if sampling.top_logprobs is not None:
            body["top_logprobs"] = sampling.top_logprobs
    translation.refuse_if("stop", sampling.stop, "Leave it out, or use a model without reasoning.")
    translation.refuse_if("logit_bias", sampling.logit_bias, "Leave it out.")
    translation.refuse_if("n", sampling.n if sampling.n != 1 else None, "Send the prompt several times.")
    for name in ("top_k", "seed", "presence_penalty", "frequency_penalty"):
        translation.ignore(name, getattr(sampling, name))


def _tuning(body: dict[str, Any], conversation: Conversation, translation: Translation) -> None:
    for name, value in conversation.options.items():
        if name in _OPTIONS:
            body[_OPTIONS[name]] = value
        elif name != "verbosity":
            translation.ignore(name, value)
    if conversation.metadata:
        body["metadata"] = dict(conversation.metadata)
    marks = (getattr(part, "cache", None) for turn in conversation.turns for part in turn.parts)
    translation.ignore("cache", next((mark for mark in (*marks, *(t.cache for t in conversation.tools)) if mark), None))
