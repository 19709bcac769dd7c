"""Reading Messages requests."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, get_args

from application.prompts.conversation import (
    Conversation,
    Effort,
    OutputFormat,
    ReasoningOptions,
    Sampling,
    Text,
    Tool,
    ToolChoice,
    Turn,
    Untranslatable,
)
from entrypoints.http.compatible_apis.body_value import BodyValue
from entrypoints.http.compatible_apis.messages.blocks import cache_of, parts_of, texts_of

_EFFORTS: Final = frozenset(get_args(Effort))
_TUNING: Final = frozenset({"service_tier", "speed", "inference_geo"})
_ELSEWHERE_NOTHING: Final = frozenset({"mcp_servers", "container", "context_management"})
_READ: Final = frozenset(
    {
        "model", "messages", "system", "max_tokens", "temperature", "top_p", "top_k", "stop_sequences", "tools",
        "tool_choice", "thinking", "output_config", "output_format", "metadata", "stream", "cache_control",

    }
)  # fmt: skip
_STANDARD_TIERS: Final = (None, "auto", "standard_only")


def read_conversation(body: Mapping[str, Any]) -> Conversation:
    """Return the body's conversation in the shape for all protocols.

    Raises:
        InvalidInput: it makes no sense, at this place.
    """
    root = BodyValue(body)
    found: list[Untranslatable] = []
    turns: list[Turn] = []
    if body.get("system") is not None:
        turns.append(Turn(role="system", parts=tuple(texts_of(root.get("system")))))
    turns += _turns(root.get("messages"), found)
    if not any(turn.role != "system" for turn in turns):
        raise root.get("messages").refused("at least one message is required")
    if turns[-1].role == "assistant":
        advice = "The model's provider does not continue a message of the assistant: end with one of the user."
        found.append(Untranslatable(field="messages", message=advice))
    for name, value in body.items():
        if value is not None and name not in _READ | _TUNING:
            reason = "belongs to Anthropic alone" if name in _ELSEWHERE_NOTHING else "is not known here"
            message = f"{name} {reason} and cannot be translated for the model's provider: leave it out."
            found.append(Untranslatable(field=name, message=message))
    choice = root.get("tool_choice")
    return Conversation(
        turns=tuple(turns),
        tools=tuple(_tools(root.get("tools"), found)),
        tool_choice=_tool_choice(choice),
        parallel_tool_calls=False if choice.get("disable_parallel_tool_use").truth() else None,
        output_format=_output_format(root),
        reasoning=_reasoning(root),
        sampling=Sampling(
            max_tokens=root.get("max_tokens").whole(),
            temperature=root.get("temperature").number(),
            top_p=root.get("top_p").number(),
            top_k=root.get("top_k").whole(),
            stop=_stops(root.get("stop_sequences")),
        ),
        options=_options(root),
        untranslatable=tuple(found),
        tuning=_tuning(body),
        field_names={
            "stop": "stop_sequences",
            "user": "metadata.user_id",
            "reasoning_effort": "thinking" if body.get("thinking") is not None else "output_config.effort",
            "reasoning_summary": "thinking.display",
            "response_format": "output_config.format",
            "cache": "cache_control",
            "parallel_tool_calls": "tool_choice.disable_parallel_tool_use",
            "tool_strict": "tools[].strict",
        },
    )


def _tuning(body: Mapping[str, Any]) -> tuple[str, ...]:
    named = [name for name in _TUNING if body.get(name) is not None]
    if body.get("service_tier") in _STANDARD_TIERS:
        named = [name for name in named if name != "service_tier"]
    return (*named, "cache_control") if body.get("cache_control") is not None else tuple(named)


def _turns(messages: BodyValue, found: list[Untranslatable]) -> Iterator[Turn]:
    for message in messages.items():
        role = message.get("role").text()
        content = message.get("content")
        if role == "system":
            yield Turn(role="system", parts=tuple(texts_of(content)))
        elif role in {"user", "assistant"}:
            parts = (Text(text=content.value),) if isinstance(content.value, str) else tuple(parts_of(content, found))
            yield Turn(role="user" if role == "user" else "assistant", parts=parts)
        else:
            raise message.get("role").refused("Input should be 'user', 'assistant' or 'system'")


def _tools(tools: BodyValue, found: list[Untranslatable]) -> Iterator[Tool]:
    for tool in tools.items():
        if tool.kind not in {"", "custom"}:
            message = f"The tool {tool.kind!r} is run by Anthropic, and the model is another provider's: leave it out."
            found.append(Untranslatable(field=tool.name, message=message))
            continue
        yield Tool(
            name=tool.get("name").text(),
            description=tool.get("description").optional_text(),
            parameters=tool.get("input_schema").mapping(),
            strict=tool.get("strict").truth(),
            cache=cache_of(tool),
        )


def _tool_choice(choice: BodyValue) -> ToolChoice | None:
    match choice.kind if choice.value is not None else None:
        case None:
            return None
        case "auto":
            return ToolChoice(mode="auto")
        case "none":
            return ToolChoice(mode="none")
        case "any":
            return ToolChoice(mode="required")
        case "tool":
            return ToolChoice(mode="required", names=(choice.get("name").text(),))
        case _:
            raise choice.refused("Input should be of the type 'auto', 'any', 'tool' or 'none'")


def _output_format(root: BodyValue) -> OutputFormat | None:
    # The beta had it at the top.
    place = root.get("output_config").get("format")
    if place.value is None:
        place = root.get("output_format")
    if place.value is None:
        return None
    if place.kind != "json_schema":
        raise place.refused("Input should be of the type 'json_schema'")
    return OutputFormat(kind="json_schema", schema=place.get("schema").mapping(), strict=True)


def _reasoning(root: BodyValue) -> ReasoningOptions | None:
    thinking = root.get("thinking")
    effort = root.get("output_config").get("effort")
    if effort.value is not None and effort.value not in _EFFORTS:
        raise effort.refused(f"Input should be one of {', '.join(get_args(Effort))}")
    summary = thinking.get("display").value
    shown: Literal["auto", "hidden"] = "hidden" if summary == "omitted" else "auto"
    match thinking.kind if thinking.value is not None else None:
        case "enabled":
            return ReasoningOptions(
                effort=effort.value, budget_tokens=thinking.get("budget_tokens").whole(), summary=shown
            )
        case "adaptive" | "between_tools":
            return ReasoningOptions(effort=effort.value, budget_tokens=None if effort.value else -1, summary=shown)
        case "disabled":
            return ReasoningOptions(effort="none")
        case None:
            return ReasoningOptions(effort=effort.value) if effort.value is not None else None
        case _:
            raise thinking.refused("Input should be of the type 'enabled', 'adaptive' or 'disabled'")


def _stops(stops: BodyValue) -> tuple[str, ...] | None:
    return None if stops.value is None else tuple(each.text() for each in stops.items())


def _options(root: BodyValue) -> dict[str, str]:
    user = root.get("metadata").get("user_id").optional_text()
    return {} if user is None else {"user": user}
