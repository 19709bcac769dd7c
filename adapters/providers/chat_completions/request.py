"""Writing a Chat Completions request."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import orjson

from adapters.providers.chat_completions.chat_options import ChatOptions
from adapters.providers.chat_completions.thinking_parts import with_thinking_parts
from adapters.providers.prompting.media_support import data_url, image_url, text_of_document
from adapters.providers.prompting.model_defaults import has_system, limited, without_dropped
from adapters.providers.prompting.prompt_protocol import WireRequest
from adapters.providers.prompting.reasoning_effort import effort_of
from adapters.providers.prompting.tool_calls import arguments_text, plain_id, split_results
from adapters.providers.prompting.unsupported_fields import Translation
from application.prompts.conversation import (
    Audio,
    Conversation,
    Document,
    Image,
    OutputFormat,
    Part,
    Reasoning,
    Refusal,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
    Turn,
)
from application.prompts.generation import GenerationRequest, ModelDefaults

_FOLLOWS: Final = "(The result of the tool is in the next message.)"


def encode(
    conversation: Conversation, request: GenerationRequest, options: ChatOptions, *, stream: bool
) -> WireRequest:
    """Return the conversation as a body.

    Raises:
        InvalidInput: it cannot be expressed in Chat Completions, or the service does not take a part of it.
    """
    translation = Translation(conversation, options.media.label)
    defaults = request.defaults
    turns = [message for turn in conversation.turns for message in _messages(turn, request, options)]
    if defaults.system_prompt is not None and not has_system(conversation):
        turns.insert(0, {"role": "system", "content": defaults.system_prompt})
    body: dict[str, Any] = {"messages": turns}
    if options.names_model:
        body["model"] = request.model_id
    _tools(body, conversation, options)
    _sampling(body, conversation, defaults, options, translation)
    if conversation.output_format is not None:
        body["response_format"] = _output_format(conversation.output_format)
    if conversation.reasoning is not None:
        effort = effort_of(conversation.reasoning)
        if effort is not None:
            body["reasoning_effort"] = effort
    elif defaults.reasoning_effort is not None:
        body["reasoning_effort"] = defaults.reasoning_effort
    _tuning(body, conversation, options, translation)
    if stream:
        _stream(body, options)
    body, dropped = without_dropped(body, defaults)
    return WireRequest(body=body, ignored=(*translation.ignored, *dropped))


def pass_through(
    body: Mapping[str, Any], request: GenerationRequest, options: ChatOptions, *, stream: bool
) -> WireRequest:
    """Return the client's own body for this model: everything in it is sent on, known here or not."""
    sent = dict(body)
    defaults = request.defaults
    if options.names_model:
        sent["model"] = request.model_id
    else:
        sent.pop("model", None)
    _limit(sent, defaults, options)
    for name, value in (
        ("temperature", defaults.temperature),
        ("top_p", defaults.top_p),
        ("stop", list(defaults.stop) if defaults.stop else None),
        ("reasoning_effort", defaults.reasoning_effort),
    ):
        if value is not None and sent.get(name) is None:
            sent[name] = value
    if defaults.system_prompt is not None:
        sent["messages"] = _with_system(sent.get("messages"), defaults.system_prompt)
    if options.thoughts_in_content and "messages" in sent:
        sent["messages"] = with_thinking_parts(sent["messages"])
    if options.reasoning_field is not None and "messages" in sent:
        sent["messages"] = _with_field_of_thoughts(sent["messages"], options.reasoning_field)
    sent.pop("stream", None)
    asked = sent.pop("stream_options", None)
    ignored: tuple[str, ...] = ()
    if stream:
        _stream(sent, options)
        if isinstance(asked, dict) and options.takes_stream_options:
            sent["stream_options"] = {**asked, **sent.get("stream_options", {})}
        elif asked:
            ignored = ("stream_options",)
    sent, dropped = without_dropped(sent, defaults)
    return WireRequest(body=sent, ignored=(*ignored, *dropped))


def _limit(sent: dict[str, Any], defaults: ModelDefaults, options: ChatOptions) -> None:
    """Lower the client's limit to the model's, under the name that the client gave it where the server knows both."""
    name = "max_completion_tokens" if sent.get("max_completion_tokens") is not None else "max_tokens"
    wish = sent.get(name)
    limit = limited(wish if type(wish) is int else None, defaults)
    if wish is None:
        name = options.limit_name
    if limit is not None and (wish is None or type(wish) is int):
        sent[name] = limit
    if options.renames_limit and name in sent and name != options.limit_name:
        sent[options.limit_name] = sent.pop(name)


