"""The column `other_prices` of a model's row: prices of further kinds of tokens and tiers, as the API shows them.

It is text, because JSON in a column of its own would lose how a number is written, and Python's reader its last digits.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from domain.model.values import MANUAL, PRICED_KINDS, Price, PriceTier


def other_prices_text(facts: Mapping[str, Any]) -> str | None:
    """Return the text for an event's prices; none where it has none."""
    if not facts:
        return None
    members = _members(facts)
    if "tiers" in facts:
        tiers = (
            [
                f'"aboveInputTokens":{tier["above_input_tokens"]}',
                f'"serviceTier":{json.dumps(tier["service_tier"])}',
                *_members(tier, shows_all=True),
            ]
            for tier in facts["tiers"]
        )
        members.append(f'"tiers":[{",".join(_object(tier) for tier in tiers)}]')
    return _object(members)


def price_of_row(
    input_per_1k: Decimal | None,
    output_per_1k: Decimal | None,
    other: str | None,
    source: str | None,
    as_of: str | None,
) -> Price | None:
    """Return the price that the columns of a row make; none where neither input nor output has one."""
    if input_per_1k is None and output_per_1k is None:
        return None
    kinds, tiers = ({}, ()) if other is None else _read(other)
    return Price(input_per_1k, output_per_1k, source or MANUAL, as_of, tiers=tiers, **kinds)


@lru_cache(maxsize=1_000)
def _read(text: str) -> tuple[dict[str, Decimal], tuple[PriceTier, ...]]:
    document = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    tiers = (
        PriceTier(above_input_tokens=int(tier["aboveInputTokens"]), service_tier=tier["serviceTier"], **_amounts(tier))
        for tier in document.get("tiers", ())
    )
    return _amounts(document), tuple(tiers)


def _amounts(document: Mapping[str, Any]) -> dict[str, Decimal]:
    return {kind: document[name] for kind in PRICED_KINDS if document.get(name := shown_name(kind)) is not None}


def _members(amounts: Mapping[str, Any], *, shows_all: bool = False) -> list[str]:
    kinds = PRICED_KINDS if shows_all else [kind for kind in PRICED_KINDS if kind in amounts]
    return [f'"{shown_name(kind)}":{amounts.get(kind, "null")}' for kind in kinds]


def _object(members: list[str]) -> str:
    return f"{{{','.join(members)}}}"


def shown_name(kind: str) -> str:
    """Return the API's name of a price: `cachedInputPer1kTokens` for `cached_input_per_1k`."""
    first, *rest = kind.split("_")
    return first + "".join(word if word == "1h" else word.capitalize() for word in rest) + "Tokens"
