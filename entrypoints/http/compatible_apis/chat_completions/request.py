"""Reading Chat Completions requests."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from application.prompts.conversation import (
    Audio,
    Conversation,
    Document,
    Image,
    Part,
    Reasoning,
    ReasoningOptions,
    Refusal,
    Sampling,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
    Turn,
    Untranslatable,
)
from application.prompts.opaque_blobs import call_with_blob, is_ours, with_blob
from entrypoints.http.compatible_apis.body_value import BodyValue
from entrypoints.http.compatible_apis.openai_fields import effort_of, metadata_of, options_of, output_format_of, tool_of

_DATA_URL: Final = re.compile(r"data:(?P<type>[^;,]*)(?:;[^,]*)?;base64,", re.ASCII)

# What only tunes: left out for a provider of another protocol, and named.
_TUNING: Final = frozenset(
    {
        "prompt_cache_options",
        "prompt_cache_retention",
        "safety_identifier",
        "store",
    }
)
# What a provider of another protocol has nothing like, and what would be another answer without it.
_ELSEWHERE_NOTHING: Final = {
    "audio": "Request text, or use a model of a provider that speaks Chat Completions.",
    "prediction": "Leave it out, or use a model of a provider that speaks Chat Completions.",
    "web_search_options": "Leave it out, or use a model of a provider that speaks Chat Completions.",
    "functions": "Use tools instead.",
    "function_call": "Use tool_choice instead.",
}
_READ: Final = frozenset(
    {
        "model", "messages", "tools", "tool_choice", "parallel_tool_calls", "response_format", "reasoning_effort",
        "max_tokens", "max_completion_tokens", "temperature", "top_p", "top_k", "stop", "seed", "presence_penalty",
        "frequency_penalty", "logit_bias", "logprobs", "top_logprobs", "n", "user", "service_tier", "prompt_cache_key",
        "verbosity", "metadata", "stream", "stream_options", "modalities",
    }
)  # fmt: skip


def read_conversation(body: Mapping[str, Any]) -> Conversation:
    """Return the body's conversation in the shape for all protocols.

    Raises:
        InvalidInput: it makes no sense, at this place.
    """
    root = BodyValue(body)
    untranslatable: list[Untranslatable] = []
    turns = tuple(_turns(root.get("messages"), untranslatable))
    if not turns:
        raise root.get("messages").refused("Send at least one message.")
    for name, advice in _ELSEWHERE_NOTHING.items():
        if body.get(name) is not None:
            message = f"{name} is known to Chat Completions alone, and the model's provider does not speak it. {advice}"
            untranslatable.append(Untranslatable(field=name, message=message))
    if body.get("modalities") not in (None, ["text"]):
        message = "Only text is written by the model's provider: leave out modalities, or use another model."
        untranslatable.append(Untranslatable(field="modalities", message=message))
    unknown = [name for name, value in body.items() if value is not None and name not in _READ | _TUNING]
    for name in unknown:
        if name not in _ELSEWHERE_NOTHING:
            message = f"{name} is not known here and cannot be translated for the model's provider: leave it out."
            untranslatable.append(Untranslatable(field=name, message=message))
    output = root.get("response_format")
    return Conversation(
        turns=turns,
        tools=tuple(_tools(root.get("tools"), untranslatable)),
        tool_choice=_tool_choice(root.get("tool_choice")),
        parallel_tool_calls=root.get("parallel_tool_calls").truth(),
        output_format=output_format_of(output, output.get("json_schema"), needs_schema=False),
        reasoning=_reasoning(root.get("reasoning_effort")),
        sampling=_sampling(root),
        options=dict(options_of(root, root.get("verbosity"))),
        metadata=metadata_of(root),
        untranslatable=tuple(untranslatable),
        tuning=tuple(name for name in _TUNING if body.get(name) not in (None, False)),
        field_names={
            "max_tokens": "max_completion_tokens" if body.get("max_completion_tokens") is not None else "max_tokens",
            "cache_key": "prompt_cache_key",
            "image_detail": "messages",
            "tool_strict": "tools[].function.strict",
        },
    )


def _turns(messages: BodyValue, untranslatable: list[Untranslatable]) -> Iterator[Turn]:
    """Yield the turns; the results of tools begin the user's turn that follows them."""
    results: list[Part] = []
    for message in messages.items():
        role = message.get("role").text()
        if role in {"tool", "function"}:
            results.append(_result(message, untranslatable))
            continue
        if role == "user":
            yield Turn(role="user", parts=(*results, *_parts(message.get("content"), untranslatable)))
            results = []
            continue
        if results:
            yield Turn(role="user", parts=tuple(results))
            results = []
        if role in {"system", "developer"}:
            yield Turn(role="system", parts=tuple(_parts(message.get("content"), untranslatable)))
        elif role == "assistant":
            yield Turn(role="assistant", parts=tuple(_assistant(message, untranslatable)))
        else:
            raise message.get("role").refused("This must be system, developer, user, assistant or tool.")
    if results:
        yield Turn(role="user", parts=tuple(results))


