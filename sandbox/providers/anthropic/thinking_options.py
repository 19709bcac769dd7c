"""Thinking, effort and sampling in a Messages request."""

import re

from sandbox.json_fields import JsonObject, count_at, object_at, text_at
from sandbox.parsed_prompt import EFFORTS, Thinking
from sandbox.provider_responses import RequestRefused
from sandbox.providers.anthropic.model_rules import Claude

_LEAST_BUDGET = 1024
_SAMPLING = ("temperature", "top_p", "top_k")
_THINK = re.compile(r"\bthink", re.IGNORECASE)
_FORCED = "Thinking may not be enabled when tool_choice forces tool use."


def read_thinking(body: JsonObject, rules: Claude, text: str) -> Thinking | None:
    """How much the model thinks; left to itself it only does when the user speaks of thinking.

    Raises:
        RequestRefused: the model does not take the thinking, the effort, or a parameter that was sent beside them.
    """
    effort = _read_effort(body, rules)
    asked = object_at(body, "thinking")
    kind = text_at(asked, "type")
    budget = _read_budget(asked, body, rules) if kind == "enabled" else None
    _check_kind(kind, rules)
    _check_sampling(body, rules, thinks=kind == "enabled")
    choice = text_at(object_at(body, "tool_choice"), "type")
    if choice in {"any", "tool"} and (kind == "enabled" or not rules.takes_forced_tool):
        raise RequestRefused(400, _FORCED)
    if kind in {"disabled", "between_tools"} or not (kind or rules.thinks_by_default):
        return None
    if budget is not None:
        return Thinking(label=f"Budget: {budget}")
    if not kind and not effort and not _THINK.search(text):
        return None
    return Thinking(EFFORTS[effort or "medium"], f"Effort: {effort}" if effort else "")


def shows_thoughts(body: JsonObject, rules: Claude) -> bool:
    """The text of thoughts is sent, and not only their signature."""
    display = text_at(object_at(body, "thinking"), "display")
    return display == "summarized" if display else not rules.hides_thoughts


def _read_effort(body: JsonObject, rules: Claude) -> str:
    effort = text_at(object_at(body, "output_config"), "effort")
    if effort and not rules.efforts:
        raise RequestRefused(400, "This model does not support the effort parameter.")
    if effort and effort not in rules.efforts:
        listed = ", ".join(f"'{each}'" for each in rules.efforts[:-1])
        raise RequestRefused(400, f"output_config.effort: Input should be {listed} or '{rules.efforts[-1]}'")
    return effort


def _read_budget(asked: object, body: JsonObject, rules: Claude) -> int:
    if not rules.takes_budget:
        message = (
            '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and '
            '"output_config.effort" to control thinking behavior.'
        )
        raise RequestRefused(400, message)
    budget = count_at(asked, "budget_tokens") if isinstance(asked, dict) else None
    if budget is None:
        raise RequestRefused(400, "thinking.enabled.budget_tokens: Field required")
    if budget < _LEAST_BUDGET:
        message = f"thinking.enabled.budget_tokens: Input should be greater than or equal to {_LEAST_BUDGET}"
        raise RequestRefused(400, message)
    if budget >= (count_at(body, "max_tokens") or 0):
        message = (
            "`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at "
            "https://docs.claude.com/en/docs/build-with-claude/extended-thinking#max-tokens-and-context-window-size"
        )
        raise RequestRefused(400, message)
    return budget


def _check_kind(kind: str, rules: Claude) -> None:
    if kind == "adaptive" and not rules.takes_adaptive:
        raise RequestRefused(400, "adaptive thinking is not supported on this model")
    if kind == "disabled" and not rules.can_stop_thinking:
        raise RequestRefused(400, '"thinking.type.disabled" is not supported for this model.')
    if kind == "between_tools" and (rules.family, rules.version) != ("sonnet", (5, 5)):
        raise RequestRefused(400, '"thinking.type.between_tools" is not supported for this model.')
    if kind not in {"", "enabled", "adaptive", "disabled", "between_tools"}:
        raise RequestRefused(400, "thinking.type: Input should be 'adaptive', 'enabled' or 'disabled'")


def _check_sampling(body: JsonObject, rules: Claude, *, thinks: bool) -> None:
    sent = [name for name in _SAMPLING if body.get(name) is not None]
    if sent and rules.is_strict:
        raise RequestRefused(400, f"`{sent[0]}` is deprecated for this model.")
    temperature = body.get("temperature")
    if isinstance(temperature, int | float) and not 0 <= temperature <= 1:
        raise RequestRefused(400, "temperature: range: 0..1")
    if {"temperature", "top_p"} <= set(sent) and rules.version >= (4, 5):
        message = "`temperature` and `top_p` cannot both be specified for this model. Please use only one."
        raise RequestRefused(400, message)
    if thinks and temperature not in (None, 1):
        message = (
            "`temperature` may only be set to 1 when thinking is enabled. Please consult our documentation at "
            "https://docs.claude.com/en/docs/build-with-claude/extended-thinking#important-considerations-when-using-"
            "extended-thinking"
        )
        raise RequestRefused(400, message)
    if thinks and "top_k" in sent:
        raise RequestRefused(400, "`top_k` must be unset when thinking is enabled.")
