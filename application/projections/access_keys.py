"""The rows of `access_keys`."""

from collections.abc import Mapping
from typing import Any, Final

from application.projections.projection import Columns, Projection, copied, named

_copied_when_issued: Final = copied(
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
    previous_valid_until=None,
)


def _issued(facts: Mapping[str, Any]) -> Columns:
    return _copied_when_issued(facts) | named(facts) | {"created_by": facts["issued_by"]}


ACCESS_KEYS: Final = Projection(
    table="access_keys",
    created={"access-key.issued": _issued},
    changed={
        "access-key.renamed": named,
        "access-key.limits-changed": copied("requests_per_minute", "tokens_per_minute", "concurrent"),
        "access-key.budget-changed": copied("budget_usd", "budget_period"),
        "access-key.models-restricted": copied("model_ids", "provider_ids"),
        "access-key.labels-changed": copied("labels"),
        "access-key.expiry-changed": copied("expires_at"),
        "access-key.rotated": copied("secret_version", "hint", "previous_valid_until"),
        "access-key.enabled": copied(is_enabled=True),
        "access-key.disabled": copied(is_enabled=False),
        "access-key.budget-threshold-reached": copied(),
        "access-key.expiry-approaching": copied(),
    },
    removed=frozenset({"access-key.revoked"}),
)