def _result(message: BodyValue, untranslatable: list[Untranslatable]) -> ToolResult:
    """Return what a tool gave, or a function, as tools were called before, which has no other id than its name."""
    call_id = message.get("name" if message.get("role").value == "function" else "tool_call_id").text()
    content = message.get("content")
    parts = () if content.value is None else tuple(_parts(content, untranslatable))
    kept = tuple(part for part in parts if isinstance(part, Text | Image | Document))
    return ToolResult(call_id=call_id, parts=kept)


def _assistant(message: BodyValue, untranslatable: list[Untranslatable]) -> Iterator[Part]:
    yield from _thoughts(message)
    if message.get("content").value is not None:
        yield from _parts(message.get("content"), untranslatable)
    refusal = message.get("refusal").optional_text()
    if refusal:
        yield Refusal(text=refusal)
    for call in message.get("tool_calls").items():
        yield _call(call)
    legacy = message.get("function_call")
    if legacy.value is not None:
        name = legacy.get("name").text()
        yield ToolCall(id=name, name=name, arguments=legacy.get("arguments").text())
    if message.get("audio").value is not None:
        advice = "Earlier sound of the model cannot be translated for the model's provider: send its words."
        untranslatable.append(Untranslatable(field=message.get("audio").name, message=advice))


def _thoughts(message: BodyValue) -> Iterator[Reasoning]:
    """Yield the thoughts that the client hands back: in our own list of details, or as words alone."""
    details = message.get("reasoning_details")
    if isinstance(details.value, list):
        for detail in details.items():
            blob = detail.get("data").value or detail.get("signature").value
            words = detail.get("text").value
            part = Reasoning(text=words if isinstance(words, str) else "")
            # What another provider gave a client of its own protocol fits nobody here.
            yield with_blob(part, blob) if isinstance(blob, str) and is_ours(blob) else part
        return
    for name in ("reasoning_content", "reasoning"):
        words = message.get(name).value
        if isinstance(words, str) and words:
            yield Reasoning(text=words)
            return


def _call(call: BodyValue) -> ToolCall:
    is_custom = call.kind == "custom"
    definition = call.get("custom" if is_custom else "function")
    read = ToolCall(
        id=call.get("id").text(),
        name=definition.get("name").text(),
        arguments=definition.get("input" if is_custom else "arguments").text(),
        is_custom=is_custom,
    )
    signature = call.get("extra_content").get("google").get("thought_signature").value
    return call_with_blob(read, signature) if isinstance(signature, str) and is_ours(signature) else read


