"""Writing a Responses request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from adapters.providers.wire.defaults import has_system, limited, without_dropped
from adapters.providers.wire.media import data_url, image_url, text_of_document
from adapters.providers.wire.protocol import WireRequest
from adapters.providers.wire.reasoning import effort_of
from adapters.providers.wire.refusals import Translation
from adapters.providers.wire.tools import arguments_text, plain_id, split_results
from application.prompts.conversation import (
    Audio,
    Document,
    Image,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from adapters.providers.wire.media import MediaSupport
    from application.prompts.conversation import Conversation, OutputFormat, Part, Tool, ToolChoice, ToolResult, Turn
    from application.prompts.generation import GenerationRequest

_OPTIONS: Final = {"user": "user", "service_tier": "service_tier", "cache_key": "prompt_cache_key"}


def encode(conversation: Conversation, request: GenerationRequest, media: MediaSupport, *, stream: bool) -> WireRequest:
    """Return the conversation as a body. Nothing is kept at the provider.

    Raises:
        InvalidInput: it cannot be said in Responses, or the provider does not take a part of it.
    """
    translation = Translation(conversation, media.label)
    defaults = request.defaults
    turns = list(conversation.turns)
    instructions: list[str] = []
    while turns and turns[0].role == "system":
        instructions += [part.text for part in turns.pop(0).parts if isinstance(part, Text)]
    if not instructions and defaults.system_prompt is not None and not has_system(conversation):
        instructions = [defaults.system_prompt]
    body: dict[str, Any] = {
        "model": request.model_id,
        "input": [item for turn in turns for item in _items(turn, request, media)],
        "store": False,
    }
    if instructions:
        body["instructions"] = "\n\n".join(instructions)
    _tools(body, conversation)
    _output(body, conversation)
    _reasoning(body, conversation, request)
    _sampling(body, conversation, request, translation)
    _tuning(body, conversation, translation)
    if stream:
        body["stream"] = True
    body, dropped = without_dropped(body, defaults)
    return WireRequest(body=body, ignored=(*translation.ignored, *dropped))


def pass_through(body: Mapping[str, Any], request: GenerationRequest, *, stream: bool) -> WireRequest:
    """Return the client's own body for this model: everything in it is sent on, known here or not.

    Nothing is kept at the provider, which would keep it in the organization's account: `store` is sent as false, and
    encrypted thoughts are asked for, without which the next turn could not hand them back.
    """
    sent = dict(body)
    defaults = request.defaults
    sent["model"] = request.model_id
    sent["store"] = False
    wish = sent.get("max_output_tokens")
    limit = limited(wish if type(wish) is int else None, defaults)
    if limit is not None and (wish is None or type(wish) is int):
        sent["max_output_tokens"] = limit
    for name, value in (
        ("temperature", defaults.temperature),
        ("top_p", defaults.top_p),
        ("instructions", defaults.system_prompt),
        ("reasoning", {"effort": defaults.reasoning_effort} if defaults.reasoning_effort else None),
    ):
        if value is not None and sent.get(name) is None:
            sent[name] = value
    include = sent.get("include")
    kept = [each for each in include if each != _ENCRYPTED] if isinstance(include, list) else []
    sent["include"] = [*kept, _ENCRYPTED]
    sent.pop("stream", None)
    if stream:
        sent["stream"] = True
    else:
        sent.pop("stream_options", None)
    sent, dropped = without_dropped(sent, defaults)
    return WireRequest(body=sent, ignored=dropped)


_ENCRYPTED: Final = "reasoning.encrypted_content"


def _items(turn: Turn, request: GenerationRequest, media: MediaSupport) -> Iterator[dict[str, Any]]:
    if turn.role == "system":
        words = "\n".join(part.text for part in turn.parts if isinstance(part, Text))
        yield {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": words}]}
    elif turn.role == "assistant":
        yield from _assistant(turn, request)
    else:
        results, parts = split_results(turn.parts)
        for result in results:
            yield {
                "type": "function_call_output",
                "call_id": plain_id(result.call_id),
                "output": _result(result, media),
            }
        if parts:
            yield {"type": "message", "role": "user", "content": [_part(part, media) for part in parts]}


def _assistant(turn: Turn, request: GenerationRequest) -> Iterator[dict[str, Any]]:
    """Yield the items of one turn in their order; words that stand together are one message."""
    words: list[dict[str, Any]] = []
    for part in turn.parts:
        if isinstance(part, Text):
            words.append({"type": "output_text", "text": part.text, "annotations": []})
            continue
        if isinstance(part, Refusal):
            words.append({"type": "refusal", "refusal": part.text})
            continue
        if words:
            yield {"type": "message", "role": "assistant", "content": words}
            words = []
        if isinstance(part, ToolCall):
            yield _call(part, request)
        elif isinstance(part, Reasoning) and part.encrypted is not None and part.origin in {None, request.origin}:
            yield {
                "type": "reasoning",
                **({"id": part.item_id} if part.item_id else {}),
                "summary": [{"type": "summary_text", "text": text} for text in part.summary],
                "encrypted_content": part.encrypted,
            }
    if words:
        yield {"type": "message", "role": "assistant", "content": words}


def _call(call: ToolCall, request: GenerationRequest) -> dict[str, Any]:
    item = {"id": call.item_id} if call.item_id and call.origin == request.origin else {}
    told = {**item, "call_id": plain_id(call.id), "name": call.name}
    if call.is_custom:
        return {"type": "custom_tool_call", **told, "input": call.arguments}
    return {"type": "function_call", **told, "arguments": arguments_text(call)}


def _result(result: ToolResult, media: MediaSupport) -> str | list[dict[str, Any]]:
    words = [part.text for part in result.parts if isinstance(part, Text)]
    if len(words) == len(result.parts):
        text = "\n".join(words)
        return f"Error: {text}" if result.is_error else text
    return [_part(part, media) for part in result.parts]


def _part(part: Part, media: MediaSupport) -> dict[str, Any]:
    match part:
        case Text() | Refusal():
            return {"type": "input_text", "text": part.text}
        case Image():
            media.check_image(part)
            return {"type": "input_image", "image_url": image_url(part), "detail": part.detail or "auto"}
        case Document():
            media.check_document(part)
            if part.text is not None:
                return {"type": "input_text", "text": text_of_document(part)}
            if part.url is not None:
                return {"type": "input_file", "file_url": part.url}
            name = part.filename or part.title or "document.pdf"
            return {
                "type": "input_file",
                "filename": name,
                "file_data": data_url(part.media_type, part.data or ""),
            }
        case Audio():
            media.check_audio(part)
    raise TypeError(type(part).__name__)


def _tools(body: dict[str, Any], conversation: Conversation) -> None:
    if not conversation.tools:
        return
    body["tools"] = [_tool(tool) for tool in conversation.tools]
    if conversation.tool_choice is not None:
        body["tool_choice"] = _tool_choice(conversation.tool_choice)
    if conversation.parallel_tool_calls is not None:
        body["parallel_tool_calls"] = conversation.parallel_tool_calls


def _tool(tool: Tool) -> dict[str, Any]:
    if tool.is_custom:
        custom = {"type": "custom", "name": tool.name, "description": tool.description, "format": tool.grammar}
        return {name: value for name, value in custom.items() if value is not None}
    # Here alone a tool that does not say is strict.
    told = {
        "type": "function",
        "name": tool.name,
        "parameters": tool.parameters if tool.parameters is not None else {"type": "object", "properties": {}},
        "strict": bool(tool.strict),
    }
    return told | ({"description": tool.description} if tool.description else {})


def _tool_choice(choice: ToolChoice) -> object:
    if not choice.names:
        return choice.mode
    if len(choice.names) == 1 and choice.mode == "required":
        return {"type": "function", "name": choice.names[0]}
    tools = [{"type": "function", "name": name} for name in choice.names]
    return {"type": "allowed_tools", "mode": choice.mode, "tools": tools}


def _output(body: dict[str, Any], conversation: Conversation) -> None:
    text: dict[str, Any] = {}
    if conversation.output_format is not None:
        text["format"] = _format(conversation.output_format)
    if "verbosity" in conversation.options:
        text["verbosity"] = conversation.options["verbosity"]
    if text:
        body["text"] = text


def _format(output: OutputFormat) -> dict[str, Any]:
    if output.kind == "json_object":
        return {"type": "json_object"}
    told = {
        "type": "json_schema",
        "name": output.name or "answer",
        "description": output.description,
        "schema": output.schema,
        "strict": output.strict,
    }
    return {name: value for name, value in told.items() if value is not None}


def _reasoning(body: dict[str, Any], conversation: Conversation, request: GenerationRequest) -> None:
    wish = conversation.reasoning
    effort = effort_of(wish) if wish is not None else request.defaults.reasoning_effort
    told: dict[str, Any] = {} if effort is None else {"effort": effort}
    if wish is not None and wish.summary not in {None, "hidden"}:
        told["summary"] = wish.summary
    if told:
        body["reasoning"] = told
    body["include"] = [_ENCRYPTED]


def _sampling(
    body: dict[str, Any], conversation: Conversation, request: GenerationRequest, translation: Translation
) -> None:
    sampling, defaults = conversation.sampling, request.defaults
    values = {
        "max_output_tokens": limited(sampling.max_tokens, defaults),
        "temperature": defaults.temperature if sampling.temperature is None else sampling.temperature,
        "top_p": defaults.top_p if sampling.top_p is None else sampling.top_p,
        "top_logprobs": sampling.top_logprobs,
    }
    body.update((name, value) for name, value in values.items() if value is not None)
    if sampling.logprobs or sampling.top_logprobs is not None:
        body["include"] = [*body.get("include", ()), "message.output_text.logprobs"]
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
