"""The rows of `access_keys`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from application.projections.row_changes import LoggedEvent, RowChange
from domain.names import name_key

if TYPE_CHECKING:
    from collections.abc import Mapping

_ISSUED: Final = (
    "name",
    "scope",
    "secret_version",
    "hint",
    "model_ids",
    "provider_ids",
    "requests_per_minute",
    "tokens_per_minute",
    "concurrent",
    "budget_usd",
    "budget_period",
    "labels",
    "expires_at",
    "is_enabled",
)
_COPIED: Final[dict[str, tuple[str, ...]]] = {
    "access-key.renamed": ("name",),
    "access-key.limits-changed": ("requests_per_minute", "tokens_per_minute", "concurrent"),
    "access-key.budget-changed": ("budget_usd", "budget_period"),
    "access-key.models-restricted": ("model_ids", "provider_ids"),
    "access-key.labels-changed": ("labels",),
    "access-key.expiry-changed": ("expires_at",),
    "access-key.rotated": ("secret_version", "hint", "previous_valid_until"),
    "access-key.enabled": (),
    "access-key.disabled": (),
    "access-key.budget-threshold-reached": (),
    "access-key.expiry-approaching": (),
}
_SET: Final[dict[str, Mapping[str, Any]]] = {
    "access-key.enabled": {"is_enabled": True},
    "access-key.disabled": {"is_enabled": False},
}

_NAMED: Final = frozenset({"access-key.issued", "access-key.renamed"})

TOPICS: Final = frozenset({"access-key.issued", "access-key.revoked", *_COPIED})


def project_access_key(event: LoggedEvent) -> RowChange:
    """Return what the event does to its key's row."""
    aggregate_id, revision, topic, facts = event
    if topic == "access-key.revoked":
        return RowChange("access_keys", "delete", aggregate_id, {})
    columns: dict[str, Any] = {"id": aggregate_id, "revision": revision}
    if topic in _NAMED:
        columns["name_key"] = name_key(facts["name"])
    if topic == "access-key.issued":
        columns |= {name: facts[name] for name in _ISSUED}
        columns |= {"created_by": facts["issued_by"], "previous_valid_until": None}
        return RowChange("access_keys", "insert", aggregate_id, columns)
    columns |= {name: facts[name] for name in _COPIED[topic]} | dict(_SET.get(topic, {}))
    return RowChange("access_keys", "update", aggregate_id, columns)
