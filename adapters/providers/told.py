"""What an answer to a prompt has told, in one shape for all wire formats."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from application.ports.generation import TokenUsage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.providers.verdicts.verdict import Verdict
    from application.ports.generation import FinishReason

# Far more than any model reads or writes; a larger number is a mistake.
_MOST_TOKENS: Final = 1_000_000_000


@dataclass(slots=True)
class Told:
    """An answer, whole or as far as it has come.

    `interruption` is set when the provider says that it broke off by a fault of its own. An answer `is_refusal` when
    the words are those of the model's own filter. `response_id` is the provider's name for the answer.
    """

    texts: list[str] = field(default_factory=list, repr=False)
    finish_reason: FinishReason | None = None
    answered_by: str | None = None
    usage: TokenUsage = field(default_factory=TokenUsage)
    response_id: str | None = None
    is_refusal: bool = False
    interruption: Verdict | None = None


class StreamReader(Protocol):
    """Understands the events of one stream, in their order; `told` is what they have told so far.

    `has_ended` is set when the provider has said that nothing more will come.
    """

    told: Told
    has_ended: bool

    @property
    def is_whole(self) -> bool:
        """Whether the answer is complete, should the stream end here."""
        ...

    def read(self, document: Mapping[str, Any]) -> str:
        """Return the new words of an event, which may be none."""
        ...


def count(value: object) -> int | None:
    """Return a number of tokens, 0 included; none for anything else."""
    # Not `isinstance`, for which true and false are numbers too.
    return value if type(value) is int and 0 <= value <= _MOST_TOKENS else None


def total(*counts: int | None) -> int | None:
    """Return the sum of the counts that there are; none when there is none."""
    known = [each for each in counts if each is not None]
    return sum(known) if known else None
