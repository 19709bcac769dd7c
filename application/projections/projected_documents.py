"""The fields that are shown of rows of the read tables, for states that only the log still has."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from application.projections.other_prices import price_of_row
from domain.model.values import Price

_OF_PROVIDER: Final = (
    "name",
    "provider_type",
    "endpoint",
    "settings",
    "is_enabled",
    "api_key",
    "extra_headers",
    "health_status",
)
_OF_MODEL: Final = (
    "provider_id",
    "model_id",
    "name",
    "version",
    "type",
    "capabilities",
    "config",
    "cost_per_1k_tokens",
    "pricing",
    "context_window",
    "max_tokens",
    "lifecycle",
    "retires_on",
    "is_enabled",
    "sources",
)


_OF_ACCESS_KEY: Final = (
    "name",
    "scope",
    "hint",
    "model_ids",
    "provider_ids",
    "limits",
    "budget",
    "labels",
    "expires_at",
    "is_enabled",
    "previous_valid_until",
)

_OF_WEBHOOK: Final = (
    "name",
    "host",
    "topics",
    "format",
    "secret_hint",
    "previous_valid_until",
    "is_enabled",
    "switched_off_because",
)


def webhook_fields(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a webhook, without those that the log does not hold (times, deliveries)."""
    return {name: row[name] for name in _OF_WEBHOOK}


def member_fields(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a member, as far as the log has them: the person's identity is not in it."""
    return {"role": row["role"], "status": "invited" if row["person_id"] is None else "active"}


def provider_fields(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a provider, without those that the log does not hold (times, last check)."""
    hint, version = row["credential_hint"], row["credential_version"]
    fields = {**row, "api_key": None if hint is None else {"hint": hint, "version": version}}
    return {name: fields[name] for name in _OF_PROVIDER}


def model_fields(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a model, without its times; its pricing is a `Price`."""
    price = _price(row)
    # The column of this name has six decimals, which would show a small price as 0.
    fields = {**row, "cost_per_1k_tokens": None if price is None else price.headline, "pricing": price}
    return {name: fields[name] for name in _OF_MODEL}


def access_key_fields(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an access key, without those that the log does not hold (times, last use, spending)."""
    fields = {**row, "limits": _limits(row), "budget": _budget(row)}
    return {name: fields[name] for name in _OF_ACCESS_KEY}


def _limits(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row.get(name) for name in ("requests_per_minute", "tokens_per_minute", "concurrent")}


def _budget(row: Mapping[str, Any]) -> dict[str, Any] | None:
    usd = _amount(row.get("budget_usd"))
    return None if usd is None else {"usd": usd, "period": row["budget_period"]}


def organization_fields(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an organization."""
    fields = {**row, "budget": _budget(row)}
    return {name: fields[name] for name in ("name", "quotas", "budget")}


def _price(row: Mapping[str, Any]) -> Price | None:
    return price_of_row(
        _amount(row["input_per_1k"]),
        _amount(row["output_per_1k"]),
        row["other_prices"],
        row["price_source"],
        row["price_as_of"],
    )


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(format(Decimal(text).normalize(), "f"))
