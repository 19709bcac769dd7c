"""What OpenAI's models that reason take, by their names.

Sources: the model tables of pydantic-ai-slim 2.68 (profiles/openai.py), and developers.openai.com/api/docs/guides/
reasoning.
"""

import re
from typing import Final

from adapters.providers.openai.protocol_choice import is_reasoning_model
from adapters.providers.prompting.reasoning_effort import nearest_effort
from application.prompts.conversation import Effort

_FULL: Final[tuple[Effort, ...]] = ("none", "low", "medium", "high", "xhigh", "max")
# The first that fits counts.
_EFFORTS: Final[tuple[tuple[str, tuple[Effort, ...]], ...]] = (
    (r"o\d", ("low", "medium", "high")),
    (r"gpt-5-pro", ("high",)),
    (r"gpt-5\.1", ("none", "low", "medium", "high")),
    (r"gpt-5\.[2-5]", ("none", "low", "medium", "high", "xhigh")),
    (r"gpt-5\.", _FULL),
    (r"gpt-5", ("minimal", "low", "medium", "high")),
    (r"gpt-6-astra|gpt-6\.1-sol", _FULL[1:]),
    (r"gpt-6", _FULL),
)
_OFF_UNLESS_ASKED: Final = re.compile(r"(?:^|[/:])gpt-5\.[1-4](?!.*-pro)")


def effort_for(model_id: str, effort: Effort | None) -> Effort | None:
    """Return the effort nearest to the one requested that the model knows; as it is where the model is not known."""
    for pattern, efforts in _EFFORTS:
        if effort is not None and re.search(rf"(?:^|[/:])(?:{pattern})", model_id):
            return nearest_effort(effort, efforts)
    return effort


def is_reasoning(model_id: str, effort: Effort | None) -> bool:
    """Return whether the model reasons at this effort, or at none given: it accepts no sampling parameters then."""
    if not is_reasoning_model(model_id) or effort == "none":
        return False
    return effort is not None or _OFF_UNLESS_ASKED.search(model_id) is None
