"""What a call cost, to the last digit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Final, Literal, Protocol

if TYPE_CHECKING:
    from application.prompts.completion import TokenUsage
    from domain.model.values import Price

UnknownCost = Literal["price-unknown", "usage-unknown"]

# A price has at most 30 decimals and a count of tokens at most 13 digits: nothing is ever rounded.
_EXACT: Final = Context(prec=80)
_PER: Final = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Cost:
    """USD, or why it is not known: the model has no price, or the provider did not count the tokens."""

    usd: Decimal | None
    unknown: UnknownCost | None = None


class Metered(Protocol):
    """An answer with what the provider says of its tokens, of its cost, and of its own name for the request."""

    @property
    def usage(self) -> TokenUsage:
        """The tokens."""
        ...

    @property
    def cost_usd(self) -> Decimal | None:
        """What the provider says that it cost, none where it does not."""
        ...

    @property
    def upstream_request_id(self) -> str | None:
        """The provider's name for the request."""
        ...

    @property
    def ignored_fields(self) -> tuple[str, ...]:
        """The fields of the request that were left out."""
        ...


NOTHING: Final = Cost(Decimal(0))


def cost_of(price: Price | None, answer: Metered) -> Cost:
    """Return what the answer itself says that it cost, else the cost of its tokens at this price.

    Tokens that the provider had cached count at the full price, so that the cost is never understated.
    """
    if answer.cost_usd is not None:
        return Cost(answer.cost_usd)
    usage = answer.usage
    if usage.input_tokens is None or usage.output_tokens is None:
        return Cost(None, "usage-unknown")
    if price is None:
        return Cost(None, "price-unknown")
    total = Decimal(0)
    for tokens, per_1k in ((usage.input_tokens, price.input_per_1k), (usage.output_tokens, price.output_per_1k)):
        if per_1k is not None:
            total = _EXACT.add(total, _EXACT.multiply(_EXACT.multiply(per_1k, _PER), Decimal(tokens)))
        elif tokens:
            return Cost(None, "price-unknown")
    return Cost(_EXACT.normalize(total))
