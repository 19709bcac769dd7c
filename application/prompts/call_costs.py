"""What a call cost, to the last digit."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from functools import lru_cache
from typing import Final, Protocol

from application.ports.provider_gateway import ProviderConnection
from application.prompts.completion import TokenUsage
from application.prompts.price_list import (
    KIND_OF_PRICE,
    ListedCall,
    PriceList,
    Rates,
    Tariff,
    TokenKind,
    UnknownCost,
    Unpriced,
)
from application.prompts.selection_candidates import Candidate
from domain.model.values import Price, TokenPrices

# A price has at most 30 decimals and a count of tokens at most 13 digits: nothing is ever rounded.
_EXACT: Final = Context(prec=80)
_NOTHING: Final = Decimal(0)
_LISTED: Final = frozenset({"genai-prices", "catalogue"})

# What a kind costs that has no price of its own, which is never less than what the provider charges: a discount that is
# not known is not given. Other kinds may cost more than what they are part of, so that without a price it is unknown.
_INSTEAD: Final[Mapping[TokenKind, TokenKind]] = {
    "cachedInput": "input",
    "imageInput": "input",
    "cachedAudioInput": "audioInput",
    "reasoning": "output",
}
_IN_WORDS: Final[Mapping[TokenKind, str]] = {
    "input": "input tokens",
    "cachedInput": "tokens read from a cache",
    "cacheWrite": "tokens written to a cache",
    "cacheWrite1h": "tokens written to a cache for an hour",
    "audioInput": "tokens of audio input",
    "cachedAudioInput": "tokens of audio read from a cache",
    "imageInput": "tokens of image input",
    "output": "output tokens",
    "reasoning": "reasoning tokens",
    "audioOutput": "tokens of audio output",
    "imageOutput": "tokens of image output",
    "webSearch": "web searches",
}


@dataclass(slots=True)
class CostPart:
    """What the tokens of one kind cost; for web searches `tokens` is their number."""

    kind: TokenKind
    tokens: int
    usd: Decimal


@dataclass(slots=True, unsafe_hash=True)
class Cost:
    """USD, or why it is not known, which `detail` puts into words.

    `source` is whose figures they are: the provider's own bill (`provider`) or list (`live`), a person's (`manual`),
    genai-prices', or the catalogue's. `parts` are the kinds of tokens; the provider's own bill has none.
    """

    usd: Decimal | None
    unknown: UnknownCost | None = None
    detail: str | None = None
    source: str | None = None
    parts: tuple[CostPart, ...] = ()


class AnswerWithUsage(Protocol):
    """An answer with what the provider reports about its tokens, its cost, and its own id of the request."""

    @property
    def usage(self) -> TokenUsage:
        """The tokens."""
        ...

    @property
    def cost_usd(self) -> Decimal | None:
        """The cost that the provider reports, none where it does not."""
        ...

    @property
    def answered_by(self) -> str | None:
        """The model that has answered, as the provider reports it."""
        ...

    @property
    def price_conditions(self) -> Mapping[str, str]:
        """What else the price depends on, such as the service tier; the ordinary ones are left out."""
        ...

    @property
    def upstream_request_id(self) -> str | None:
        """The provider's name for the request."""
        ...

    @property
    def ignored_fields(self) -> tuple[str, ...]:
        """The fields of the request that were left out."""
        ...


NOTHING: Final = Cost(_NOTHING)


def call_cost(
    answer: AnswerWithUsage, candidate: Candidate, connection: ProviderConnection, price_list: PriceList
) -> Cost:
    """Return the cost that the answer itself reports, else that of its tokens.

    A price that a person gave, or that the provider's own list had, counts before the list of prices.
    """
    if answer.cost_usd is not None:
        return Cost(answer.cost_usd, source="provider")
    own = candidate.price
    if own is not None and own.source not in _LISTED:
        return cost_at(own_tariff(own, tuple(answer.price_conditions.values())), answer.usage)
    base, asked = candidate.defaults.base_model, candidate.provider_model_id
    names = (base,) if base else (answer.answered_by, asked)
    call = ListedCall(
        provider_type=candidate.provider_type,
        endpoint=connection.endpoint,
        model_ids=tuple(dict.fromkeys(filter(None, names))),
        conditions=answer.price_conditions,
    )
    tariff = price_list.tariff(call)
    if own is not None and isinstance(tariff, Unpriced) and tariff.reason == "price-unknown":
        tariff = own_tariff(own, tuple(answer.price_conditions.values()))
    return cost_at(tariff, answer.usage)


