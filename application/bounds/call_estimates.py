"""What a call may cost at most, before it is made."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from domain.model.values import PRICED_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from uuid import UUID

    from application.prompts.prompt_request import Prompt
    from application.prompts.selection_candidates import Candidate
    from domain.model.values import Price

# Fewer characters than any tokenizer needs for most languages.
_CHARACTERS_A_TOKEN: Final = 3
# A text of this length without a blank is data: an image, a document or sound.
_DATA_LENGTH: Final = 2_048
_TOKENS_OF_DATA: Final = 2_000
# What an answer is taken to have at most where the request does not say; few are longer.
_USUAL_ANSWER: Final = 4_096
_MOST_TOKENS: Final = frozenset({"max_tokens", "max_completion_tokens", "max_output_tokens", "maxTokens"})
_INPUT_KINDS: Final = tuple(kind for kind in PRICED_KINDS if kind not in {"output_per_1k", "reasoning_per_1k"})
_OUTPUT_KINDS: Final = ("output_per_1k", "reasoning_per_1k")
_PER: Final = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class CallEstimate:
    """USD that one call costs at most, by the model that is called; None where no price is known of any.

    The dearest of them is what is set aside; a call whose cost is not known in the end counts as its model says here.
    """

    by_model: Mapping[UUID, Decimal | None]

    @property
    def most(self) -> Decimal | None:
        """What the dearest candidate costs, or None if the price of one is not known."""
        amounts = list(self.by_model.values())
        return None if None in amounts else max((each for each in amounts if each is not None), default=None)


def call_estimate(prompt: Prompt, candidates: Sequence[Candidate], instead: Price | None) -> CallEstimate:
    """Return what a call may cost at each of the candidates, at the dearest price that is known of the model.

    A model without any price is taken to have the one `instead`.
    """
    read, written = _tokens_to_read(prompt.client.body), _most_to_write(prompt.client.body)
    return CallEstimate({each.id: _cost(each, each.price or instead, read, written) for each in candidates})


def _cost(candidate: Candidate, price: Price | None, read: int, written: int | None) -> Decimal | None:
    if price is None:
        return None
    limit = candidate.output_limit or _USUAL_ANSWER
    output = min(limit, _USUAL_ANSWER if written is None else written)
    amount = read * _highest(price, _INPUT_KINDS) + output * _highest(price, _OUTPUT_KINDS)
    return amount * _PER


def _highest(price: Price, kinds: Sequence[str]) -> Decimal:
    stated = [getattr(each, kind) for each in (price, *price.tiers) for kind in kinds]
    return max((amount for amount in stated if amount is not None), default=Decimal(0))


def _tokens_to_read(body: Mapping[str, Any]) -> int:
    return sum(map(_tokens_of, _texts(body)))


def _tokens_of(text: str) -> int:
    is_data = len(text) > _DATA_LENGTH and " " not in text[:_DATA_LENGTH]
    return _TOKENS_OF_DATA if is_data else len(text) // _CHARACTERS_A_TOKEN + 1


def _texts(document: object) -> Iterator[str]:
    pending = [document]
    while pending:
        value = pending.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            pending += value.values()
        elif isinstance(value, list):
            pending += value


def _most_to_write(body: Mapping[str, Any]) -> int | None:
    stated = [body[name] for name in _MOST_TOKENS if isinstance(body.get(name), int)]
    count = body.get("n")
    answers = count if isinstance(count, int) and count > 1 else 1
    return max(stated) * answers if stated else None
