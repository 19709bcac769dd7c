"""A completion as parsed so far, in one shape for all protocols."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from adapters.providers.error_mapping.error_kinds import ErrorKind
from application.prompts.completion import NOT_COUNTED, FinishReason, TokenUsage
from application.prompts.conversation import Part

# Far more than any model reads or writes; a larger number is a mistake.
_MOST_TOKENS: Final = 1_000_000_000


@dataclass(slots=True, eq=False)
class ParsedChoice:
    """One answer, as far as it has come; the parts in their order."""

    parts: list[Part] = field(default_factory=list, repr=False)
    finish_reason: FinishReason | None = None
    stop_sequence: str | None = None
    logprobs: Mapping[str, Any] | None = field(default=None, repr=False)
    annotations: list[Mapping[str, Any]] = field(default_factory=list, repr=False)


@dataclass(slots=True)
class ParsedCompletion:
    """An answer, whole or as far as it has come.

    `speed` and `region` are how and where Anthropic has served it. `interruption` is set when the provider reports that
    it broke off by a fault of its own. `has_begun` is set with the first piece of the answer itself.
    """

    choices: list[ParsedChoice] = field(default_factory=lambda: [ParsedChoice()])
    answered_by: str | None = None
    usage: TokenUsage = NOT_COUNTED
    response_id: str | None = None
    service_tier: str | None = None
    speed: str | None = None
    region: str | None = None
    cost_usd: Decimal | None = None
    interruption: ErrorKind | None = None
    has_begun: bool = False

    @property
    def finish_reason(self) -> FinishReason | None:
        """Why the first choice ended; none while it has not."""
        return self.choices[0].finish_reason

    @property
    def is_finished(self) -> bool:
        """Whether every choice that has begun has ended: nothing of the answer itself will come any more."""
        for choice in self.choices:  # noqa: SIM110 - several times as fast, and called with every event
            if choice.finish_reason is None:
                return False
        return True

    def choice(self, index: object) -> ParsedChoice:
        """Return the choice of this index, the first one where the index makes no sense; at most 128 there are."""
        number = index if type(index) is int and 0 <= index < MOST_CHOICES else 0
        while len(self.choices) <= number:
            self.choices.append(ParsedChoice())
        return self.choices[number]


MOST_CHOICES: Final = 128


def count(value: object, most: int = _MOST_TOKENS) -> int | None:
    """Return a number of tokens, 0 included; none for anything else."""
    # Not `isinstance`, for which true and false are numbers too.
    return value if type(value) is int and 0 <= value <= most else None


def total(*counts: int | None) -> int | None:
    """Return the sum of the counts that there are; none when there is none."""
    known = [each for each in counts if each is not None]
    return sum(known) if known else None
