"""Between a model's values and the plain facts of its events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.documents import checked_label
from domain.model.values import MANUAL, Price

if TYPE_CHECKING:
    from decimal import Decimal


def price_facts(price: Price | None) -> dict[str, Any]:
    """Return the fields of an event that tell of the price."""
    return {
        "input_per_1k": price.input_per_1k if price else None,
        "output_per_1k": price.output_per_1k if price else None,
        "price_source": price.source if price else None,
        "price_as_of": price.as_of if price else None,
    }


def price_told(
    input_per_1k: Decimal | None, output_per_1k: Decimal | None, source: str | None, as_of: str | None
) -> Price | None:
    """Return the price that an event tells of."""
    if input_per_1k is None and output_per_1k is None:
        return None
    return Price(input_per_1k, output_per_1k, source or MANUAL, as_of)


def checked_version(version: str | None) -> str | None:
    """Return the version label as it is.

    Raises:
        InvalidValue: there is one, and it is no label.
    """
    return None if version is None else checked_label("version", version)


def checked_capabilities(capabilities: list[str]) -> list[str]:
    """Return the capabilities in their order, each once.

    Raises:
        InvalidValue: one of them is no label.
    """
    return sorted({checked_label("capabilities", capability) for capability in capabilities})
