"""Writing a `generateContent` request."""

from typing import Any, Final

from adapters.providers.generate_content.json_schemas import google_schema
from adapters.providers.generate_content.model_rules import GeminiRules, rules_of
from adapters.providers.generate_content.request_contents import MEDIA, ContentWriter
from adapters.providers.prompting.model_defaults import has_system, limited, without_dropped
from adapters.providers.prompting.prompt_protocol import WireRequest
from adapters.providers.prompting.reasoning_effort import EFFORTS, budget_of, effort_of, nearest_effort
from adapters.providers.prompting.unsupported_fields import Translation
from application.prompts.conversation import Conversation, Effort, Image, ReasoningOptions, Text, Tool
from application.prompts.generation import GenerationRequest

_MODES: Final = {"auto": "AUTO", "none": "NONE", "required": "ANY"}
# Keywords that describe the content of an object; without any the function takes nothing.
_CONTENTS: Final = ("properties", "$ref", "anyOf", "oneOf", "allOf", "additionalProperties")
_MOST_STOPS: Final = 5


def encode(conversation: Conversation, request: GenerationRequest) -> WireRequest:
    """Return the conversation as a body, the same for a whole answer and for a stream.

    Raises:
        InvalidInput: it cannot be expressed in this protocol, or Google does not take a part of it.
    """
    translation = Translation(conversation, MEDIA.label)
    defaults = request.defaults
    rules = rules_of(defaults.base_model or request.model_id)
    turns = list(conversation.turns)
    system: list[str] = []
    while turns and turns[0].role == "system":
        system += [part.text for part in turns.pop(0).parts if isinstance(part, Text) and part.text]
    if not system and defaults.system_prompt is not None and not has_system(conversation):
        system = [defaults.system_prompt]
    body: dict[str, Any] = {"contents": ContentWriter(request.origin, rules, translation).contents(turns)}
    if system:
        body["systemInstruction"] = {"parts": [{"text": text} for text in system]}
    _tools(body, conversation, translation)
    config = _sampling(conversation, request, translation)
    _output_format(config, conversation, rules, translation)
    _thinking(config, conversation.reasoning, defaults.reasoning_effort, rules, translation)
    if config:
        body["generationConfig"] = config
    _tuning(conversation, translation)
    body, dropped = without_dropped(body, defaults)
    return WireRequest(body=body, ignored=(*translation.ignored, *dropped))


def _tools(body: dict[str, Any], conversation: Conversation, translation: Translation) -> None:
    choice = conversation.tool_choice
    tools = conversation.tools
    if choice is not None and choice.names and choice.mode != "required":
        tools = tuple(tool for tool in tools if tool.name in choice.names)
    if not tools:
        return
    body["tools"] = [{"functionDeclarations": [_tool(tool, translation) for tool in tools]}]
    if choice is not None:
        encoded: dict[str, Any] = {"mode": _MODES[choice.mode]}
        if choice.names and choice.mode == "required":
            encoded["allowedFunctionNames"] = list(choice.names)
        body["toolConfig"] = {"functionCallingConfig": encoded}
    # Google always lets the model make several calls at once.
    translation.ignore("parallel_tool_calls", None if conversation.parallel_tool_calls is not False else True)
    translation.ignore("tool_strict", next((True for tool in tools if tool.strict), None))


def _tool(tool: Tool, translation: Translation) -> dict[str, Any]:
    if tool.is_custom:
        translation.refuse("tools", "Give the tool a JSON Schema instead of free text.")
    encoded: dict[str, Any] = {"name": tool.name}
    if tool.description:
        encoded["description"] = tool.description
    if tool.parameters is not None and any(tool.parameters.get(word) for word in _CONTENTS):
        encoded["parametersJsonSchema"] = google_schema(tool.parameters)
    return encoded


def _sampling(conversation: Conversation, request: GenerationRequest, translation: Translation) -> dict[str, Any]:
    sampling, defaults = conversation.sampling, request.defaults
    stop = sampling.stop if sampling.stop is not None else defaults.stop
    if sampling.stop is not None and len(sampling.stop) > _MOST_STOPS:
        translation.refuse("stop", f"Google takes {_MOST_STOPS} at most.")
    values = {
        "maxOutputTokens": limited(sampling.max_tokens, defaults),
        "temperature": defaults.temperature if sampling.temperature is None else sampling.temperature,
        "topP": defaults.top_p if sampling.top_p is None else sampling.top_p,
        "topK": sampling.top_k,
        "stopSequences": list(stop[:_MOST_STOPS]) if stop else None,
        "seed": sampling.seed,
        "presencePenalty": sampling.presence_penalty,
        "frequencyPenalty": sampling.frequency_penalty,
        "responseLogprobs": sampling.logprobs,
        "logprobs": sampling.top_logprobs,
        "candidateCount": sampling.n if sampling.n != 1 else None,
    }
    translation.refuse_if("logit_bias", sampling.logit_bias, "Leave it out.")
    return {name: value for name, value in values.items() if value is not None}


def _output_format(
    config: dict[str, Any], conversation: Conversation, rules: GeminiRules, translation: Translation
) -> None:
    output = conversation.output_format
    if output is None:
        return
    if conversation.tools and not rules.formats_with_tools:
        translation.refuse("response_format", "This model does not take a format together with tools.")
    config["responseMimeType"] = "application/json"
    if output.kind == "json_schema" and output.schema is not None:
        config["responseJsonSchema"] = google_schema(output.schema)


def _thinking(
    config: dict[str, Any],
    wish: ReasoningOptions | None,
    default: Effort | None,
    rules: GeminiRules,
    translation: Translation,
) -> None:
    if wish is None and default is None:
        return
    options = wish or ReasoningOptions(effort=default)
    effort = effort_of(options)
    thinks = bool(rules.levels) or rules.budgets is not None
    if effort == "none" and thinks and not rules.can_stop_thinking:
        translation.ignore("reasoning_effort", value=True)
        effort = EFFORTS[1]
        options = ReasoningOptions(effort=effort, summary=options.summary)
    encoded: dict[str, Any] = {}
    if rules.levels and effort is not None:
        encoded["thinkingLevel"] = nearest_effort(effort, rules.levels).upper()
    elif rules.budgets is not None and (budget := budget_of(options)) is not None:
        least, most = rules.budgets
        encoded["thinkingBudget"] = budget if budget <= 0 else min(max(budget, least), most)
    elif not thinks and wish is not None and effort not in {None, "none"}:
        translation.ignore("reasoning_effort", effort)
    if options.summary is not None and thinks:
        encoded["includeThoughts"] = options.summary != "hidden"
    if encoded:
        config["thinkingConfig"] = encoded


def _tuning(conversation: Conversation, translation: Translation) -> None:
    for name, value in conversation.options.items():
        translation.ignore(name, value)
    translation.ignore("metadata", conversation.metadata)
    parts = [part for turn in conversation.turns for part in turn.parts]
    marks = (getattr(part, "cache", None) for part in (*parts, *conversation.tools))
    translation.ignore("cache", next((mark for mark in marks if mark), None))
    details = (part.detail for part in parts if isinstance(part, Image))
    translation.ignore("image_detail", next((detail for detail in details if detail and detail != "auto"), None))
