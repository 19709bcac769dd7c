"""The answer to a prompt, with attempts and cost."""

from collections.abc import Sequence
from dataclasses import dataclass

from application.prompts.call_costs import Cost
from application.prompts.completion import Completion
from application.prompts.selection_candidates import Candidate
from application.usage.usage_ledger import ModelCall


@dataclass(slots=True, kw_only=True)
class Attempt(ModelCall):
    """A use of a model for a prompt, or why there was none; `message` puts a failure into words.

    `wait_ms` is how long was waited before it, because of the failure before.
    """

    candidate: Candidate
    wait_ms: float
    message: str | None = None


@dataclass(slots=True, kw_only=True)
class CallSummary:
    """The model that answered, the cost, and all attempts; `latency_ms` is the total."""

    candidate: Candidate
    cost: Cost
    latency_ms: float
    attempts: Sequence[Attempt]


@dataclass(slots=True, kw_only=True)
class PromptAnswer(CallSummary):
    """The answer, the model that gave it, what it cost, and the calls it took; `latency_ms` is of all of it."""

    completion: Completion
