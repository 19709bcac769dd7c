"""How a model is run: by the request, else by the registered model's `config`, else by the provider's defaults.

| in `config`                   | value                                                       |
|-------------------------------|-------------------------------------------------------------|
| `temperature`                 | a number from 0 to 2                                        |
| `topP` (`top_p`)              | a number from 0 to 1                                        |
| `maxTokens` (`max_tokens`)    | a whole number from 1                                       |
| `stop`                        | a text, or up to 16 of them, none of them empty             |
| `systemPrompt` (`system_prompt`) | a text, used where the request has no system message     |
| `preference`                  | a number; the lowest is the first choice by `preferred`     |
| `weight`                      | a number from 0 to 1,000: its part of the prompts among equals |
| `firstByteSeconds`            | seconds, up to 600, until another candidate is called |
| `idleSeconds`                 | seconds, up to 600, that a stream may be silent             |
| `deadlineSeconds`             | seconds, up to 600, for the whole answer                    |
| `reasoningEffort`             | none, minimal, low, medium, high, xhigh or max              |
| `drop`                        | up to 32 fields, by the provider's names, to leave out      |
| `baseModel`                   | the model behind the name of a deployment                   |

`metadata`, an object, is the organization's own. Null is as good as absent. What is saved is checked by
`entrypoints/http/bodies/model_config.py`; here any config is read, for one saved before may hold anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, get_args

from application.prompts.conversation import Effort

HOTTEST: Final = 2.0
HEAVIEST: Final = 1_000.0
LONGEST_IDLE: Final = 600.0
MOST_DROPPED: Final = 32
MOST_STOPS: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """How to write; none leaves it to whoever comes next: the model's own config, then the provider."""

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """A model's config, parsed. `problem` names what in it cannot be used; then nothing of it is."""

    parameters: Parameters = field(default_factory=Parameters)
    system_prompt: str | None = field(default=None, repr=False)
    preference: float | None = None
    weight: float = 1.0
    first_byte_seconds: float | None = None
    idle_seconds: float | None = None
    deadline_seconds: float | None = None
    reasoning_effort: Effort | None = None
    drop: frozenset[str] = frozenset()
    base_model: str | None = None
    problem: str | None = None


class _Misfit(ValueError):
    """A value of the config is not as in the table."""


def read_defaults(config: Mapping[str, Any]) -> Defaults:
    """Parse the config; never fails."""
    try:
        return Defaults(
            parameters=Parameters(
                temperature=_number(config, "temperature", HOTTEST),
                top_p=_number(config, "topP", 1.0),
                max_tokens=_whole(config, "maxTokens"),
                stop=_stops(config.get("stop")),
            ),
            system_prompt=_text(config, "systemPrompt"),
            preference=_number(config, "preference", None),
            weight=1.0 if (weight := _number(config, "weight", HEAVIEST)) is None else weight,
            first_byte_seconds=_seconds(config, "firstByteSeconds"),
            idle_seconds=_seconds(config, "idleSeconds"),
            deadline_seconds=_seconds(config, "deadlineSeconds"),
            reasoning_effort=_effort(config.get("reasoningEffort")),
            drop=_names(config.get("drop")),
            base_model=_text(config, "baseModel"),
        )
    except _Misfit as misfit:
        return Defaults(problem=str(misfit))


_SPELLINGS: Final = {"topP": "top_p", "maxTokens": "max_tokens", "systemPrompt": "system_prompt"}


def _value(config: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - whatever the config holds
    value = config.get(name)
    return config.get(_SPELLINGS[name]) if value is None and name in _SPELLINGS else value


def _number(config: Mapping[str, Any], name: str, highest: float | None) -> float | None:
    value = _value(config, name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or (highest and not 0 <= value <= highest):
        raise _Misfit(f"{name} is not a number" + (f" from 0 to {highest:g}" if highest else ""))
    return float(value)


def _seconds(config: Mapping[str, Any], name: str) -> float | None:
    value = _value(config, name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= LONGEST_IDLE:
        raise _Misfit(f"{name} is not a number above 0 and up to {LONGEST_IDLE:g}")
    return float(value)


def _whole(config: Mapping[str, Any], name: str) -> int | None:
    value = _value(config, name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise _Misfit(f"{name} is not a whole number from 1")
    return value


def _text(config: Mapping[str, Any], name: str) -> str | None:
    value = _value(config, name)
    if value is not None and not isinstance(value, str):
        raise _Misfit(f"{name} is not a text")
    return value or None


def _stops(value: object) -> tuple[str, ...] | None:
    if value is None:
        return None
    stops = [value] if isinstance(value, str) else value
    if not isinstance(stops, list) or len(stops) > MOST_STOPS or not all(isinstance(s, str) and s for s in stops):
        raise _Misfit(f"stop is not a text, or up to {MOST_STOPS} of them, none of them empty")
    return tuple(stops)


def _effort(value: object) -> Effort | None:
    efforts: tuple[Effort, ...] = get_args(Effort)
    if value is None:
        return None
    for effort in efforts:
        if effort == value:
            return effort
    raise _Misfit(f"reasoningEffort is not one of {', '.join(efforts)}")


def _names(value: object) -> frozenset[str]:
    if value is None:
        return frozenset()
    if not isinstance(value, list) or len(value) > MOST_DROPPED or not all(isinstance(s, str) and s for s in value):
        raise _Misfit(f"drop is not a list of up to {MOST_DROPPED} names of fields")
    return frozenset(value)
