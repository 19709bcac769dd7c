"""What comes of a prompt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from application.policies.candidates import Candidate
    from application.policies.costs import Cost
    from application.prompts.completion import Completion


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One call of a model, or why there was none. Times in milliseconds.

    `outcome` is `ok`, `cancelled`, or the category of the failure, which `message` puts into words.
    `wait_ms` is how long was waited before it, because of the failure before.
    """

    candidate: Candidate
    outcome: str
    wait_ms: float
    latency_ms: float
    upstream_request_id: str | None = None
    http_status: int | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Which model has answered, what that cost, and the calls it took; `latency_ms` is of all of it."""

    candidate: Candidate
    cost: Cost
    latency_ms: float
    attempts: Sequence[Attempt]


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptAnswer(Account):
    """The answer, the model that gave it, what it cost, and the calls it took; `latency_ms` is of all of it."""

    completion: Completion
