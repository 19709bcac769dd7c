"""Writing a Messages request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from adapters.providers.messages.rules import VERSION_WITHOUT_SAMPLING, ClaudeRules, rules_of
from adapters.providers.wire.defaults import has_system, limited, without_dropped
from adapters.providers.wire.media import MediaSupport, text_of_document
from adapters.providers.wire.protocol import WireRequest
from adapters.providers.wire.reasoning import budget_of, effort_of, nearest_effort
from adapters.providers.wire.refusals import Translation
from adapters.providers.wire.tools import arguments_object, plain_id, split_results
from application.prompts.conversation import (
    Audio,
    Document,
    Image,
    Reasoning,
    ReasoningOptions,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from application.prompts.conversation import Conversation, Part, Tool, Turn
    from application.prompts.generation import GenerationRequest

MEDIA: Final = MediaSupport(
    label="Anthropic",
    image_types=frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"}),
    fetches_documents=True,
)
_SMALLEST_BUDGET: Final = 1_024
_MOST_MARKS: Final = 4
_HOTTEST: Final = 1.0
_UNANSWERED: Final = "The call was not answered."


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
        InvalidInput: it cannot be said in Messages, or Anthropic does not take a part of it.
    """
    translation = Translation(conversation, MEDIA.label)
    rules = rules_of(request.defaults.base_model or request.model_id)
    defaults = request.defaults
    system, turns = _split(conversation)
    messages = _messages(turns, request, translation, rules)
    if not any(message["role"] == "user" for message in messages):
        translation.refuse("messages", "Add a message of the user.")
    body: dict[str, Any] = {"model": request.model_id, "messages": messages}
    if system:
        body["system"] = system
    elif defaults.system_prompt is not None and not has_system(conversation):
        body["system"] = defaults.system_prompt
    body["max_tokens"] = _longest(conversation.sampling.max_tokens, request, default_max_tokens)
    _reasoning(body, _thinking_asked_for(conversation, request), rules, translation)
    _tools(body, conversation, rules, translation)
    _output_format(body, conversation, rules, translation)
    takes_sampling = rules.takes_sampling and version < VERSION_WITHOUT_SAMPLING
    _sampling(body, conversation, request, translation, takes_sampling=takes_sampling)
    _tuning(body, conversation, translation)
    _bound_marks(body)
    if stream:
        body["stream"] = True
    body, dropped = without_dropped(body, defaults)
    return WireRequest(body=body, ignored=(*translation.ignored, *dropped))


def pass_through(
    body: Mapping[str, Any], request: GenerationRequest, default_max_tokens: int | None = None, *, stream: bool
) -> WireRequest:
    """Return the client's own body for this model: everything in it is sent on, known here or not."""
    sent = dict(body)
    defaults = request.defaults
    sent["model"] = request.model_id
    wish = sent.get("max_tokens")
    if type(wish) is int or wish is None:
        sent["max_tokens"] = _longest(wish, request, default_max_tokens)
    for name, value in (
        ("temperature", defaults.temperature),
        ("top_p", defaults.top_p),
        ("stop_sequences", list(defaults.stop) if defaults.stop else None),
        ("system", defaults.system_prompt),
    ):
        if value is not None and sent.get(name) is None:
            sent[name] = value
    sent.pop("stream", None)
    if stream:
        sent["stream"] = True
    sent, dropped = without_dropped(sent, defaults)
    return WireRequest(body=sent, ignored=dropped)


def _longest(wish: int | None, request: GenerationRequest, default_max_tokens: int | None) -> int:
    """Return how long an answer may be, which Anthropic wants to be told."""
    defaults = request.defaults
    known = limited(wish, defaults)
    if known is not None:
        return known
    rules = rules_of(defaults.base_model or request.model_id)
    return defaults.most_tokens or default_max_tokens or rules.most_tokens


def _split(conversation: Conversation) -> tuple[list[dict[str, Any]] | str, list[Turn]]:
    """Return what leads the conversation as `system`, and the turns; a later word of the system stays in its place."""
    turns = list(conversation.turns)
    leading: list[Part] = []
    while turns and turns[0].role == "system":
        leading += turns.pop(0).parts
    texts = [part for part in leading if isinstance(part, Text) and part.text]
    if not any(part.cache for part in texts):
        return "\n\n".join(part.text for part in texts), turns
    return [_marked({"type": "text", "text": part.text}, part.cache) for part in texts], turns