def _parts(content: BodyValue, untranslatable: list[Untranslatable]) -> Iterator[Part]:
    if isinstance(content.value, str):
        yield Text(text=content.value)
        return
    if content.value is None:
        raise content.refused("A message of this role has a content.")
    for place in content.items():
        if (part := _part(place, untranslatable)) is not None:
            yield part


def _part(place: BodyValue, untranslatable: list[Untranslatable]) -> Part | None:
    match place.kind:
        case "text":
            return Text(text=place.get("text").text())
        case "refusal":
            return Refusal(text=place.get("refusal").text())
        case "image_url":
            image = place.get("image_url")
            media_type, data, url = split_url(image.get("url").text())
            return Image(media_type=media_type, data=data, url=url, detail=image.get("detail").optional_text())
        case "input_audio":
            audio = place.get("input_audio")
            return Audio(format=audio.get("format").text(), data=audio.get("data").text())
        case "file":
            file = place.get("file")
            if file.get("file_id").value is None:
                media_type, data, url = split_url(file.get("file_data").text())
                return Document(
                    media_type=media_type, data=data, url=url, filename=file.get("filename").optional_text()
                )
            message = "The id of a file belongs to one account: send the file itself in file_data."
            untranslatable.append(Untranslatable(field=file.get("file_id").name, message=message))
            return None
    raise place.refused("This must be text, image_url, input_audio or file.")


def split_url(address: str) -> tuple[str | None, str | None, str | None]:
    """Return the media type and the base64 data of a data URL, or the address."""
    found = _DATA_URL.match(address)
    if found is None:
        return None, None, address
    return found["type"].lower() or None, address[found.end() :], None


def _tools(tools: BodyValue, untranslatable: list[Untranslatable]) -> Iterator[Tool]:
    for tool in tools.items():
        read = tool_of(tool.kind, tool.get(tool.kind))
        if read is not None:
            yield read
        else:
            message = f"The tool {tool.kind!r} is run by its own provider, and the model is another's: leave it out."
            untranslatable.append(Untranslatable(field=tool.name, message=message))


def _tool_choice(choice: BodyValue) -> ToolChoice | None:
    match choice.value:
        case None:
            return None
        case "auto" | "none" | "required":
            return ToolChoice(mode=choice.value)
        case {"type": "function"}:
            return ToolChoice(mode="required", names=(choice.get("function").get("name").text(),))
        case {"type": "custom"}:
            return ToolChoice(mode="required", names=(choice.get("custom").get("name").text(),))
        case {"type": "allowed_tools"}:
            allowed = choice.get("allowed_tools")
            names = tuple(
                tool.get("custom" if tool.kind == "custom" else "function").get("name").text()
                for tool in allowed.get("tools").items()
            )
            return ToolChoice(mode="required" if allowed.get("mode").value == "required" else "auto", names=names)
    raise choice.refused("This must be auto, none, required, or name a tool.")


def _reasoning(place: BodyValue) -> ReasoningOptions | None:
    effort = effort_of(place)
    return None if effort is None else ReasoningOptions(effort=effort)


def _sampling(root: BodyValue) -> Sampling:
    limit = root.get("max_completion_tokens").whole()
    stop = root.get("stop")
    stops: tuple[str, ...] | None = None
    if isinstance(stop.value, str):
        stops = (stop.value,)
    elif stop.value is not None:
        stops = tuple(each.text() for each in stop.items())
    return Sampling(
        max_tokens=root.get("max_tokens").whole() if limit is None else limit,
        temperature=root.get("temperature").number(),
        top_p=root.get("top_p").number(),
        top_k=root.get("top_k").whole(),
        stop=stops,
        seed=root.get("seed").whole(),
        presence_penalty=root.get("presence_penalty").number(),
        frequency_penalty=root.get("frequency_penalty").number(),
        logit_bias=root.get("logit_bias").optional_mapping() or None,
        logprobs=root.get("logprobs").truth(),
        top_logprobs=root.get("top_logprobs").whole(),
        n=root.get("n").whole(),
    )
