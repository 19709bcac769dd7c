"""Converts a model's values to the plain facts of its events, and back."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from domain.checked_documents import checked_label
from domain.model.values import MANUAL, PRICED_KINDS, Price, PriceTier

Sources = Mapping[str, str] | None

_OTHER_KINDS: Final = tuple(kind for kind in PRICED_KINDS if kind not in {"input_per_1k", "output_per_1k"})
_SOURCE_NAMES: Final = {"context_window": "contextWindow", "max_tokens": "maxTokens", "retires_on": "retiresOn"}


def source_name(field: str) -> str:
    """Return the name under which a model's `sources` hold the source of a field."""
    return _SOURCE_NAMES.get(field, field)


def changed_fields(held: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """Return the names of the facts that differ."""
    return [name for name, value in wanted.items() if value != held[name]]


def sources_of(changed: Iterable[str], sources: Sources) -> dict[str, str]:
    """Return the source of each changed value, by its `source_name`: a person's when nothing is said about sources."""
    names = map(source_name, changed)
    return {name: MANUAL if sources is None else sources[name] for name in names if sources is None or name in sources}


def price_facts(price: Price | None) -> dict[str, Any]:
    """Return the price as fields of an event."""
    return {
        "input_per_1k": price.input_per_1k if price else None,
        "output_per_1k": price.output_per_1k if price else None,
        "other_prices": other_prices(price) if price else {},
        "price_source": price.source if price else None,
        "price_as_of": price.as_of if price else None,
    }


def other_prices(price: Price) -> dict[str, Any]:
    """Return the prices of further kinds of tokens and the tiers as plain values, amounts as text; empty if none."""
    document = _amounts(price, _OTHER_KINDS)
    tiers = [
        {
            "above_input_tokens": tier.above_input_tokens,
            "service_tier": tier.service_tier,
            **_amounts(tier, PRICED_KINDS),
        }
        for tier in price.tiers
    ]
    return document | ({"tiers": tiers} if tiers else {})


def price_of_event(
    input_per_1k: Decimal | None,
    output_per_1k: Decimal | None,
    other: Mapping[str, Any],
    source: str | None,
    as_of: str | None,
) -> Price | None:
    """Return the price from the fields of an event."""
    if input_per_1k is None and output_per_1k is None:
        return None
    tiers = tuple(
        PriceTier(
            above_input_tokens=tier["above_input_tokens"], service_tier=tier["service_tier"], **_read_amounts(tier)
        )
        for tier in other.get("tiers", ())
    )
    return Price(input_per_1k, output_per_1k, source or MANUAL, as_of, tiers=tiers, **_read_amounts(other))


def _amounts(prices: Price | PriceTier, kinds: Iterable[str]) -> dict[str, Any]:
    return {kind: format(amount, "f") for kind in kinds if (amount := getattr(prices, kind)) is not None}


def _read_amounts(document: Mapping[str, Any]) -> dict[str, Any]:
    return {kind: Decimal(document[kind]) for kind in PRICED_KINDS if kind in document}


def checked_version(version: str | None) -> str | None:
    """Return the version label unchanged.

    Raises:
        InvalidValue: it is not a valid label.
    """
    return None if version is None else checked_label("version", version)


def checked_capabilities(capabilities: list[str]) -> list[str]:
    """Return the capabilities in order, without duplicates.

    Raises:
        InvalidValue: one of them is not a valid label.
    """
    return sorted({checked_label("capabilities", capability) for capability in capabilities})