def _messages(
    turns: Iterable[Turn], request: GenerationRequest, translation: Translation, rules: ClaudeRules
) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = []
    unanswered: list[str] = []
    for turn in turns:
        if turn.role == "system":
            words = "\n".join(part.text for part in turn.parts if isinstance(part, Text) and part.text)
            if words and rules.takes_late_system and not unanswered:
                messages.append({"role": "system", "content": words})
            elif words:
                _append(messages, "user", [{"type": "text", "text": f"<system>\n{words}\n</system>"}])
            continue
        if turn.role == "assistant":
            blocks = [block for part in turn.parts for block in _assistant_block(part, request, translation)]
            unanswered = [block["id"] for block in blocks if block["type"] == "tool_use"]
            # What was thought stands first; a turn that is left empty says nothing.
            blocks.sort(key=lambda block: block["type"] not in {"thinking", "redacted_thinking"})
        else:
            blocks, unanswered = _user_blocks(turn, unanswered), []
        if blocks:
            _append(messages, turn.role, blocks)
    if unanswered:
        _append(messages, "user", [_not_answered(call_id) for call_id in unanswered])
    if messages and messages[-1]["role"] == "assistant" and not rules.continues_prefill:
        translation.refuse("messages", "This model does not continue a message of the assistant: end with the user's.")
    return messages


def _append(messages: list[dict[str, Any]], role: str, blocks: list[dict[str, Any]]) -> None:
    if messages and messages[-1]["role"] == role:
        messages[-1]["content"] = [*messages[-1]["content"], *blocks]
    else:
        messages.append({"role": role, "content": blocks})


def _user_blocks(turn: Turn, unanswered: list[str]) -> list[dict[str, Any]]:
    """Return the results first, one for every call of the turn before, then the rest."""
    results, parts = split_results(turn.parts)
    blocks = [_result(result) for result in results]
    answered = {block["tool_use_id"] for block in blocks}
    blocks += [_not_answered(call_id) for call_id in unanswered if call_id not in answered]
    return [*blocks, *(block for part in parts if (block := _block(part)) is not None)]


def _not_answered(call_id: str) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": call_id, "content": _UNANSWERED, "is_error": True}


def _result(result: ToolResult) -> dict[str, Any]:
    blocks = [block for part in result.parts if (block := _block(part)) is not None]
    told: dict[str, Any] = {"type": "tool_result", "tool_use_id": plain_id(result.call_id)}
    if len(blocks) == 1 and set(blocks[0]) == {"type", "text"}:
        told["content"] = blocks[0]["text"]
    elif blocks:
        told["content"] = blocks
    if result.is_error:
        told["is_error"] = True
    return _marked(told, result.cache)


def _assistant_block(part: Part, request: GenerationRequest, translation: Translation) -> list[dict[str, Any]]:
    if isinstance(part, Reasoning):
        if part.origin is not None and part.origin != request.origin:
            return []
        if part.redacted is not None:
            return [{"type": "redacted_thinking", "data": part.redacted}]
        if part.signature is not None:
            return [{"type": "thinking", "thinking": part.text, "signature": part.signature}]
        return []
    if isinstance(part, ToolCall):
        if part.is_custom:
            translation.refuse("tools", "Give the tool a JSON Schema instead of free text.")
        return [{"type": "tool_use", "id": plain_id(part.id), "name": part.name, "input": arguments_object(part)}]
    block = _block(part)
    return [] if block is None else [block]


def _block(part: Part) -> dict[str, Any] | None:
    match part:
        case Text() | Refusal():
            if not part.text:
                # "text content blocks must be non-empty"
                return None
            return _marked({"type": "text", "text": part.text}, getattr(part, "cache", None))
        case Image():
            MEDIA.check_image(part)
            source = (
                {"type": "url", "url": part.url}
                if part.data is None
                else {"type": "base64", "media_type": (part.media_type or "").lower(), "data": part.data}
            )
            return _marked({"type": "image", "source": source}, part.cache)
        case Document():
            return _document(part)
        case Audio():
            MEDIA.check_audio(part)
    raise TypeError(type(part).__name__)


def _document(document: Document) -> dict[str, Any]:
    MEDIA.check_document(document)
    if document.text is not None and not document.title:
        return _marked({"type": "text", "text": text_of_document(document)}, document.cache)
    if document.text is not None:
        source = {"type": "text", "media_type": "text/plain", "data": document.text}
    elif document.url is not None:
        source = {"type": "url", "url": document.url}
    else:
        source = {"type": "base64", "media_type": "application/pdf", "data": document.data or ""}
    block: dict[str, Any] = {"type": "document", "source": source}
    named = {"title": document.title or document.filename, "context": document.context}
    block |= {name: value for name, value in named.items() if value}
    return _marked(block, document.cache)


def _marked(block: dict[str, Any], cache: str | None) -> dict[str, Any]:
    if cache is None:
        return block
    mark = {"type": "ephemeral"} | ({"ttl": cache} if cache != "5m" else {})
    return {**block, "cache_control": mark}


