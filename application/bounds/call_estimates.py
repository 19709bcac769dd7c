"""What a call may cost at most, before it is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from application.prompts.prompt_request import Prompt
from application.prompts.selection_candidates import Candidate, dearest_rates
from application.usage.usage_ledger import OK, ModelCall
from domain.model.values import Price

# Fewer bytes in UTF-8 than any tokenizer needs for most languages.
_BYTES_A_TOKEN: Final = 3
# Where protocols put images, documents and sound; a longer text without a blank there is data.
_DATA_FIELDS: Final = frozenset({"data", "url", "image_url", "file_data", "file_url", "result", "encrypted_content"})
_DATA_LENGTH: Final = 2_048
_TOKENS_OF_DATA: Final = 2_000
# What an answer is taken to have at most where the request does not say; few are longer.
_USUAL_ANSWER: Final = 4_096
# As long as any model's answer, where the model's own limit is not known; and as many answers as a request may ask for.
_LONGEST_ANSWER: Final = 131_072
_MOST_ANSWERS: Final = 128
_MOST_TOKENS: Final = frozenset({"max_tokens", "max_completion_tokens", "max_output_tokens", "maxTokens"})
_PER: Final = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class CallEstimate:
    """USD that one call costs at most, by the model that is called; None where no price is known of any.

    The dearest of them is what is set aside; a call whose cost is not known in the end counts as its model's estimate
    here. `tokens` are those of a call at most; one whose provider did not report them counts as so many.
    """

    by_model: Mapping[UUID, Decimal | None]
    tokens: int = 0

    @property
    def most(self) -> Decimal | None:
        """What the dearest candidate costs, or None if the price of one is not known."""
        amounts = list(self.by_model.values())
        return None if None in amounts else max((each for each in amounts if each is not None), default=None)

    def cost_of(self, use: ModelCall) -> Decimal:
        """Return what the call cost; where that is not known, the most that it can have cost."""
        if use.cost_usd is not None:
            return use.cost_usd
        return (self.by_model.get(use.model_id) or self.most or Decimal(0)) if use.was_called else Decimal(0)

    def tokens_of(self, use: ModelCall) -> int:
        """Return the tokens that the call used; the most it can have used if the answer was not read to its end."""
        reported = use.input_tokens + use.output_tokens
        is_reported = use.tokens.input_tokens is not None and use.tokens.output_tokens is not None
        if not use.was_called or use.cost_usd is not None or (is_reported and use.outcome == OK):
            return reported
        return max(reported, self.tokens)


NO_ESTIMATE: Final = CallEstimate({})
"""For calls that nothing bounds that depends on it."""


def call_estimate(prompt: Prompt, candidates: Sequence[Candidate], instead: Price | None) -> CallEstimate:
    """Return what a call may cost at each of the candidates, at the dearest price that is known of the model.

    A model without any price is taken to have the one `instead`.
    """
    body = prompt.client.body
    read, stated, answers = _tokens_to_read(body), _most_to_write(body), _answers(body)
    by_model: dict[UUID, Decimal | None] = {}
    tokens = 0
    for each in candidates:
        taken, written = _most_read(each, read), answers * _longest_answer(each, stated)
        by_model[each.id] = _cost(_rates(each, instead), taken, written)
        tokens = max(tokens, taken + written)
    return CallEstimate(by_model, tokens)


def _most_read(candidate: Candidate, read: int) -> int:
    """Return what the model reads of a prompt: more than its window is refused. An embedding model has one a text."""
    if candidate.type == "embedding" or candidate.context_window is None:
        return read
    return min(read, candidate.context_window)


def _longest_answer(candidate: Candidate, stated: int | None) -> int:
    limit = candidate.output_limit
    if stated is None:
        return min(_USUAL_ANSWER, limit or _USUAL_ANSWER)
    return min(stated, limit or _LONGEST_ANSWER)


def _rates(candidate: Candidate, instead: Price | None) -> tuple[Decimal, Decimal] | None:
    if candidate.price is None:
        return None if instead is None else dearest_rates(instead)
    return candidate.dearest_rates


def _cost(rates: tuple[Decimal, Decimal] | None, read: int, written: int) -> Decimal | None:
    return None if rates is None else (read * rates[0] + written * rates[1]) * _PER


def _tokens_to_read(body: Mapping[str, Any]) -> int:
    """Count texts by their length, and whole numbers in lists, which are tokens themselves."""
    read = 0
    pending: list[object] = [body]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            is_text = value.get("type") == "text"
            for name, member in value.items():
                if isinstance(member, str):
                    read += _tokens_of(member, is_data=name in _DATA_FIELDS and not is_text)
                else:
                    pending.append(member)
        elif isinstance(value, str):
            read += _tokens_of(value, is_data=False)
        elif isinstance(value, list | tuple):
            pending += value
            read += sum([type(each) is int for each in value])
    return read


def _tokens_of(text: str, *, is_data: bool) -> int:
    if is_data and len(text) > _DATA_LENGTH and text.isascii() and " " not in text[:_DATA_LENGTH]:
        return _TOKENS_OF_DATA
    size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
    return size // _BYTES_A_TOKEN + 1


def _most_to_write(body: Mapping[str, Any]) -> int | None:
    # Not `isinstance`, for which true and false are numbers too.
    return max((body[name] for name in _MOST_TOKENS if type(body.get(name)) is int and body[name] > 0), default=None)


def _answers(body: Mapping[str, Any]) -> int:
    count = body.get("n")
    return min(count, _MOST_ANSWERS) if type(count) is int and count > 1 else 1
