"""Thinking options of a Messages request."""

from collections.abc import Mapping
from typing import Any, Final

from adapters.providers.messages.content_blocks import THOUGHTS
from adapters.providers.messages.model_rules import ClaudeRules
from adapters.providers.prompting.reasoning_effort import EFFORTS, budget_of, effort_of, nearest_effort
from adapters.providers.prompting.unsupported_fields import Translation
from application.prompts.conversation import Effort, ReasoningOptions

_SMALLEST_BUDGET: Final = 1_024
_FIELD: Final = "reasoning_effort"


def set_thinking(
    body: dict[str, Any],
    wish: ReasoningOptions | None,
    default: Effort | None,
    rules: ClaudeRules,
    translation: Translation,
) -> None:
    """Write how much to think into a body that has its messages and its choice of tools already.

    The registered model's config (`default`) applies where the request has no setting of its own.

    Raises:
        InvalidInput: a tool is forced, which the model does not accept while it thinks as requested.
    """
    if wish is None and default is None:
        return
    options = wish or ReasoningOptions(effort=default)
    effort = effort_of(options)
    if effort == "none":
        effort = _without_thinking(body, rules, translation)
        if effort is None:
            return
    if effort is not None and rules.efforts:
        body["output_config"] = {"effort": nearest_effort(effort, rules.efforts)}
    thinking = _thinking(options, body["max_tokens"], rules)
    if thinking is not None:
        body["thinking"] = thinking
        _keep_manual_thinking(body, wish, translation)
    elif not rules.efforts and wish is not None:
        translation.ignore(_FIELD, effort)


def lacks_thoughts(body: Mapping[str, Any]) -> bool:
    """Return whether thinking with a budget would be refused: tool calls are under way without thoughts before them.

    Thinking that the model itself measures (`adaptive`) is not checked for that (platform.claude.com/docs/en/
    build-with-claude/adaptive-thinking, "Validation changes").
    """
    answers: list[list[str]] = []
    for message in reversed(body["messages"]):
        kinds = _kinds(message)
        if message.get("role") == "assistant":
            answers.append(kinds)
        elif "tool_result" not in kinds:
            break
    has_call = any("tool_use" in kinds for kinds in answers)
    return has_call and not any(THOUGHTS.intersection(kinds[:1]) for kinds in answers)


def _kinds(message: Mapping[str, Any]) -> list[str]:
    content = message.get("content")
    blocks = content if isinstance(content, list) else [{"type": "text"}]
    return [str(block.get("type")) for block in blocks if isinstance(block, dict)]


def _without_thinking(body: dict[str, Any], rules: ClaudeRules, translation: Translation) -> Effort | None:
    """Turn thinking off; return the lowest setting where the model always thinks."""
    if rules.not_thinking is None:
        translation.ignore(_FIELD, value=True)
        return EFFORTS[1]
    if rules.not_thinking:
        body["thinking"] = {"type": rules.not_thinking}
    return None


def _thinking(options: ReasoningOptions, max_tokens: int, rules: ClaudeRules) -> dict[str, Any] | None:
    budget = budget_of(options)
    if budget is None:
        return None
    if rules.takes_adaptive:
        shown = {} if options.summary is None else {"display": _display(options)}
        return {"type": "adaptive", **shown}
    # At least half of the answer is left for words.
    most = max(max_tokens // 2, _SMALLEST_BUDGET)
    if not rules.takes_budget or most >= max_tokens:
        return None
    wanted = most if budget < 0 else budget
    return {"type": "enabled", "budget_tokens": min(max(wanted, _SMALLEST_BUDGET), most)}


def _display(options: ReasoningOptions) -> str:
    return "omitted" if options.summary == "hidden" else "summarized"


def _keep_manual_thinking(body: dict[str, Any], wish: ReasoningOptions | None, translation: Translation) -> None:
    """Leave thinking with a budget out where it would be refused."""
    if body["thinking"]["type"] != "enabled":
        return
    is_forced = body.get("tool_choice", {}).get("type") in {"any", "tool"}
    if is_forced and wish is not None:
        translation.refuse("tool_choice", "This model does not take a forced tool while it thinks: use auto.")
    if is_forced or lacks_thoughts(body):
        del body["thinking"]
        if wish is not None:
            translation.ignore(_FIELD, value=True)
