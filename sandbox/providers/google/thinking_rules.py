"""Thinking support of the Gemini models, by their names.

Source: ai.google.dev/gemini-api/docs/thinking and the model tables of pydantic-ai 2.68 (profiles/google.py).
"""

import re
from collections.abc import Mapping

from sandbox.model_catalogue import SimulatedModel
from sandbox.parsed_prompt import EFFORTS, Thinking
from sandbox.provider_responses import RequestRefused
from sandbox.providers.google.known_fields import either

_VERSION = re.compile(r"gemini-(\d+)(?:\.(\d+))?-([a-z]+)")
_INVALID = "INVALID_ARGUMENT"
_LEVELS = ("MINIMAL", "LOW", "MEDIUM", "HIGH")
_THIRD = (3, 0)


def version_of(model: SimulatedModel) -> tuple[int, int]:
    """The model's generation; an id without one names the newest."""
    found = _VERSION.match(model.id)
    return (int(found[1]), int(found[2] or 0)) if found else (99, 0) if "gemini" in model.id else (2, 0)


def needs_signatures(model: SimulatedModel) -> bool:
    """Calls must come back with their thought signatures."""
    return model.reasoning and version_of(model) >= _THIRD


def read_thinking(config: Mapping[str, object], model: SimulatedModel) -> Thinking | None:
    """How much the model thinks.

    Raises:
        RequestRefused: it does not think, or not in the way that was requested.
    """
    level, budget = str(either(config, "thinkingLevel") or "").upper(), either(config, "thinkingBudget")
    if not model.reasoning:
        if level or budget:
            raise _refused("Thinking is not supported by this model.")
        return None
    if level and budget is not None:
        raise _refused("You can only set only one of thinking budget and thinking level.")
    if level:
        known = _levels(model)
        if not known:
            raise _refused("Thinking level is not supported for this model.")
        if level not in known:
            text = f"Thinking level {level} is not supported for this model. Please retry with other thinking level."
            raise _refused(text)
        return Thinking(EFFORTS[level.lower()], f"Level: {level}")
    if budget == 0:
        if "pro" in model.id or version_of(model) >= _THIRD:
            raise _refused("Budget 0 is invalid. This model only works in thinking mode.")
        return None
    return Thinking(label=f"Budget: {budget}" if budget is not None else "")


def _levels(model: SimulatedModel) -> tuple[str, ...]:
    version = version_of(model)
    if version < _THIRD:
        return ()
    if version == _THIRD and "pro" in model.id:
        return ("LOW", "HIGH")
    return _LEVELS[1:] if version >= (3, 7) or (version == (3, 1) and "pro" in model.id) else _LEVELS


def _refused(message: str) -> RequestRefused:
    return RequestRefused(400, message, kind=_INVALID)