def _with_system(messages: object, system_prompt: str) -> object:
    if not isinstance(messages, list):
        return messages
    roles = {message.get("role") for message in messages if isinstance(message, dict)}
    return messages if roles & {"system", "developer"} else [{"role": "system", "content": system_prompt}, *messages]


def _with_field_of_thoughts(messages: object, field: str) -> object:
    """Return the messages with the field wherever tools were called: it may be empty there, and not be missing."""
    if not isinstance(messages, list):
        return messages
    return [
        {**message, field: ""}
        if isinstance(message, dict) and message.get("tool_calls") and message.get(field) is None
        else message
        for message in messages
    ]


def _stream(body: dict[str, Any], options: ChatOptions) -> None:
    body["stream"] = True
    if options.asks_for_usage:
        body["stream_options"] = {"include_usage": True}


def _messages(turn: Turn, request: GenerationRequest, options: ChatOptions) -> Iterator[dict[str, Any]]:
    if turn.role == "system":
        yield {"role": "system", "content": _joined(turn.parts)}
    elif turn.role == "assistant":
        yield _assistant(turn, request, options)
    else:
        # Each result follows the call's message at once; images in results come after the last of them, for a message
        # of a tool holds text only.
        results, parts = split_results(turn.parts)
        shown: list[Part] = []
        for result in results:
            yield {"role": "tool", "tool_call_id": plain_id(result.call_id), "content": _result(result)}
            shown += [part for part in result.parts if _words_of(part) is None]
        parts = [*shown, *parts]
        if parts:
            yield {"role": "user", "content": _content(parts, options)}


def _result(result: ToolResult) -> str:
    text = "\n".join(_words_of(part) or _FOLLOWS for part in result.parts)
    return f"Error: {text}" if result.is_error else text


def _words_of(part: Part) -> str | None:
    """Return the part in words; none when it cannot be expressed in words."""
    if isinstance(part, Document):
        return None if part.text is None else text_of_document(part)
    return part.text if isinstance(part, Text) else None


def _assistant(turn: Turn, request: GenerationRequest, options: ChatOptions) -> dict[str, Any]:
    refusals = [part.text for part in turn.parts if isinstance(part, Refusal) and options.is_openai]
    said = (part for part in turn.parts if isinstance(part, Text) or (isinstance(part, Refusal) and not refusals))
    words = "".join(part.text for part in said)
    calls = [part for part in turn.parts if isinstance(part, ToolCall)]
    message: dict[str, Any] = {"role": "assistant", "content": words or (None if calls or refusals else "")}
    if refusals:
        message["refusal"] = "".join(refusals)
    if calls:
        message["tool_calls"] = [_call(call) for call in calls]
    thoughts = [part for part in turn.parts if isinstance(part, Reasoning)]
    if calls and options.reasoning_field is not None:
        message[options.reasoning_field] = "".join(part.text for part in thoughts)
    if options.keeps_reasoning_details:
        kept = [part.encrypted for part in thoughts if part.encrypted and part.origin == request.origin]
        if kept and (details := _details(kept[0])):
            message["reasoning_details"] = details
    return message


def _details(kept: str) -> list[Any]:
    """Return the list as it came (see `completion.py`); an empty one where the client has changed it."""
    with suppress(orjson.JSONDecodeError):
        details = orjson.loads(kept)
        return details if isinstance(details, list) else []
    return []


def _call(call: ToolCall) -> dict[str, Any]:
    encoded = {"id": plain_id(call.id), "type": "custom" if call.is_custom else "function"}
    if call.is_custom:
        return {**encoded, "custom": {"name": call.name, "input": call.arguments}}
    return {**encoded, "function": {"name": call.name, "arguments": arguments_text(call)}}


def _content(parts: Sequence[Part], options: ChatOptions) -> str | list[dict[str, Any]]:
    """Return words alone as plain text, the only form that every server understands."""
    texts = [part for part in parts if isinstance(part, Text)]
    if len(texts) == len(parts):
        return "\n".join(part.text for part in texts)
    return [_part(part, options) for part in parts]


