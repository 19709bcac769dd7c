"""Chooses the shape of problems by path, so that unknown paths below an API have its shape too."""

from typing import Final

from entrypoints.http.compatible_apis.messages.errors import ANTHROPIC_SHAPE
from entrypoints.http.compatible_apis.openai_errors import OPENAI_SHAPE
from entrypoints.http.problems import PROBLEM_DETAILS, ProblemShape

_SHAPES: Final = (("/v1/messages", ANTHROPIC_SHAPE), ("/v1", OPENAI_SHAPE))
"""A path and the shape of all problems at and below it, the more particular paths first."""


def shape_at(path: str) -> ProblemShape:
    """Return how the problems of a path are put on paper."""
    return next(
        (shape for root, shape in _SHAPES if path == root or path.startswith(f"{root}/")),
        PROBLEM_DETAILS,
    )
