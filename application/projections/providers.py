"""The rows of `ai_providers`."""

from collections.abc import Mapping
from typing import Any, Final

from application.projections.projection import Columns, Projection, copied, named

_copied_when_registered: Final = copied(
    "provider_type", "endpoint", "settings", "is_enabled", "credential_version", "credential_hint"
)


def _registered(facts: Mapping[str, Any]) -> Columns:
    no_headers = {"extra_headers": [], "extra_headers_version": 0}
    return _copied_when_registered(facts) | named(facts) | no_headers | {"health_status": "unknown"}


# A key, extra headers or an endpoint that have changed have not been tested yet: the health is unknown again.
PROVIDERS: Final = Projection(
    table="ai_providers",
    created={"provider.registered": _registered},
    changed={
        "provider.renamed": named,
        "provider.endpoint-changed": copied("endpoint", health_status="unknown"),
        "provider.settings-changed": copied("settings"),
        "provider.credential-replaced": copied("credential_version", "credential_hint", health_status="unknown"),
        "provider.credential-removed": copied("credential_version", credential_hint=None, health_status="unknown"),
        "provider.extra-headers-changed": copied("extra_headers", "extra_headers_version", health_status="unknown"),
        "provider.enabled": copied(is_enabled=True),
        "provider.disabled": copied(is_enabled=False),
        "provider.health-changed": copied("health_status"),
    },
    removed=frozenset({"provider.removed"}),
)
