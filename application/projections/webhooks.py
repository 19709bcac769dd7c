"""The rows of `webhooks`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from application.projections.row_changes import LoggedEvent, RowChange
from domain.names import name_key

if TYPE_CHECKING:
    from collections.abc import Mapping

_REGISTERED: Final = ("name", "topics", "format", "host", "credential_version", "secret_hint", "is_enabled")
_COPIED: Final[dict[str, tuple[str, ...]]] = {
    "webhook.renamed": ("name",),
    "webhook.topics-changed": ("topics",),
    "webhook.format-changed": ("format",),
    "webhook.address-replaced": ("host", "credential_version"),
    "webhook.secret-rotated": ("credential_version", "secret_hint", "previous_valid_until"),
    "webhook.enabled": (),
    "webhook.disabled": (),
    "webhook.switched-off": (),
}
_SET: Final[dict[str, Mapping[str, Any]]] = {
    "webhook.enabled": {"is_enabled": True, "switched_off_because": None},
    "webhook.disabled": {"is_enabled": False},
    "webhook.switched-off": {"is_enabled": False},
}

_NAMED: Final = frozenset({"webhook.registered", "webhook.renamed"})

TOPICS: Final = frozenset({"webhook.registered", "webhook.removed", *_COPIED})


def project_webhook(event: LoggedEvent) -> RowChange:
    """Return what the event does to its webhook's row."""
    aggregate_id, revision, topic, facts = event
    if topic == "webhook.removed":
        return RowChange("webhooks", "delete", aggregate_id, {})
    columns: dict[str, Any] = {"id": aggregate_id, "revision": revision}
    if topic in _NAMED:
        columns["name_key"] = name_key(facts["name"])
    if topic == "webhook.registered":
        columns |= {name: facts[name] for name in _REGISTERED}
        columns |= {"previous_valid_until": None, "switched_off_because": None}
        return RowChange("webhooks", "insert", aggregate_id, columns)
    columns |= {name: facts[name] for name in _COPIED[topic]} | dict(_SET.get(topic, {}))
    if topic == "webhook.switched-off":
        columns["switched_off_because"] = facts["cause"]
    return RowChange("webhooks", "update", aggregate_id, columns)
