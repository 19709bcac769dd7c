"""From filters to conditions of SQL and their parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from psycopg.types.json import Jsonb

from adapters.postgres.keyset_pages import Conditions, like

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import LiteralString

    from application.ports.resource_documents import ModelFilter, ProviderFilter

_PROVIDERS: Final[dict[str, LiteralString]] = {
    "provider_type": "p.provider_type = %(provider_type)s",
    "is_enabled": "p.is_enabled = %(is_enabled)s",
    "health": "p.health_status = %(health)s",
    "text": "(p.name ILIKE %(text)s OR p.endpoint ILIKE %(text)s)",
}
_MODELS: Final[dict[str, LiteralString]] = {
    "provider_id": "m.provider_id = %(provider_id)s",
    "type": "m.type = %(type)s",
    "capability": "m.capabilities @> %(capability)s",
    "is_enabled": "m.is_enabled = %(is_enabled)s",
    "text": "(m.name ILIKE %(text)s OR m.model_id ILIKE %(text)s)",
}


def provider_conditions(wanted: ProviderFilter) -> Conditions:
    """Return what holds for the providers that the filter lets through."""
    values = {
        "provider_type": wanted.provider_type,
        "is_enabled": wanted.is_enabled,
        "health": wanted.health,
        "text": None if wanted.text is None else like(wanted.text),
    }
    return _conditions("provider", _PROVIDERS, values)


def model_conditions(wanted: ModelFilter) -> Conditions:
    """Return what holds for the models that the filter lets through."""
    values = {
        "provider_id": wanted.provider_id,
        "type": wanted.type,
        "capability": None if wanted.capability is None else Jsonb([wanted.capability]),
        "is_enabled": wanted.is_enabled,
        "text": None if wanted.text is None else like(wanted.text),
    }
    return _conditions("model", _MODELS, values)


def _conditions(kind: str, known: Mapping[str, LiteralString], values: Mapping[str, Any]) -> Conditions:
    parameters = {name: value for name, value in values.items() if value is not None}
    return Conditions(kind, tuple(known[name] for name in parameters), parameters)
