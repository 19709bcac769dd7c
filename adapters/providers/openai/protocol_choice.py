"""Which OpenAI models reason, and which are available in Responses only.

Sources: the model tables of pydantic-ai-slim 2.68 (profiles/openai.py), and developers.openai.com/api/docs/guides/
reasoning; Chat Completions refuses functions together with reasoning from gpt-5.4 on (openai-openapi#541).
"""

import re
from functools import lru_cache
from typing import Final

_REASONING: Final = re.compile(r"(?:^|[/:])(?:o\d|gpt-(?:[5-9]|\d\d)|codex|computer-use)")
_CHAT: Final = re.compile(r"-chat(?:-|$)")
# Models; each is looked up with every prompt.
_REMEMBERED: Final = 1_024
_ONLY_RESPONSES: Final = re.compile(r"codex|computer-use|deep-research|(?:^|[/:])(?:o\d|gpt-\d[\d.]*)-pro(?:-|$)")


@lru_cache(maxsize=_REMEMBERED)
def is_reasoning_model(model_id: str) -> bool:
    """Return whether the model is one that reasons."""
    return _REASONING.search(model_id) is not None and _CHAT.search(model_id) is None


@lru_cache(maxsize=_REMEMBERED)
def answers_in_responses_alone(model_id: str) -> bool:
    """Return whether Chat Completions does not have the model."""
    return _ONLY_RESPONSES.search(model_id) is not None
