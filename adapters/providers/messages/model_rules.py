"""What each Claude model accepts, by its name.

Sources: the model tables of pydantic-ai-slim 2.68 (profiles/anthropic.py), which its authors probe live, and
platform.claude.com/docs (extended thinking, effort, structured outputs, versioning). A name that is not known is taken
for a new model.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from application.prompts.conversation import Effort

_VERSION: Final = re.compile(
    r"claude-(?:(?P<old>\d+)(?:-(?P<oldminor>\d{1,2}))?-)?(?P<family>opus|sonnet|haiku|fable|mythos|instant)"
    r"(?:-(?P<major>\d{1,2})(?:[-.](?P<minor>\d{1,2}))?)?(?=[-@:]|$)"
)
# platform.claude.com/docs/en/api/versioning: temperature, top_p and top_k are refused with 400 from this version on.
VERSION_WITHOUT_SAMPLING: Final = "2026-10-21"
_NEWEST: Final = (99, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaudeRules:
    """What one model takes. `most_tokens` is the longest answer where nothing else is known of it.

    `not_thinking` is how thinking is switched off: None for one that always thinks, "" for one that only thinks
    when the request says so.
    """

    takes_budget: bool
    takes_adaptive: bool
    efforts: tuple[Effort, ...]
    takes_sampling: bool
    takes_both_samplings: bool
    continues_prefill: bool
    takes_late_system: bool
    takes_forced_tool: bool
    not_thinking: Literal["disabled", "between_tools", ""] | None
    formats_output: bool
    most_tokens: int


def rules_of(model_id: str) -> ClaudeRules:
    """Return what the model takes."""
    family, version = _named(model_id)
    is_opus = family == "opus"
    is_fable = family in {"fable", "mythos"}
    efforts: tuple[Effort, ...] = ()
    if version >= (4, 5) and (is_opus or is_fable or version >= (4, 6)):
        efforts = ("low", "medium", "high")
        if version >= (4, 6):
            efforts = (*efforts, "max")
        if version >= (5, 0) or (is_opus and version >= (4, 7)):
            efforts = ("low", "medium", "high", "xhigh", "max")
    is_strict = version >= (5, 0) or (is_opus and version >= (4, 7)) or is_fable
    return ClaudeRules(
        takes_budget=not is_strict and version >= (3, 7),
        takes_adaptive=version >= (4, 6),
        efforts=efforts,
        takes_sampling=not is_strict,
        takes_both_samplings=version < (4, 5) and not (is_opus and version >= (4, 1)),
        continues_prefill=version < (4, 6),
        takes_late_system=is_fable or (is_opus and (version == (4, 8) or version >= (5, 0))),
        takes_forced_tool=not (is_fable or (version >= (5, 5) and family in {"opus", "sonnet"})),
        not_thinking=_not_thinking(family, version),
        formats_output=version >= (4, 5) or (is_opus and version >= (4, 1)),
        most_tokens=_most_tokens(family, version),
    )


def _not_thinking(family: str, version: tuple[int, int]) -> Literal["disabled", "between_tools", ""] | None:
    if family in {"fable", "mythos"} or (family == "opus" and version >= (5, 5)):
        return None
    if family == "sonnet" and version >= (5, 5):
        return "between_tools"
    return "disabled" if version >= (5, 0) else ""


def _named(model_id: str) -> tuple[str, tuple[int, int]]:
    found = _VERSION.search(model_id)
    if found is None:
        return "", _NEWEST
    if found["major"] is not None:
        return found["family"], (int(found["major"]), int(found["minor"] or 0))
    if found["old"] is not None:
        return found["family"], (int(found["old"]), int(found["oldminor"] or 0))
    return found["family"], (2, 0) if found["family"] == "instant" else _NEWEST


def _most_tokens(family: str, version: tuple[int, int]) -> int:
    """Return what surely is allowed, for more than a model can write is refused: all from 4.5 on can write so much."""
    return 64_000 if family and version >= (4, 5) else 4_096
