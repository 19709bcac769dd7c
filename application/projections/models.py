"""The rows of `ai_models`."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from application.projections.other_prices import other_prices_text
from application.projections.row_changes import LoggedEvent, RowChange
from domain.names import name_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Columns = dict[str, Any]

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


_COPIED: Final = (
    "provider_id",
    "model_id",
    "name",
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
    keys = {"name_key": name_key(facts["name"]), "model_id_key": name_key(facts["model_id"])}
    return {name: facts[name] for name in _COPIED} | _price(facts) | keys


def _renamed(facts: Mapping[str, Any]) -> Columns:
    return {"name": facts["name"], "name_key": name_key(facts["name"]), "sources": facts["sources"]}


def _price_changed(facts: Mapping[str, Any]) -> Columns:
    return _price(facts) | {"sources": {"price": facts["price_source"] or _MANUAL}}


def _retired_upstream(facts: Mapping[str, Any]) -> Columns:
    return {"lifecycle": "retired", "retires_on": facts["retires_on"], "sources": facts["sources"]}


def _copy(*names: str) -> Callable[[Mapping[str, Any]], Columns]:
    copied = (*names, "sources")
    return lambda facts: {name: facts[name] for name in copied}


_UPDATES: Final[dict[str, Callable[[Mapping[str, Any]], Columns]]] = {
    "model.renamed": _renamed,
    "model.reconfigured": _copy("version", "config"),
    "model.capabilities-changed": _copy("type", "capabilities"),
    "model.price-changed": _price_changed,
    "model.limits-changed": _copy("context_window", "max_tokens"),
    "model.lifecycle-changed": _copy("lifecycle", "retires_on"),
    "model.retired-upstream": _retired_upstream,
    "model.retirement-approaching": lambda _: {},
    "model.enabled": lambda _: {"is_enabled": True},
    "model.disabled": lambda _: {"is_enabled": False},
}

TOPICS: Final = frozenset({"model.registered", "model.removed", *_UPDATES})


def project_model(event: LoggedEvent) -> RowChange:
    """Return what the event does to its model's row."""
    if event.topic == "model.removed":
        return RowChange("ai_models", "delete", event.aggregate_id, {})
    is_new = event.topic == "model.registered"
    columns = _registered(event.facts) if is_new else _UPDATES[event.topic](event.facts)
    columns["id"], columns["revision"] = event.aggregate_id, event.revision
    return RowChange("ai_models", "insert" if is_new else "update", event.aggregate_id, columns)
