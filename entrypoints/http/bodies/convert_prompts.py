"""Converts bodies of the prompt routes to prompts."""

from decimal import Decimal
from typing import Any

from application.prompts import selection_candidates as candidates
from application.prompts.conversation import (
    Audio,
    Conversation,
    Document,
    Image,
    OutputFormat,
    Part,
    Reasoning,
    ReasoningOptions,
    Sampling,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
    Turn,
)
from application.prompts.opaque_blobs import call_with_blob, with_blob
from application.prompts.prompt_request import Prompt
from entrypoints.http.bodies.prompts import (
    ForcedTool,
    ImageSource,
    ModelSelector,
    PromptToRun,
    WrittenAudio,
    WrittenDocument,
    WrittenMessage,
    WrittenParameters,
    WrittenReasoning,
    WrittenText,
    WrittenToolCall,
    WrittenToolResult,
)
from entrypoints.http.bodies.prompts import Part as WrittenPart
from entrypoints.http.compatible_apis.lazy_client_request import LazyClientRequest

_PREFERRED = candidates.Requirements()
_FIELD_NAMES = {
    "max_tokens": "config.maxTokens",
    "temperature": "config.temperature",
    "top_p": "config.topP",
    "top_k": "config.topK",
    "stop": "config.stop",
    "seed": "config.seed",
    "presence_penalty": "config.presencePenalty",
    "frequency_penalty": "config.frequencyPenalty",
    "reasoning_effort": "config.reasoningEffort",
    "reasoning_summary": "config.reasoningEffort",
    "tool_choice": "toolChoice",
    "tool_strict": "tools",
    "parallel_tool_calls": "parallelToolCalls",
    "response_format": "responseFormat",
    "image_detail": "messages",
}
"""What this API calls the fields of a conversation."""


def prompt_of(body: PromptToRun, *, route: str) -> Prompt:
    """Return the body's prompt; `route` is the path that the client requests."""
    conversation = _conversation(body)
    pictures = (part for turn in conversation.turns for part in turn.parts if isinstance(part, Image))
    return Prompt(
        selector=selector_of(body),
        client=LazyClientRequest(
            protocol=None, body=_written(body), read=lambda _: conversation, is_stream=body.stream
        ),
        has_images=next(pictures, None) is not None,
        deadline_seconds=_float(body.deadline_seconds),
        idle_seconds=_float(body.idle_seconds),
        route=route,
    )


def _written(body: PromptToRun) -> dict[str, Any]:
    """Return the body as it came, with the limit of the answer where other APIs have it."""
    most = None if body.config is None else body.config.max_tokens
    return body.model_dump(by_alias=True, exclude_unset=True) | ({} if most is None else {"maxTokens": most})


def selector_of(body: ModelSelector) -> candidates.ModelSelector:
    """Return which model the body requests; by default the preferred model."""
    if body.model_id is not None:
        return candidates.ModelById(body.model_id)
    if body.provider_model_id is not None:
        return candidates.ModelByName(body.provider_model_id, body.provider_id)
    if body.need is None:
        return _PREFERRED
    return candidates.Requirements(
        type=body.need.type,
        capabilities=frozenset(body.need.capabilities),
        max_cost_per_1k=body.need.max_cost_per1k_tokens,
        min_context_window=body.need.min_context_window,
        strategy=body.need.strategy,
    )


def _conversation(body: PromptToRun) -> Conversation:
    written = body.config or WrittenParameters()
    output = body.response_format
    return Conversation(
        turns=_turns(body),
        tools=tuple(
            Tool(name=tool.name, description=tool.description, parameters=tool.parameters, strict=tool.strict)
            for tool in body.tools
        ),
        tool_choice=_tool_choice(body),
        parallel_tool_calls=body.parallel_tool_calls,
        output_format=None
        if output is None
        else OutputFormat(kind=output.type, name=output.name, schema=output.schema_, strict=output.strict),
        reasoning=None
        if written.reasoning_effort is None
        else ReasoningOptions(effort=written.reasoning_effort, summary="auto"),
        sampling=Sampling(
            temperature=_float(written.temperature),
            top_p=_float(written.top_p),
            top_k=written.top_k,
            max_tokens=written.max_tokens,
            stop=None if written.stop is None else tuple(written.stop),
            seed=written.seed,
            presence_penalty=_float(written.presence_penalty),
            frequency_penalty=_float(written.frequency_penalty),
        ),
        field_names=_FIELD_NAMES,
    )


def _tool_choice(body: PromptToRun) -> ToolChoice | None:
    if body.tool_choice is None:
        return None
    if isinstance(body.tool_choice, ForcedTool):
        return ToolChoice(mode="required", names=(body.tool_choice.name,))
    return ToolChoice(mode=body.tool_choice)


def _turns(body: PromptToRun) -> tuple[Turn, ...]:
    if body.messages is not None:
        return tuple(map(_turn, body.messages))
    images = tuple(map(_image, body.images))
    return (Turn(role="user", parts=(Text(text=body.prompt or ""), *images)),)


def _turn(message: WrittenMessage) -> Turn:
    if isinstance(message.content, str):
        return Turn(role=message.role, parts=(Text(text=message.content),))
    return Turn(role=message.role, parts=tuple(map(_part, message.content)))


def _part(part: WrittenPart) -> Part:
    if isinstance(part, WrittenToolCall | WrittenReasoning | WrittenToolResult):
        return _tool_or_thought(part)
    match part:
        case WrittenText():
            return Text(text=part.text)
        case WrittenDocument():
            return _document(part)
        case WrittenAudio():
            return Audio(format=part.format, data=part.data)
        case _:
            return _image(part)


def _tool_or_thought(part: WrittenToolCall | WrittenReasoning | WrittenToolResult) -> Part:
    if isinstance(part, WrittenToolResult):
        return _result(part)
    if isinstance(part, WrittenReasoning):
        thought = Reasoning(text=part.text)
        return with_blob(thought, part.blob) if part.blob else thought
    call = ToolCall(id=part.id, name=part.name, arguments=part.arguments)
    return call_with_blob(call, part.blob) if part.blob else call


def _result(result: WrittenToolResult) -> ToolResult:
    content = result.content
    parts: tuple[Text | Image | Document, ...]
    if isinstance(content, str):
        parts = (Text(text=content),)
    else:
        parts = tuple(
            Text(text=part.text)
            if isinstance(part, WrittenText)
            else _document(part)
            if isinstance(part, WrittenDocument)
            else _image(part)
            for part in content
        )
    return ToolResult(call_id=result.call_id, parts=parts, is_error=result.is_error)


def _document(part: WrittenDocument) -> Document:
    return Document(media_type=part.media_type, data=part.data, url=part.url, text=part.text, filename=part.filename)


def _image(image: ImageSource) -> Image:
    return Image(media_type=image.media_type, data=image.data, url=image.url, detail=image.detail)


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
