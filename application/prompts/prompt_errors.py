"""Errors of prompts that were not run, or failed."""

from collections.abc import Sequence
from dataclasses import replace

from application.errors import ApplicationError, Conflict, NotFound
from application.ports.provider_gateway import CallOutcome, UpstreamFailure
from application.prompts.prompt_answer import Attempt
from application.prompts.selection_candidates import Selection


class NoModelFits(ApplicationError):
    """None of your organization's models fits what is needed; `candidates` says why each does not."""

    code = "no-model-fits"

    def __init__(self, selection: Selection) -> None:
        super().__init__()
        self.selection = selection


class ModelOutOfUse(Conflict):
    """The model that was requested cannot be used as it is; `candidates` says why."""

    code = "model-out-of-use"

    def __init__(self, selection: Selection) -> None:
        reasons = dict.fromkeys(finding.detail for ranked in selection.ranked_candidates for finding in ranked.findings)
        super().__init__(f"The requested model cannot be used as it is. {' '.join(reasons)}")
        self.selection = selection


class TokensNotCounted(NotFound):
    """The model's provider does not count the tokens of a prompt before it is run: estimate them."""

    code = "tokens-not-counted"


class PromptFailed(UpstreamFailure):
    """No model that was tried has answered; `attempts` describes each call.

    `is_retryable` says whether the client should send the same prompt again. It should not once a deadline has passed,
    for the provider may have charged for the work, nor when a model has been called several times already: the clients
    that go by it would multiply that.
    """

    def __init__(self, failure: CallOutcome, attempts: Sequence[Attempt]) -> None:
        """Report one of the failures in place of all."""
        was_repeated = len({attempt.candidate.id for attempt in attempts}) < len(attempts)
        is_retryable = failure.is_retryable and failure.category != "timeout" and not was_repeated
        super().__init__(replace(failure, is_retryable=is_retryable))
        self.attempts = tuple(attempts)