def cost_at(tariff: Tariff | Unpriced, usage: TokenUsage) -> Cost:
    """Return the cost of the tokens at these rates; unknown rather than too little."""
    if usage.input_tokens is None or usage.output_tokens is None:
        return Cost(None, "usage-unknown", "The provider did not report how many tokens were used.")
    if isinstance(tariff, Unpriced):
        return Cost(None, tariff.reason, tariff.detail)
    if usage.charged_tools:
        names = ", ".join(usage.charged_tools)
        return Cost(None, "other-charges", f"The provider charges for tools beside the tokens: {names}.")
    rates = tariff.rates_for(usage.input_tokens)
    counts = _counts(usage, rates)
    if counts is None:
        return Cost(None, "usage-unknown", "The provider's token counts contradict each other.")
    parts = []
    total = _NOTHING
    for kind, tokens in counts.items():
        if not tokens:
            continue
        rate = rates.get(kind)
        if rate is None and kind in _INSTEAD:
            rate = rates.get(_INSTEAD[kind])
        if rate is None:
            reason: UnknownCost = "other-charges" if kind == "webSearch" else "price-unknown"
            return Cost(None, reason, f"The price of {_IN_WORDS[kind]} is not known.")
        usd = _EXACT.multiply(rate, tokens)
        total = _EXACT.add(total, usd)
        parts.append(CostPart(kind, tokens, usd))
    return Cost(_EXACT.normalize(total), source=tariff.source, parts=tuple(parts))


@lru_cache(maxsize=4_096)
def own_tariff(price: Price, conditions: tuple[str, ...]) -> Tariff | Unpriced:
    """Return the tariff that a model's own price makes at a service tier or speed, or without any."""
    rates = _rates(price)
    service_tier = " and ".join(conditions) or None
    served = [tier for tier in price.tiers if tier.service_tier == service_tier]
    if conditions and not served:
        return Unpriced("tier-unknown", f"The model has no price for calls that are served at {service_tier}.")
    tiers: list[tuple[int, Rates]] = []
    for tier in sorted(served, key=lambda each: each.above_input_tokens):
        rates_above = (tiers[-1][1] if tiers else rates) | _rates(tier)
        if tier.above_input_tokens:
            tiers.append((tier.above_input_tokens, rates_above))
        else:
            rates = rates_above
    return Tariff(source=price.source, rates=rates, tiers=tiers)


def _rates(prices: TokenPrices) -> Rates:
    amounts = prices.by_kind().items()
    return {KIND_OF_PRICE[kind]: amount.scaleb(-3, _EXACT) for kind, amount in amounts if amount is not None}


def _counts(usage: TokenUsage, rates: Rates) -> Mapping[TokenKind, int] | None:
    """Return the tokens of each kind without the others; none where they do not fit together."""
    if not any(usage.particular):
        plain: dict[TokenKind, int] = {"input": usage.input_tokens or 0, "output": usage.output_tokens or 0}
        return None if min(plain.values()) < 0 else plain
    written = _written(usage)
    audio, cached_audio = usage.audio_input_tokens or 0, usage.cached_audio_tokens
    cached, images = usage.cached_input_tokens or 0, _apart(usage.image_input_tokens, rates, "imageInput")
    if cached_audio is None:
        # How much of the audio came from the cache is known where none of the input did, or all of it.
        cached_audio = 0 if not cached or not audio else audio if cached == usage.input_tokens else -1
    if written is None or cached_audio < 0 or (cached and images):
        return None
    reasoning = _apart(usage.reasoning_tokens, rates, "reasoning")
    spoken, drawn = usage.audio_output_tokens or 0, usage.image_output_tokens or 0
    counts: dict[TokenKind, int] = {
        "input": (usage.input_tokens or 0) - cached - sum(written) - (audio - cached_audio) - images,
        "cachedInput": cached - cached_audio,
        "cacheWrite": written[0],
        "cacheWrite1h": written[1],
        "audioInput": audio - cached_audio,
        "cachedAudioInput": cached_audio,
        "imageInput": images,
        "output": (usage.output_tokens or 0) - reasoning - spoken - drawn,
        "reasoning": reasoning,
        "audioOutput": spoken,
        "imageOutput": drawn,
        "webSearch": usage.web_searches or 0,
    }
    return None if min(counts.values()) < 0 else counts


def _written(usage: TokenUsage) -> tuple[int, int] | None:
    """Return what was written to the cache for the usual time and for an hour; untold, it is the usual one."""
    for_an_hour, usual = usage.cache_write_1h_tokens or 0, usage.cache_write_5m_tokens
    whole = usage.cache_write_tokens
    if whole is None:
        return usual or 0, for_an_hour
    if usual is None:
        usual = whole - for_an_hour
    return (usual, for_an_hour) if usual + for_an_hour == whole else None


def _apart(tokens: int | None, rates: Rates, kind: TokenKind) -> int:
    """Return the tokens of a kind that has a rate of its own; else they count as what they are part of."""
    return (tokens or 0) if kind in rates else 0
