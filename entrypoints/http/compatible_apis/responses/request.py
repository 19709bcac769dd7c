"""Reading Responses requests."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from application.errors import InvalidInput
from application.prompts.conversation import (
    Conversation,
    ReasoningOptions,
    Sampling,
    Text,
    Tool,
    ToolChoice,
    Turn,
    Untranslatable,
)
from entrypoints.http.compatible_apis.body_value import BodyValue
from entrypoints.http.compatible_apis.openai_fields import effort_of, metadata_of, options_of, output_format_of, tool_of
from entrypoints.http.compatible_apis.responses.items import turns_of

_STATEFUL: Final = ("previous_response_id", "conversation", "background", "prompt", "context_management")
_TUNING: Final = frozenset({"safety_identifier", "prompt_cache_options", "prompt_cache_retention", "max_tool_calls"})
_READ: Final = frozenset(
    {
        "model", "input", "instructions", "tools", "tool_choice", "parallel_tool_calls", "text", "reasoning",
        "max_output_tokens", "temperature", "top_p", "top_logprobs", "user", "service_tier", "prompt_cache_key",
        "metadata", "stream", "stream_options", "store", "include", "truncation",
        *_STATEFUL,
    }
)  # fmt: skip
_INCLUDED: Final = frozenset({"reasoning.encrypted_content", "message.output_text.logprobs"})


def refuse_state(body: Mapping[str, Any]) -> None:
    """Refuse what needs a memory: nothing of a prompt or an answer is kept here, whoever the provider is.

    Raises:
        InvalidInput: the body requests something that was kept, or to be kept.
    """
    for name in _STATEFUL:
        if body.get(name):
            raise InvalidInput(f"/{name}", f"{name} is not supported: send the whole conversation in input.")
    for item in BodyValue(body).get("input").items() if isinstance(body.get("input"), list) else ():
        if item.kind in {"item_reference", "compaction_trigger"}:
            raise item.refused(f"An item of the type {item.kind} is not supported: send the item itself.")


def read_conversation(body: Mapping[str, Any]) -> Conversation:
    """Return the body's conversation in the shape for all protocols.

    Raises:
        InvalidInput: it makes no sense, at this place.
    """
    root = BodyValue(body)
    found: list[Untranslatable] = []
    turns: list[Turn] = []
    instructions = root.get("instructions").optional_text()
    if instructions:
        turns.append(Turn(role="system", parts=(Text(text=instructions),)))
    turns += turns_of(root.get("input"), found)
    if not any(turn.role != "system" for turn in turns):
        raise root.get("input").refused("Send at least one item.")
    for name, value in body.items():
        if value is not None and name not in _READ | _TUNING:
            message = f"{name} is not known here and cannot be translated for the model's provider: leave it out."
            found.append(Untranslatable(field=name, message=message))
    for item in root.get("include").items():
        if item.value not in _INCLUDED:
            message = f"{item.value} is not available from the model's provider. Remove it from include."
            found.append(Untranslatable(field=item.name, message=message))
    if body.get("truncation") not in (None, "disabled"):
        message = "The model's provider leaves nothing out by itself: send truncation disabled."
        found.append(Untranslatable(field="truncation", message=message))
    text = root.get("text")
    output = text.get("format")
    return Conversation(
        turns=tuple(turns),
        tools=tuple(_tools(root.get("tools"), found)),
        tool_choice=_tool_choice(root.get("tool_choice"), found),
        parallel_tool_calls=root.get("parallel_tool_calls").truth(),
        output_format=output_format_of(output, output, needs_schema=True),
        reasoning=_reasoning(root.get("reasoning")),
        sampling=Sampling(
            max_tokens=root.get("max_output_tokens").whole(),
            temperature=root.get("temperature").number(),
            top_p=root.get("top_p").number(),
            logprobs=True if "message.output_text.logprobs" in (body.get("include") or ()) else None,
            top_logprobs=root.get("top_logprobs").whole() or None,
        ),
        options=dict(options_of(root, text.get("verbosity"))),
        metadata=metadata_of(root),
        untranslatable=tuple(found),
        tuning=tuple(name for name in _TUNING if body.get(name) is not None),
        field_names={
            "max_tokens": "max_output_tokens",
            "response_format": "text.format",
            "reasoning_effort": "reasoning.effort",
            "reasoning_summary": "reasoning.summary",
            "cache_key": "prompt_cache_key",
            "verbosity": "text.verbosity",
            "logprobs": "include",
            "messages": "input",
            "image_detail": "input[].content[].detail",
            "tool_strict": "tools[].strict",
        },
    )


def _tools(tools: BodyValue, found: list[Untranslatable]) -> Iterator[Tool]:
    for tool in tools.items():
        read = tool_of(tool.kind, tool)
        if read is not None:
            yield read
        else:
            message = f"The tool {tool.kind!r} is run by OpenAI, and the model is another provider's: leave it out."
            found.append(Untranslatable(field=tool.name, message=message))


def _tool_choice(choice: BodyValue, found: list[Untranslatable]) -> ToolChoice | None:
    match choice.value:
        case None:
            return None
        case "auto" | "none" | "required":
            return ToolChoice(mode=choice.value)
        case {"type": "function" | "custom"}:
            return ToolChoice(mode="required", names=(choice.get("name").text(),))
        case {"type": "allowed_tools"}:
            names = tuple(tool.get("name").text() for tool in choice.get("tools").items())
            return ToolChoice(mode="required" if choice.get("mode").value == "required" else "auto", names=names)
        case {"type": str()}:
            message = f"The tool {choice.kind!r} is run by OpenAI, and the model is another provider's."
            found.append(Untranslatable(field="tool_choice", message=message))
            return None
    raise choice.refused("This must be auto, none, required, or name a tool.")


def _reasoning(reasoning: BodyValue) -> ReasoningOptions | None:
    if reasoning.value is None:
        return None
    effort, summary = effort_of(reasoning.get("effort")), reasoning.get("summary")
    if summary.value not in {None, "auto", "concise", "detailed"}:
        raise summary.refused("This must be auto, concise or detailed.")
    return ReasoningOptions(effort=effort, summary=summary.value)
