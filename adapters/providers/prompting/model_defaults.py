"""Applies a registered model's defaults and limits to a request."""

from typing import Any

from application.prompts.conversation import Conversation
from application.prompts.generation import ModelDefaults


def limited(wish: int | None, defaults: ModelDefaults) -> int | None:
    """Return how many tokens to request: the client's number, else the model's default, at most the model's limit."""
    tokens = defaults.max_tokens if wish is None else wish
    return min(tokens, defaults.most_tokens) if tokens is not None and defaults.most_tokens else tokens


def without_dropped(body: dict[str, Any], defaults: ModelDefaults) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the body without the fields that the model's config drops, and those of them that were there.

    A dot leads into an object: `generationConfig.topK`.
    """
    dropped = []
    for path in sorted(defaults.drop):
        *outer, name = path.split(".")
        place: Any = body
        for step in outer:
            place = place.get(step) if isinstance(place, dict) else None
        if isinstance(place, dict) and place.pop(name, None) is not None:
            dropped.append(path)
    return body, tuple(dropped)


def has_system(conversation: Conversation) -> bool:
    """Return whether the client itself has a system message."""
    return any(turn.role == "system" for turn in conversation.turns)
