"""Rows of the read tables as the API shows them, for states that only the log still has."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def provider_document(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the API shows of a provider, without what the log does not hold (times, last check)."""
    api_key = None
    if row["credential_hint"] is not None:
        api_key = {"hint": row["credential_hint"], "version": row["credential_version"]}
    return {
        "name": row["name"],
        "providerType": row["provider_type"],
        "endpoint": row["endpoint"],
        "settings": row["settings"],
        "isEnabled": row["is_enabled"],
        "apiKey": api_key,
        "healthStatus": row["health_status"],
    }


def model_document(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the API shows of a model, without its times."""
    return {
        "providerId": row["provider_id"],
        "modelId": row["model_id"],
        "name": row["name"],
        "version": row["version"],
        "type": row["type"],
        "capabilities": row["capabilities"],
        "config": row["config"],
        "costPer1kTokens": _amount(row["cost_per_1k_tokens"]),
        "pricing": _pricing(row),
        "contextWindow": row["context_window"],
        "maxTokens": row["max_tokens"],
        "lifecycle": row["lifecycle"],
        "retiresOn": row["retires_on"],
        "isEnabled": row["is_enabled"],
        "sources": row["sources"],
    }


def organization_document(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the API shows of an organization."""
    return {"name": row["name"]}


def _pricing(row: Mapping[str, Any]) -> dict[str, Any] | None:
    if row["input_per_1k"] is None and row["output_per_1k"] is None:
        return None
    return {
        "inputPer1kTokens": _amount(row["input_per_1k"]),
        "outputPer1kTokens": _amount(row["output_per_1k"]),
        "currency": "USD",
        "source": row["price_source"],
        "asOf": row["price_as_of"],
    }


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(format(Decimal(text).normalize(), "f"))
