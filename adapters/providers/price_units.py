"""Converts prices in providers' units to USD per 1,000 tokens."""

import re
from decimal import Decimal
from typing import Final

from domain.model.values import HIGHEST_COST

_NUMBER: Final = re.compile(r"\d{1,15}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,2})?")


def per_token(value: object) -> Decimal | None:
    """From USD per token, as OpenRouter and Groq quote; -1 means unknown."""
    return _scaled(value, 3)


def per_million_tokens(value: object) -> Decimal | None:
    """From USD per 1,000,000 tokens, as Together quotes; 0 means that a model is not sold by the token."""
    return _scaled(value, -3) or None


def cents_per_hundred_million_tokens(value: object) -> Decimal | None:
    """From US cents per 100,000,000 tokens, as xAI quotes; 0 means that there is no such price."""
    return _scaled(value, -7) or None


def _scaled(value: object, exponent: int) -> Decimal | None:
    amount = _amount(value)
    if amount is None:
        return None
    price = amount.scaleb(exponent).normalize()
    # Without an exponent, the way people write prices.
    return Decimal(f"{price:f}") if price <= HIGHEST_COST else None


def _amount(value: object) -> Decimal | None:
    """Read a JSON number, or a string with one; the shortest form of a float is what the provider wrote."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    written = str(value).strip()
    return Decimal(written) if _NUMBER.fullmatch(written) else None
