"""Reasoning efforts of OpenAI's models, and the parameters that they reject while reasoning.

Source: developers.openai.com/api/docs/guides/reasoning and the model tables of pydantic-ai 2.68 (profiles/openai.py).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sandbox.json_fields import JsonObject, list_at, object_at, text_at
from sandbox.model_catalogue import SimulatedModel
from sandbox.parsed_prompt import EFFORTS, Thinking
from sandbox.provider_responses import RequestRefused

_VERSION = re.compile(r"gpt-(\d+)(?:\.(\d+))?(?:-([a-z]+))?")
_UP_TO_HIGH = ("low", "medium", "high")
_UP_TO_XHIGH = (*_UP_TO_HIGH, "xhigh")
_UP_TO_MAX = (*_UP_TO_XHIGH, "max")
#: Of the sixth generation, those whose reasoning can be switched off.
_CAN_STOP = {(6, 0, "sol"), (6, 0, "luna"), (6, 1, "terra")}
#: What is refused while a model reasons, and the value that is none.
_SAMPLING = {"temperature": 1, "top_p": 1, "presence_penalty": 0, "frequency_penalty": 0}
_NO_PLACE = ("logprobs", "top_logprobs", "logit_bias")


@dataclass(frozen=True, slots=True)
class _Reasoning:
    efforts: tuple[str, ...]
    default: str
    #: Functions need Responses: `asked` when an effort is requested, `always` unless it is `none`.
    no_functions_in_chat: Literal["", "asked", "always"] = ""


def read_chat_thinking(body: JsonObject, model: SimulatedModel) -> Thinking | None:
    """How much the model reasons on a chat completion.

    Raises:
        RequestRefused: the model does not take the effort, or not with functions, or not a parameter that was sent.
    """
    if not model.reasoning:
        if body.get("reasoning_effort") is not None:
            raise RequestRefused(400, "Unrecognized request argument supplied: reasoning_effort")
        return None
    if body.get("max_tokens") is not None:
        message = (
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
        )
        raise RequestRefused(400, message, code="unsupported_parameter", param="max_tokens")
    rules = _rules_of(model)
    asked = text_at(body, "reasoning_effort")
    effort = _effort(asked, rules, "reasoning_effort", without="max")
    refuses_functions = rules.no_functions_in_chat == "always" or (asked and rules.no_functions_in_chat)
    if list_at(body, "tools") and effort != "none" and refuses_functions:
        message = (
            f"Function tools with reasoning_effort are not supported for {model.id} in /v1/chat/completions. To use "
            "function tools, use /v1/responses or set reasoning_effort to 'none'."
        )
        raise RequestRefused(400, message, param="reasoning_effort")
    return _think(body, effort, asked)


def read_responses_thinking(body: JsonObject, model: SimulatedModel) -> Thinking | None:
    """How much the model reasons on a response.

    Raises:
        RequestRefused: the model does not take the effort, or not a parameter that was sent.
    """
    asked = text_at(object_at(body, "reasoning"), "effort")
    if not model.reasoning:
        if asked:
            message = "Unsupported parameter: 'reasoning.effort' is not supported with this model."
            raise RequestRefused(400, message, code="unsupported_parameter", param="reasoning.effort")
        return None
    return _think(body, _effort(asked, _rules_of(model), "reasoning.effort"), asked)


def _think(body: JsonObject, effort: str, asked: str) -> Thinking | None:
    if effort == "none":
        return None
    _refuse_sampling(body)
    return Thinking(EFFORTS[effort], f"Effort: {asked}" if asked else "")


def _effort(asked: str, rules: _Reasoning, param: str, without: str = "") -> str:
    known = [effort for effort in rules.efforts if effort != without]
    if asked and asked not in known:
        listed = ", ".join(f"'{effort}'" for effort in known[:-1])
        supported = f"{listed}, and '{known[-1]}'" if listed else f"'{known[-1]}'"
        message = (
            f"Unsupported value: '{param}' does not support '{asked}' with this model. Supported values are: "
            f"{supported}."
        )
        raise RequestRefused(400, message, code="unsupported_value", param=param)
    return asked or rules.default


def _refuse_sampling(body: Mapping[str, object]) -> None:
    for name, default in _SAMPLING.items():
        value = body.get(name)
        if value not in (None, default):
            message = (
                f"Unsupported value: '{name}' does not support {value} with this model. "
                f"Only the default ({default}) value is supported."
            )
            raise RequestRefused(400, message, code="unsupported_value", param=name)
    for name in _NO_PLACE:
        if body.get(name):
            message = f"Unsupported parameter: '{name}' is not supported with this model."
            raise RequestRefused(400, message, code="unsupported_parameter", param=name)


def _rules_of(model: SimulatedModel) -> _Reasoning:
    found = _VERSION.match(model.snapshot)
    if found is None:
        return _Reasoning(_UP_TO_HIGH, "medium")
    version, family = (int(found[1]), int(found[2] or 0)), found[3] or ""
    if family == "pro":
        return _Reasoning(("high",) if version == (5, 0) else ("medium", "high", "xhigh"), "high")
    if version == (5, 0):
        return _Reasoning(("minimal", *_UP_TO_HIGH), "medium")
    if version < (5, 5):
        efforts = _UP_TO_HIGH if version == (5, 1) else _UP_TO_XHIGH
        return _Reasoning(("none", *efforts), "none", "asked" if version >= (5, 4) else "")
    if version < (6, 0) or (*version, family) in _CAN_STOP:
        return _Reasoning(("none", *_UP_TO_MAX), "medium", "always")
    return _Reasoning(_UP_TO_MAX, "medium", "always")
