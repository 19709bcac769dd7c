"""The rows of `ai_providers`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from application.projections.row_changes import LoggedEvent, RowChange
from domain.names import name_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Columns = dict[str, Any]

# A key, extra headers or an endpoint that have changed have not been tested yet.
_UNTESTED: Final[Columns] = {"health_status": "unknown"}


def _registered(facts: Mapping[str, Any]) -> Columns:
    copied = ("name", "provider_type", "endpoint", "settings", "is_enabled", "credential_version", "credential_hint")
    no_headers = {"extra_headers": [], "extra_headers_version": 0}
    return {name: facts[name] for name in copied} | no_headers | _UNTESTED | _key(facts)


def _key(facts: Mapping[str, Any]) -> Columns:
    return {"name_key": name_key(facts["name"])}


def _copy(*names: str) -> Callable[[Mapping[str, Any]], Columns]:
    return lambda facts: {name: facts[name] for name in names}


_UPDATES: Final[dict[str, Callable[[Mapping[str, Any]], Columns]]] = {
    "provider.renamed": lambda facts: {"name": facts["name"]} | _key(facts),
    "provider.endpoint-changed": lambda facts: {"endpoint": facts["endpoint"]} | _UNTESTED,
    "provider.settings-changed": _copy("settings"),
    "provider.credential-replaced": lambda facts: (
        {name: facts[name] for name in ("credential_version", "credential_hint")} | _UNTESTED
    ),
    "provider.credential-removed": lambda facts: (
        {"credential_hint": None, "credential_version": facts["credential_version"]} | _UNTESTED
    ),
    "provider.extra-headers-changed": lambda facts: (
        {name: facts[name] for name in ("extra_headers", "extra_headers_version")} | _UNTESTED
    ),
    "provider.enabled": lambda _: {"is_enabled": True},
    "provider.disabled": lambda _: {"is_enabled": False},
    "provider.health-changed": _copy("health_status"),
}

TOPICS: Final = frozenset({"provider.registered", "provider.removed", *_UPDATES})


def project_provider(event: LoggedEvent) -> RowChange:
    """Return what the event does to its provider's row."""
    if event.topic == "provider.removed":
        return RowChange("ai_providers", "delete", event.aggregate_id, {})
    row = {"id": event.aggregate_id, "revision": event.revision}
    if event.topic == "provider.registered":
        return RowChange("ai_providers", "insert", event.aggregate_id, row | _registered(event.facts))
    return RowChange("ai_providers", "update", event.aggregate_id, row | _UPDATES[event.topic](event.facts))
