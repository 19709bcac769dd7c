"""Tariffs from the entries of genai-prices, which has prices in USD per million tokens and per thousand searches."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

from genai_prices.types import ModelInfo, ModelPrice, TieredPrices

from application.prompts.price_list import Rates, Tariff, TokenKind, Unpriced

SOURCE: Final = "genai-prices"

KIND_OF: Final[Mapping[str, TokenKind]] = {
    "input_mtok": "input",
    "output_mtok": "output",
    "cache_read_mtok": "cachedInput",
    "cache_write_mtok": "cacheWrite",
    "cache_write_1h_mtok": "cacheWrite1h",
    "input_audio_mtok": "audioInput",
    "cache_audio_read_mtok": "cachedAudioInput",
    "input_image_mtok": "imageInput",
    "output_reasoning_mtok": "reasoning",
    "output_audio_mtok": "audioOutput",
    "output_image_mtok": "imageOutput",
    "web_searches_kcount": "webSearch",
}
_BY_REQUEST: Final = "requests_kcount"
# Google prices audio apart where it costs more (ai.google.dev/gemini-api/docs/pricing: "text / image / video / audio").
_ONE_PRICE_FOR_ALL_INPUT: Final = "google"
# platform.claude.com/docs/en/about-claude/pricing, "Data residency pricing": 1.1 times in all categories of tokens.
_RESIDENCY: Final = ("anthropic", "inference_geo", "us", Decimal("1.1"))


def listed_tariff(
    provider_id: str, model: ModelInfo, conditions: Mapping[str, str], at: datetime, factor: Decimal = Decimal(1)
) -> Tariff | Unpriced:
    """Return what the model costs at that time under these conditions, tokens at the factor.

    The price is the one that genai-prices itself finds for the time and the conditions. Where it does not know a
    condition it gives the ordinary price; here that is unknown.
    """
    context: dict[str, str] = {}
    for name, value in conditions.items():
        if (provider_id, name, value) == _RESIDENCY[:3]:
            factor *= _RESIDENCY[3]
        else:
            context[name] = value
    if not all(_has_variant(model, name, value, at) for name, value in context.items()):
        context_text = ", ".join(f"{name} {value}" for name, value in context.items())
        return Unpriced("tier-unknown", f"The price list has no price of {model.id} for {context_text}.")
    price = model.get_prices(at, context)
    if getattr(price, _BY_REQUEST) is not None:
        return Unpriced("other-charges", "The provider charges for each request beside the tokens.")
    return tariff_of(price, provider_id, factor)


def tariff_of(price: ModelPrice, provider_id: str = "", factor: Decimal = Decimal(1)) -> Tariff:
    """Return the price as a tariff."""
    figures = {kind: figure for key, kind in KIND_OF.items() if (figure := getattr(price, key)) is not None}
    starts = sorted({tier.start for each in figures.values() if isinstance(each, TieredPrices) for tier in each.tiers})
    base, *above = (
        _rates({kind: _at(figure, start) for kind, figure in figures.items()}, provider_id, factor)
        for start in (0, *starts)
    )
    return Tariff(source=SOURCE, rates=base, tiers=tuple(zip(starts, above, strict=True)))


def _at(figure: Decimal | TieredPrices, start: int) -> Decimal:
    """Return the price of calls that read more tokens than where a tier starts, which is that of all their tokens."""
    if not isinstance(figure, TieredPrices):
        return figure
    return next((tier.price for tier in reversed(figure.tiers) if start >= tier.start), figure.base)


def _rates(figures: Mapping[TokenKind, Decimal], provider_id: str, factor: Decimal) -> Rates:
    rates: Rates = {
        kind: amount.scaleb(-3) if kind == "webSearch" else amount.scaleb(-6) * factor
        for kind, amount in figures.items()
    }
    if provider_id == _ONE_PRICE_FOR_ALL_INPUT and "audioInput" not in rates and "input" in rates:
        rates["audioInput"] = rates["input"]
        rates["cachedAudioInput"] = rates.get("cachedInput", rates["input"])
    return rates


def _has_variant(model: ModelInfo, name: str, value: str, at: datetime) -> bool:
    return any(
        variant.when == {name: value} and (variant.constraint is None or variant.constraint.active(at))
        for variant in model.price_variants or ()
    )
