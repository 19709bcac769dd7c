"""Turns list filters into SQL conditions and parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, LiteralString

from psycopg.types.json import Jsonb

from adapters.postgres.keyset_pages import Conditions, like_folded
from application.access_keys.access_keys import AccessKeyFilter
from application.members.members import MemberFilter
from application.ports.resource_documents import ModelFilter, ProviderFilter
from application.webhooks.webhooks import WebhookFilter

_PROVIDERS: Final[dict[str, LiteralString]] = {
    "provider_type": "p.provider_type = %(provider_type)s",
    "is_enabled": "p.is_enabled = %(is_enabled)s",
    "health": "p.health_status = %(health)s",
    "text": """(p.name_key LIKE %(text)s OR lower(p.endpoint COLLATE "C") LIKE %(text)s)""",
}
_MODELS: Final[dict[str, LiteralString]] = {
    "provider_id": "m.provider_id = %(provider_id)s",
    "type": "m.type = %(type)s",
    "capability": "m.capabilities @> %(capability)s",
    # A model of a disabled provider is out of use as well. Those that are enabled are found once, not for each model.
    "is_enabled": "(m.is_enabled AND m.provider_id IN (SELECT p.id FROM {providers}"
    " WHERE p.organization_id = %(organization_id)s AND p.is_enabled)) = %(is_enabled)s",
    # The same as that nothing of `unusable` holds.
    "is_usable": "(m.is_enabled AND m.type NOT IN ({types_without_prompts}) AND NOT {retired} AND m.provider_id IN ("
    "SELECT p.id FROM {providers} WHERE p.organization_id = %(organization_id)s AND p.is_enabled"
    " AND (p.credential_hint IS NOT NULL OR p.provider_type <> ALL (%(keyed_types)s::text[])))) = %(is_usable)s",
    "is_retiring": "(m.retires_on IS NOT NULL) = %(is_retiring)s",
    "text": "(m.name_key LIKE %(text)s OR m.model_id_key LIKE %(text)s)",
}

_ACCESS_KEYS: Final[dict[str, LiteralString]] = {
    "scope": "k.scope = %(scope)s",
    "is_enabled": "k.is_enabled = %(is_enabled)s",
    "text": "k.name_key LIKE %(text)s",
}

_WEBHOOKS: Final[dict[str, LiteralString]] = {
    "is_enabled": "w.is_enabled = %(is_enabled)s",
    "text": """(w.name_key LIKE %(text)s OR lower(w.host COLLATE "C") LIKE %(text)s)""",
}

_MEMBERS: Final[dict[str, LiteralString]] = {
    "status": "(m.person_id IS NULL) = (%(status)s = 'invited')",
    "role": "m.role = %(role)s",
    "text": "p.search LIKE %(text)s",
}


def provider_conditions(filters: ProviderFilter) -> Conditions:
    """Return the conditions for the providers that match the filter."""
    values = {
        "provider_type": filters.provider_type,
        "is_enabled": filters.is_enabled,
        "health": filters.health,
        "text": None if filters.text is None else like_folded(filters.text),
    }
    return _conditions("provider", _PROVIDERS, values)


def model_conditions(filters: ModelFilter, keyed_types: Sequence[str]) -> Conditions:
    """Return the conditions for the models that match the filter; providers of these types need a key."""
    values = {
        "provider_id": filters.provider_id,
        "type": filters.type,
        "capability": None if filters.capability is None else Jsonb([filters.capability]),
        "is_enabled": filters.is_enabled,
        "is_usable": filters.is_usable,
        "is_retiring": filters.is_retiring,
        "text": None if filters.text is None else like_folded(filters.text),
    }
    conditions = _conditions("model", _MODELS, values)
    return replace(conditions, parameters={**conditions.parameters, "keyed_types": list(keyed_types)})


def access_key_conditions(filters: AccessKeyFilter) -> Conditions:
    """Return the conditions for the access keys that match the filter."""
    values = {
        "scope": filters.scope,
        "is_enabled": filters.is_enabled,
        "text": None if filters.text is None else like_folded(filters.text),
    }
    return _conditions("key", _ACCESS_KEYS, values)


def webhook_conditions(filters: WebhookFilter) -> Conditions:
    """Return the conditions for the webhooks that match the filter."""
    text = None if filters.text is None else like_folded(filters.text)
    return _conditions("webhook", _WEBHOOKS, {"is_enabled": filters.is_enabled, "text": text})


def member_conditions(filters: MemberFilter) -> Conditions:
    """Return the conditions for the members that match the filter."""
    text = None if filters.text is None else like_folded(filters.text)
    return _conditions("member", _MEMBERS, {"status": filters.status, "role": filters.role, "text": text})


def _conditions(kind: str, known: Mapping[str, LiteralString], values: Mapping[str, Any]) -> Conditions:
    parameters = {name: value for name, value in values.items() if value is not None}
    return Conditions(kind, tuple(known[name] for name in parameters), parameters)
