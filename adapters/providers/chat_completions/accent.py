"""What tells one speaker of chat completions from the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from adapters.providers.images import Eyes


@dataclass(frozen=True, slots=True, kw_only=True)
class Accent:
    """How a service wants a chat completion asked for, and how it answers.

    `asks_for_usage` is false where a stream tells the usage unasked, or the question is refused. `always_says_done`
    is false where a stream may end without `[DONE]` after its finish reason.
    """

    eyes: Eyes
    limit_name: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    asks_for_usage: bool = True
    names_model: bool = True
    always_says_done: bool = True