def _part(part: Part, options: ChatOptions) -> dict[str, Any]:
    match part:
        case Image():
            options.media.check_image(part)
            image = {"url": image_url(part)}
            return {"type": "image_url", "image_url": image | {"detail": part.detail} if part.detail else image}
        case Document():
            options.media.check_document(part)
            if part.text is not None:
                return {"type": "text", "text": text_of_document(part)}
            file = {"file_data": data_url(part.media_type, part.data or "")}
            return {"type": "file", "file": {"filename": part.filename or part.title or "document.pdf", **file}}
        case Audio():
            options.media.check_audio(part)
            return {"type": "input_audio", "input_audio": {"data": part.data, "format": part.format}}
        case Text() | Refusal():
            return {"type": "text", "text": part.text}
        case _:
            raise TypeError(type(part).__name__)


def _joined(parts: Sequence[Part]) -> str:
    return "\n".join(part.text for part in parts if isinstance(part, Text))


def _tools(body: dict[str, Any], conversation: Conversation, options: ChatOptions) -> None:
    choice = conversation.tool_choice
    tools: Sequence[Tool] = conversation.tools
    if choice is not None and choice.names and not options.is_openai and not _names_one(choice):
        tools = [tool for tool in tools if tool.name in choice.names]
    if not tools:
        return
    body["tools"] = [_tool(tool) for tool in tools]
    if choice is not None:
        body["tool_choice"] = _tool_choice(choice, options)
    if conversation.parallel_tool_calls is not None:
        body["parallel_tool_calls"] = conversation.parallel_tool_calls


def _tool(tool: Tool) -> dict[str, Any]:
    if tool.is_custom:
        custom = {"name": tool.name, "description": tool.description, "format": tool.grammar}
        return {"type": "custom", "custom": {name: value for name, value in custom.items() if value is not None}}
    function = {
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
        "strict": tool.strict,
    }
    return {"type": "function", "function": {name: value for name, value in function.items() if value is not None}}


def _names_one(choice: ToolChoice) -> bool:
    return choice.mode == "required" and len(choice.names) == 1


def _tool_choice(choice: ToolChoice, options: ChatOptions) -> object:
    if not choice.names:
        return choice.mode
    if _names_one(choice):
        return {"type": "function", "function": {"name": choice.names[0]}}
    if not options.is_openai:
        return choice.mode
    allowed = [{"type": "function", "function": {"name": name}} for name in choice.names]
    return {"type": "allowed_tools", "allowed_tools": {"mode": choice.mode, "tools": allowed}}


def _output_format(output: OutputFormat) -> dict[str, Any]:
    if output.kind == "json_object":
        return {"type": "json_object"}
    schema = {
        "name": output.name or "answer",
        "description": output.description,
        "schema": output.schema,
        "strict": output.strict,
    }
    return {
        "type": "json_schema",
        "json_schema": {name: value for name, value in schema.items() if value is not None},
    }


def _sampling(
    body: dict[str, Any],
    conversation: Conversation,
    defaults: ModelDefaults,
    options: ChatOptions,
    translation: Translation,
) -> None:
    sampling = conversation.sampling
    stop = sampling.stop if sampling.stop is not None else defaults.stop
    values = {
        options.limit_name: limited(sampling.max_tokens, defaults),
        "temperature": defaults.temperature if sampling.temperature is None else sampling.temperature,
        "top_p": defaults.top_p if sampling.top_p is None else sampling.top_p,
        "stop": list(stop) if stop else None,
        "seed": sampling.seed,
        "presence_penalty": sampling.presence_penalty,
        "frequency_penalty": sampling.frequency_penalty,
        "logit_bias": sampling.logit_bias,
        "logprobs": sampling.logprobs,
        "top_logprobs": sampling.top_logprobs,
        "n": sampling.n,
    }
    body.update((name, value) for name, value in values.items() if value is not None)
    translation.ignore("top_k", sampling.top_k)


_OPENAI_OPTIONS: Final = {
    "user": "user",
    "service_tier": "service_tier",
    "cache_key": "prompt_cache_key",
    "verbosity": "verbosity",
}


def _tuning(body: dict[str, Any], conversation: Conversation, options: ChatOptions, translation: Translation) -> None:
    for name, value in conversation.options.items():
        if options.is_openai or name == "user":
            body[_OPENAI_OPTIONS.get(name, name)] = value
        else:
            translation.ignore(name, value)
    # OpenAI takes it only together with `store`.
    translation.ignore("metadata", conversation.metadata)
    if conversation.reasoning is not None:
        translation.ignore("reasoning_summary", conversation.reasoning.summary)
    marks = (getattr(part, "cache", None) for turn in conversation.turns for part in turn.parts)
    translation.ignore("cache", next((mark for mark in (*marks, *(t.cache for t in conversation.tools)) if mark), None))
