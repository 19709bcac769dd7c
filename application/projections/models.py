"""The rows of `ai_models`."""

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import Any, Final

from application.projections.other_prices import other_prices_text
from application.projections.projection import Columns, Projection, copied, named
from domain.names import name_key

# The mission's column has six decimals; input_per_1k and output_per_1k beside it keep all of them.
_COST_STEP: Final = Decimal("0.000001")
_MANUAL: Final = "manual"


# There are few prices and many models that have them: a rebuild comes by each again and again.
@lru_cache(maxsize=10_000)
def _cost(amount: str) -> str:
    return str(Decimal(amount).quantize(_COST_STEP, ROUND_HALF_EVEN))


def _price(facts: Mapping[str, Any]) -> Columns:
    headline = facts["input_per_1k"] if facts["input_per_1k"] is not None else facts["output_per_1k"]
    return {
        "input_per_1k": facts["input_per_1k"],
        "output_per_1k": facts["output_per_1k"],
        "other_prices": other_prices_text(facts["other_prices"]),
        "price_source": facts["price_source"],
        "price_as_of": facts["price_as_of"],
        "cost_per_1k_tokens": None if headline is None else _cost(headline),
    }


_copied_when_registered: Final = copied(
    "provider_id",
    "model_id",
    "version",
    "type",
    "capabilities",
    "config",
    "context_window",
    "max_tokens",
    "lifecycle",
    "retires_on",
    "is_enabled",
    "sources",
)


def _registered(facts: Mapping[str, Any]) -> Columns:
    key = {"model_id_key": name_key(facts["model_id"])}
    return _copied_when_registered(facts) | _price(facts) | named(facts) | key


def _renamed(facts: Mapping[str, Any]) -> Columns:
    return named(facts) | {"sources": facts["sources"]}


def _price_changed(facts: Mapping[str, Any]) -> Columns:
    return _price(facts) | {"sources": {"price": facts["price_source"] or _MANUAL}}


MODELS: Final = Projection(
    table="ai_models",
    created={"model.registered": _registered},
    changed={
        "model.renamed": _renamed,
        "model.reconfigured": copied("version", "config", "sources"),
        "model.capabilities-changed": copied("type", "capabilities", "sources"),
        "model.price-changed": _price_changed,
        "model.limits-changed": copied("context_window", "max_tokens", "sources"),
        "model.lifecycle-changed": copied("lifecycle", "retires_on", "sources"),
        "model.retired-upstream": copied("retires_on", "sources", lifecycle="retired"),
        "model.retirement-approaching": copied(),
        "model.enabled": copied(is_enabled=True),
        "model.disabled": copied(is_enabled=False),
    },
    removed=frozenset({"model.removed"}),
)
