"""The retry policy for failed calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from application.ports.provider_gateway import CallOutcome

FINAL: Final = frozenset(
    {
        "auth_invalid",
        "auth_forbidden",
        "bad_request",
        "billing_exhausted",
        "content_filter",
        "context_length_exceeded",
        "endpoint_refused",
        "not_found",
        "region_blocked",
    }
)
"""Categories that recur when the same call is repeated, whatever the provider says about trying again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often a model is called again, and after which waits. Times in seconds.

    Nobody waits longer than `longest_wait`: a limit that lasts longer is passed on to the client, who knows better
    what to do meanwhile. A provider that says how long to wait is obeyed. One that does not is given `first_wait`, then
    twice as long each time, each cut at random by up to half so that many callers do not come back together.

    While there is another model that does not cool down, that one is called at once: nobody waits, and no model is
    called twice. It is called too when the first sends nothing for `first_byte_seconds`, or as long as its config says.
    A whole answer comes together with its first byte, and may take long: after that time a connection test shows
    whether it still answers at all, and if so the answer may take `whole_answer_seconds`, or half of what is left of
    the deadline.
    """

    attempts_per_model: int = 3
    attempts_in_all: int = 6
    first_wait: float = 0.5
    longest_wait: float = 2.0
    first_byte_seconds: float = 10.0
    whole_answer_seconds: float = 120.0

    def wait(
        self, failure: CallOutcome, *, attempt: int, remaining: float, chance: float, has_alternative: bool
    ) -> float | None:
        """Return how long to wait before the model is called again, none when it should not be.

        `attempt` counts the calls of this model so far, `remaining` is the time until the deadline, and `chance` is
        a random number from 0 up to 1.
        """
        if (
            has_alternative
            or attempt >= self.attempts_per_model
            or not failure.is_retryable
            or failure.category in FINAL
        ):
            return None
        named = failure.retry_after_seconds
        if named is None:
            wait = min(self.longest_wait, self.first_wait * 2.0 ** (attempt - 1)) * (1 - 0.5 * chance)
        else:
            wait = max(named, 0.0) * (1 + 0.1 * chance)
        return None if (named or 0.0) > self.longest_wait or wait >= remaining else wait


def most_informative(failures: Sequence[CallOutcome]) -> CallOutcome:
    """Return the failure to report of several: the last that time may heal, else the last."""
    healing = [failure for failure in failures if failure.is_retryable and failure.category not in FINAL]
    return (healing or list(failures))[-1]