def _bound_marks(body: dict[str, Any]) -> None:
    """Keep the last four marks: more are refused, and the last ones save the most."""
    marked: list[dict[str, Any]] = [block for block in body.get("tools", ()) if "cache_control" in block]
    if isinstance(body.get("system"), list):
        marked += [block for block in body["system"] if "cache_control" in block]
    for message in body["messages"]:
        if isinstance(message["content"], list):
            marked += [block for block in message["content"] if "cache_control" in block]
    for block in marked[:-_MOST_MARKS]:
        del block["cache_control"]


def _thinking_asked_for(conversation: Conversation, request: GenerationRequest) -> ReasoningOptions | None:
    if conversation.reasoning is not None or request.defaults.reasoning_effort is None:
        return conversation.reasoning
    return ReasoningOptions(effort=request.defaults.reasoning_effort)


def _reasoning(
    body: dict[str, Any], wish: ReasoningOptions | None, rules: ClaudeRules, translation: Translation
) -> None:
    if wish is None:
        return
    effort = effort_of(wish)
    if effort == "none":
        if rules.can_stop_thinking:
            body["thinking"] = {"type": "disabled"}
        else:
            translation.refuse("reasoning_effort", "This model always thinks: ask for a low effort.")
        return
    if effort is not None and rules.efforts:
        body["output_config"] = {"effort": nearest_effort(effort, rules.efforts)}
    if rules.takes_adaptive and (effort is not None or wish.budget_tokens is not None):
        body["thinking"] = {"type": "adaptive"}
    elif rules.takes_budget and (budget := budget_of(wish)) is not None:
        most = body["max_tokens"] - 1
        if most >= _SMALLEST_BUDGET:
            body["thinking"] = {"type": "enabled", "budget_tokens": min(max(budget, _SMALLEST_BUDGET), most)}
        else:
            translation.ignore("reasoning_effort", effort)
    elif not rules.efforts:
        translation.ignore("reasoning_effort", effort)
    thinking = body.get("thinking")
    if thinking is not None and rules.takes_adaptive and wish.summary is not None:
        thinking["display"] = "omitted" if wish.summary == "hidden" else "summarized"


def _tools(body: dict[str, Any], conversation: Conversation, rules: ClaudeRules, translation: Translation) -> None:
    choice = conversation.tool_choice
    tools: Sequence[Tool] = conversation.tools
    if choice is not None and len(choice.names) > 1:
        tools = [tool for tool in tools if tool.name in choice.names]
    if not tools:
        return
    body["tools"] = [_tool(tool, translation) for tool in tools]
    told: dict[str, Any] | None = None
    if choice is not None:
        told = {"type": {"auto": "auto", "none": "none", "required": "any"}[choice.mode]}
        if choice.mode == "required" and len(choice.names) == 1:
            told = {"type": "tool", "name": choice.names[0]}
    if told is not None and told["type"] in {"any", "tool"}:
        thinks = body.get("thinking", {}).get("type") == "enabled"
        if not rules.takes_forced_tool or thinks:
            translation.refuse("tool_choice", "This model does not take a forced tool (while it thinks): use auto.")
    if conversation.parallel_tool_calls is False and (told is None or told["type"] != "none"):
        told = {**(told or {"type": "auto"}), "disable_parallel_tool_use": True}
    if told is not None:
        body["tool_choice"] = told


def _tool(tool: Tool, translation: Translation) -> dict[str, Any]:
    if tool.is_custom:
        translation.refuse("tools", "Give the tool a JSON Schema instead of free text.")
    told: dict[str, Any] = {"name": tool.name}
    if tool.description:
        told["description"] = tool.description
    told["input_schema"] = tool.parameters if tool.parameters is not None else {"type": "object"}
    return _marked(told, tool.cache)


def _output_format(
    body: dict[str, Any], conversation: Conversation, rules: ClaudeRules, translation: Translation
) -> None:
    output = conversation.output_format
    if output is None:
        return
    if output.kind == "json_object":
        translation.refuse("response_format", "Give a JSON Schema instead.")
    if not rules.formats_output:
        translation.refuse("response_format", "Use a newer model of Claude, or ask for JSON in words.")
    body["output_config"] = {
        **body.get("output_config", {}),
        "format": {"type": "json_schema", "schema": output.schema},
    }


def _sampling(
    body: dict[str, Any],
    conversation: Conversation,
    request: GenerationRequest,
    translation: Translation,
    *,
    takes_sampling: bool,
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
    for name, value in values.items():
        if value is None:
            continue
        if takes_sampling and body.get("thinking", {}).get("type") not in {"enabled", "adaptive"}:
            body[name] = value
        elif getattr(sampling, name) is not None:
            translation.ignore(name, value)
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
    if any(tool.strict for tool in conversation.tools):
        translation.ignore("tool_strict", value=True)
