"""What each Gemini model accepts, by its name.

Sources: the model tables of pydantic-ai-slim 2.68 (profiles/google.py) and ai.google.dev/gemini-api/docs (thinking,
structured output, function calling). A name that is not known is taken for a new model.
"""

import re
from dataclasses import dataclass
from typing import Final

from application.prompts.conversation import Effort

_VERSION: Final = re.compile(r"gemini-(\d+)(?:\.(\d+))?-(pro|flash)?")
_NEWEST: Final = (99, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class GeminiRules:
    """What one model takes. `levels` are the efforts it knows; without them it takes a budget, or does not think.

    `budgets` are the least and the largest budget in tokens, none where it takes none.
    """

    levels: tuple[Effort, ...]
    budgets: tuple[int, int] | None
    can_stop_thinking: bool
    needs_signatures: bool
    formats_with_tools: bool
    fetches: bool
    shows_in_results: bool


def rules_of(model_id: str) -> GeminiRules:
    """Return what the model takes."""
    found = _VERSION.search(model_id)
    version = (int(found[1]), int(found[2] or 0)) if found else _NEWEST
    is_pro = found is not None and found[3] == "pro"
    is_third = version >= (3, 0)
    return GeminiRules(
        levels=_levels(version, is_pro=is_pro) if is_third else (),
        budgets=_budgets(model_id, is_pro=is_pro) if (2, 5) <= version < (3, 0) else None,
        can_stop_thinking=not is_pro and version < (3, 0),
        needs_signatures=is_third,
        formats_with_tools=is_third,
        fetches=version >= (2, 5),
        shows_in_results=is_third,
    )


def _budgets(model_id: str, *, is_pro: bool) -> tuple[int, int]:
    # ai.google.dev/gemini-api/docs/thinking
    if is_pro:
        return 128, 32_768
    return (512 if "lite" in model_id else 1), 24_576


def _levels(version: tuple[int, int], *, is_pro: bool) -> tuple[Effort, ...]:
    if version == (3, 0) and is_pro:
        return ("low", "high")
    if (version == (3, 1) and is_pro) or version >= (3, 7):
        return ("low", "medium", "high")
    return ("minimal", "low", "medium", "high")
